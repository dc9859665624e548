using System;
using System.IO;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary>A test of one of the repository's scripts for Linux; elsewhere, or where the sources are not around the test, it is skipped, visibly.</summary>
public sealed class LinuxBashFactAttribute : FactAttribute
{
    public LinuxBashFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/bin/bash") || Repository is null)
        {
            Skip = "Needs Linux, bash and the repository around the built test.";
        }
    }

    /// <summary>The folder of the repository; null if there is none around the test.</summary>
    public static string? Repository { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "tools", "gpu", "run")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
