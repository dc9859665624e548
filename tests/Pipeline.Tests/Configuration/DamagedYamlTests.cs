using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Configuration;

/// <summary>Files that the fuzz driver found to end in something else than the documented error, or that grow what is done with them.</summary>
public sealed class DamagedYamlTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("x: \"\\udc00\\ud800\"\n")]
    [InlineData("_target_: \"\\udc00\\ud800\"\n")]
    [InlineData("x: {y: [[1, 2}\nz:\n  w: [0, 1]\n")]
    [InlineData("x: {light: [[[[1, 0.9, 0.8]}\ny:\n  z: [0.02, 0.98]\nw: 1\n")]
    [InlineData("x: 1}\ny: ]\n- z\n")]
    [InlineData("{a: b}}\nc: d\n")]
    public void What_the_YAML_reader_stumbles_over_is_one_clear_error(string text)
    {
        DfkException e = Refused(text);
        Assert.Contains("config.yaml, line ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_values_than_any_configuration_has_are_refused_at_once()
    {
        Assert.Contains("more than 10000 values", Refused(string.Concat(Enumerable.Range(0, 100_000).Select(i => FormattableString.Invariant($"k{i}:\n")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_about_thousands_of_problems_stays_readable()
    {
        string message = Refused(string.Concat(Enumerable.Range(0, 5000).Select(i => FormattableString.Invariant($"unknown{i}:\n")))).Message;
        Assert.StartsWith("configuration: 5000 problems", message, StringComparison.Ordinal);
        Assert.EndsWith("and 4800 more", message, StringComparison.Ordinal);
        Assert.Equal(202, message.Split('\n').Length);
    }

    [Fact]
    public void A_key_without_end_is_cut_in_the_message()
    {
        Assert.InRange(Refused(new string('k', 1000) + ": 1\n").Message.Length, 100, 600);
    }

    private DfkException Refused(string text)
    {
        File.WriteAllText(_folder.File("config.yaml"), text);
        DfkException e = Assert.Throws<DfkException>(() => new ConfigurationSources { ConfigurationPath = _folder.File("config.yaml"), AllowsIncomplete = true }.Resolve());
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        return e;
    }
}
