using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace DreamFusion.Cli.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public void Version_is_one_line()
    {
        DfkResult result = Dfk.Run("--version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(new Regex(@"\Adfk \d+\.\d+\.\d+\s*\z"), result.Output);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("--version", "--json")]
    [InlineData("--json", "--version")]
    [InlineData("train", "--version", "--json")]
    public void Version_as_json_names_what_it_runs_on(params string[] arguments)
    {
        DfkResult result = Dfk.Run(arguments);
        Assert.Equal(0, result.ExitCode);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        foreach (string name in new[] { "version", "dotnet", "onnxruntime", "os", "architecture" })
        {
            Assert.False(string.IsNullOrEmpty(json.RootElement.GetProperty(name).GetString()), name);
        }
    }

    [Theory]
    [InlineData("--help", "train")]
    [InlineData("train --help", "--guidance-scale")]
    [InlineData("doctor -h", "dfk doctor --json")]
    [InlineData("selftest --help", "--kernels")]
    [InlineData("models --help", "inspect")]
    [InlineData("models inspect --help", "dfk models inspect toybox")]
    public void Help_lists_what_there_is_and_ends_with_an_example(string arguments, string expected)
    {
        DfkResult result = Dfk.Run(arguments.Split(' '));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.Matches(new Regex(@"Examples?:\r?\n  dfk "), result.Output);
    }

    [Theory]
    [InlineData("", "expected a command: train, render, export, eval, config, models, selftest, doctor")]
    [InlineData("fly", "fly")]
    [InlineData("--fly", "--fly")]
    [InlineData("train", "expected a prompt")]
    [InlineData("train x --iters many", "many")]
    [InlineData("train x --iters", "--iters")]
    [InlineData("train a hamburger", "quotes: dfk train \"a hamburger\"")]
    [InlineData("train x --text y", "given twice")]
    [InlineData("train x --size 64", "WIDTHxHEIGHT such as 64x64, got '64'")]
    [InlineData("train x --device gpu", "cuda:N, got 'gpu'")]
    [InlineData("train x --set bound", "--set: expected key=value, got 'bound'")]
    [InlineData("train x --seed -1", "-1")]
    [InlineData("train x --2d --no-mesh", "--no-mesh makes no sense with --2d")]
    [InlineData("train --2d --no-video x", "--no-video makes no sense with --2d")]
    [InlineData("train x --preview-interval 5 --2d", "--preview-interval makes no sense with --2d")]
    [InlineData("train --2d", "expected a prompt")]
    [InlineData("train x --itres 5", "--itres")]
    [InlineData("selftest --device gpu", "cuda:N, got 'gpu'")]
    [InlineData("selftest --kernels fast", "fast")]
    [InlineData("selftest --threads many", "many")]
    public void Unparsable_command_line_exits_2_and_says_why(string arguments, string expected)
    {
        DfkResult result = Dfk.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("dfk: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help'", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Doctor_as_json_says_what_this_machine_can_do()
    {
        DfkResult result = Dfk.Run("doctor", "--json");
        Assert.Equal(0, result.ExitCode);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.True(root.GetProperty("can_train").GetBoolean());
        Assert.Equal(Environment.ProcessorCount, root.GetProperty("cpu").GetProperty("cores").GetInt32());
        Assert.Contains("CPUExecutionProvider", root.GetProperty("onnx_providers").EnumerateArray().Select(p => p.GetString()));
        Assert.InRange(root.GetProperty("memory_bytes").GetInt64(), 1, long.MaxValue);
        Assert.True(Directory.Exists(root.GetProperty("toybox").GetProperty("folder").GetString()));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("toybox").GetProperty("problem").ValueKind);

        // Either a reason or a device, never neither.
        JsonElement cuda = root.GetProperty("cuda");
        Assert.True(cuda.GetProperty("problem").ValueKind == JsonValueKind.String || cuda.GetProperty("devices").GetArrayLength() > 0);
    }

    [Fact]
    public void Doctor_in_words_ends_with_a_verdict()
    {
        DfkResult result = Dfk.Run("doctor");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("verdict       ready: dfk train", result.Output, StringComparison.Ordinal);
    }
}
