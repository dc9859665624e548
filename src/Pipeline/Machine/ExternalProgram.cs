using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace DreamFusion.Pipeline.Machine;

/// <summary>A program of the system that this one can make use of.</summary>
/// <param name="Path">Its full path, or null if it is not on the PATH.</param>
/// <param name="Version">The first line of what it says about itself, or null.</param>
public sealed record ExternalProgram(string? Path, string? Version)
{
    private const int WaitMilliseconds = 5000;

    /// <summary>Looks for a program on the PATH and asks it for its version.</summary>
    /// <param name="name">Name without extension.</param>
    /// <param name="versionArgument">The argument that makes it print its version.</param>
    public static ExternalProgram Find(string name, string versionArgument)
    {
        string file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => System.IO.Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
        return new ExternalProgram(path, path is null ? null : Ask(path, versionArgument));
    }

    private static string? Ask(string path, string argument)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(path, [argument]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string? line = process.StandardOutput.ReadLine();
            if (!process.WaitForExit(WaitMilliseconds))
            {
                process.Kill();
            }

            return line;
        }
        catch (Win32Exception)
        {
            // On the PATH but not executable: the caller shows the path without a version.
            return null;
        }
    }
}
