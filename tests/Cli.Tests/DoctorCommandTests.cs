using System.Diagnostics;
using System.IO;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary><c>dfk doctor</c>, the shortest command that loads ONNX Runtime.</summary>
public sealed class DoctorCommandTests
{
    /// <summary>ONNX Runtime's telemetry leaves an identifier in the home folder and calls programs that it looks for; forbidden, it does neither.</summary>
    [Fact]
    public void Onnx_runtime_reports_nothing()
    {
        using TemporaryFolder home = new();
        ProcessStartInfo start = new("dotnet", [Dfk.ProgramPath, "doctor"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = home.Path };
        start.Environment["HOME"] = home.Path;
        start.Environment.Remove("XDG_CACHE_HOME");
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        using Process process = Process.Start(start)!;
        DfkResult result = Dfk.Wait(process);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("CPUExecutionProvider", result.Output, System.StringComparison.Ordinal);
        Assert.Equal("", result.Error);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(home.Path, "*", SearchOption.AllDirectories), entry => entry.Contains("Microsoft", System.StringComparison.Ordinal));
    }
}
