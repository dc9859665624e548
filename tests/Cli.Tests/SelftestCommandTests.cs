using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Selftest;
using Xunit;

namespace DreamFusion.Cli.Tests;

public sealed class SelftestCommandTests
{
    private static readonly SelftestReport _failed = new(
        "cpu", 2, KernelChoice.Tuned,
        [
            new SelfCheckResult("MLP", "dL/d(input)", SelfCheckKind.Gradient, 0.25, 1e-3, IsTuned: true),
            new SelfCheckResult("MLP", "by hand", SelfCheckKind.Golden, double.NaN, 0, IsTuned: false),
            new SelfCheckResult("resize", "runs", SelfCheckKind.Failure, double.NaN, 0, IsTuned: false, "ArgumentException: too long"),
            new SelfCheckResult("resize", "by hand", SelfCheckKind.Golden, 0, 1e-6, IsTuned: false),
        ],
        [], TimeSpan.FromSeconds(1.25));

    [Theory]
    [InlineData("portable", "portable kernels ran for every family")]
    [InlineData("tuned", "tuned code ran for: march, hash grid")]
    public void Passes_here_and_says_which_code_ran(string kernels, string expected)
    {
        DfkResult result = Dfk.Run("selftest", "--kernels", kernels, "--threads", "2", "--device", "cpu");
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        Assert.Empty(result.Error);
        string[] lines = result.Output.TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
        Assert.Matches(new Regex($@"\Adfk \S+ selftest: device cpu, 2 threads, kernels {kernels}\z"), lines[0]);
        Assert.Matches(new Regex(@"\Afamily +check +error +tolerance +code +ok\z"), lines[1]);
        Assert.Contains(lines, line => line.StartsWith(expected, StringComparison.Ordinal));
        Assert.Matches(new Regex(@"\A\d+\.\d s\z"), lines[^2]);
        Assert.Matches(new Regex(@"\A\d{3,} passed, 0 failed\z"), lines[^1]);
        Assert.Equal(kernels == "tuned", result.Output.Contains("tuned = portable", StringComparison.Ordinal));
    }

    [Fact]
    public void Comes_as_json_on_request()
    {
        DfkResult result = Dfk.Run("selftest", "--threads", "1", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.Equal(["status", "device", "threads", "kernels", "passed", "failed", "seconds", "checks"], root.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("passed", "cpu", 1, "tuned", 0), (root.GetProperty("status").GetString(), root.GetProperty("device").GetString(), root.GetProperty("threads").GetInt32(), root.GetProperty("kernels").GetString(), root.GetProperty("failed").GetInt32()));
        Assert.Equal(root.GetProperty("passed").GetInt32(), root.GetProperty("checks").GetArrayLength());
        string[] kinds = ["golden", "gradient", "contract", "repeat", "twin"];
        foreach (JsonElement check in root.GetProperty("checks").EnumerateArray())
        {
            Assert.Equal(["family", "check", "kind", "error", "tolerance", "code", "ok"], check.EnumerateObject().Select(member => member.Name));
            Assert.Contains(check.GetProperty("kind").GetString(), kinds);
            Assert.Contains(check.GetProperty("code").GetString(), new[] { "portable", "tuned" });
            Assert.True(check.GetProperty("error").GetDouble() <= check.GetProperty("tolerance").GetDouble());
            Assert.True(check.GetProperty("ok").GetBoolean());
        }
    }

    [Fact]
    public void Quiet_prints_nothing_when_all_is_well()
    {
        DfkResult result = Dfk.Run("selftest", "--quiet");
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    [Theory]
    [InlineData(4, "--device", "cuda", "Use --device cpu")]
    [InlineData(3, "--threads", "-1", "expected 0 to 1024, got -1")]
    public void What_cannot_be_had_is_named(int code, string option, string value, string expected)
    {
        DfkResult result = Dfk.Run("selftest", option, value);
        Assert.True(result.ExitCode == code, result.Error);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Failures_are_rows_and_sentences()
    {
        using StringWriter output = new();
        using StringWriter error = new();
        SelftestTable.Write(_failed, output, terminal: false, verbose: false);
        SelftestTable.WriteFailures(_failed, error);
        Assert.Matches(new Regex(@"^MLP +dL/d\(input\) +2\.5E-1 +1E-3 +tuned +FAILED$", RegexOptions.Multiline), output.ToString().ReplaceLineEndings("\n"));
        Assert.Matches(new Regex(@"^MLP +by hand +NaN +0 +portable +FAILED$", RegexOptions.Multiline), output.ToString().ReplaceLineEndings("\n"));
        Assert.EndsWith("1 passed, 3 failed", output.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("dfk: selftest: MLP: dL/d(input): error 2.5E-1 exceeds 1E-3 (tuned code)", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("dfk: selftest: resize: runs: ArgumentException: too long", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("please report", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, (int)_failed.ExitCode);
    }

    [Fact]
    public void A_terminal_gets_a_table_with_the_same_rows()
    {
        using StringWriter output = new();
        SelftestTable.Write(_failed, output, terminal: true, verbose: true);
        foreach (SelfCheckResult result in _failed.Results)
        {
            Assert.Contains(result.Check, output.ToString(), StringComparison.Ordinal);
        }

        Assert.EndsWith("1 passed, 3 failed", output.ToString().TrimEnd(), StringComparison.Ordinal);
    }
}
