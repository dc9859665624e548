using System.IO;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using DreamFusion.Pipeline.Guidance;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>ONNX Runtime's deterministic compute, which has no getter: a session that is made says its options in ONNX Runtime's own log, on the error stream.</summary>
public sealed partial class DeterministicComputeTests
{
    private const int ErrorStream = 2;

    [LinuxFact]
    public void The_switch_reaches_ONNX_Runtime()
    {
        Assert.Equal("0", Said(GuidanceDevice.Cpu));
        Assert.Equal("1", Said(GuidanceDevice.Cpu with { IsDeterministic = true }));
    }

    private static string Said(GuidanceDevice device)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            {
                int before = Dup(ErrorStream);
                Assert.True(before >= 0 && Dup2((int)file.SafeFileHandle.DangerousGetHandle(), ErrorStream) == ErrorStream);
                try
                {
                    using SessionOptions options = device.NewSessionOptions();
                    options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_INFO;
                    using var session = new InferenceSession(Toybox.Model.TextEncoder.ModelPath, options);
                }
                finally
                {
                    Assert.Equal(ErrorStream, Dup2(before, ErrorStream));
                    Assert.Equal(0, Close(before));
                }
            }

            string log = File.ReadAllText(path);
            Match match = Regex.Match(log, "use_deterministic_compute:([01])");
            Assert.True(match.Success, $"ONNX Runtime did not say its options: {log}");
            return match.Groups[1].Value;
        }
        finally
        {
            File.Delete(path);
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Dup(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
