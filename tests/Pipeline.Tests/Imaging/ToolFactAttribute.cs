using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Imaging;

/// <summary>A test that needs a program of the system; without it the test is skipped, visibly.</summary>
public sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(params string[] programs)
    {
        if (programs.FirstOrDefault(program => PathOf(program) is null) is { } missing)
        {
            Skip = $"{missing} is not on the PATH; install it to have every written file checked (Debian: apt-get install ffmpeg pngcheck).";
        }
    }

    public static string? PathOf(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe") })
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end and returns the bytes of its stdout.</summary>
    public static byte[] Output(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(PathOf(program)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {error.GetAwaiter().GetResult()}");
        return output.ToArray();
    }
}
