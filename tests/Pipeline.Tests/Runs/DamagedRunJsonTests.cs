using System;
using System.IO;
using DreamFusion.Pipeline.Runs;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Runs;

public sealed class DamagedRunJsonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"18446744073709551616\"")]
    [InlineData("\"7\"")]
    [InlineData("\"0\"")]
    [InlineData("\"done, failed\"")]
    [InlineData("\"finished\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("1")]
    public void A_status_that_is_none_is_refused(string status)
    {
        File.WriteAllText(_folder.File("run.json"), $$"""
            { "prompt": "x", "seed": 1, "status": {{status}}, "step": 1, "iters": 2, "started": "2026-01-01T00:00:00Z", "versions": {}, "device": "", "model": "", "model_sha256": {}, "seconds": {}, "scores": {} }
            """);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => RunJson.Read(_folder.File("run.json"))).ExitCode);
    }
}
