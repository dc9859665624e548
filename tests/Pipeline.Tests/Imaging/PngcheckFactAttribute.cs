using System;
using System.IO;
using System.Linq;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Imaging;

/// <summary>A test that needs the program pngcheck; without it the test is skipped, visibly.</summary>
public sealed class PngcheckFactAttribute : FactAttribute
{
    public PngcheckFactAttribute()
    {
        if (ProgramPath is null)
        {
            Skip = "pngcheck is not on the PATH; install it to have every written PNG checked (Debian: apt-get install pngcheck).";
        }
    }

    public static string? ProgramPath { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { Path.Combine(folder, "pngcheck"), Path.Combine(folder, "pngcheck.exe") })
        .FirstOrDefault(File.Exists);
}
