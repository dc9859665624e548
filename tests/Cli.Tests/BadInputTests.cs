using System;
using System.IO;
using System.Linq;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary>Words and paths that cannot be used: one message, the documented exit code, and nothing is made or changed.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BadInputTests()
    {
        File.WriteAllText(_folder.File("a file"), "mine");
        Directory.CreateDirectory(_folder.File("folder"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_that_was_typed_steers_the_terminal()
    {
        Refused(3, @"got '\u001B]0;owned\u0007'", "train", "a hamburger", "--set", "nerf.bound=\u001B]0;owned\u0007");
        Refused(3, @"\u202Egnp.evil", "train", "a hamburger", "--config", "\u202Egnp.evil");
        Refused(2, @"\u001B[2J", "train", "a hamburger", "--\u001B[2J");
        Refused(3, @"\u009B31m", "export", "\u009B31m");
    }

    [Fact]
    public void Names_in_any_script_are_shown_as_they_are()
    {
        Refused(3, "汉字 שלום é 🍔", "export", "汉字 שלום é 🍔");
    }

    [Fact]
    public void No_run_folder_can_be_there()
    {
        Refused(3, "got an empty one", "train", "a hamburger", "--out", "");
        Refused(3, "got a file", "train", "a hamburger", "--out", "a file");
        Refused(3, "got a file", "train", "a hamburger", "--out", "a file/run");
        Refused(3, "at most 255 bytes, got one of 300", "train", "a hamburger", "--out", new string('a', 300));
        Refused(3, "a file", "train", "--resume=a file");
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(_folder.File("link"), "nowhere");
            Refused(3, "to nowhere, which is not there", "train", "a hamburger", "--out", "link/run");
        }
    }

    [Fact]
    public void No_configuration_is_there()
    {
        Refused(3, "It is a folder", "train", "a hamburger", "--config", "folder");
        Refused(3, "nothing.yaml", "train", "a hamburger", "--config", "nothing.yaml");
        Refused(2, "expected key=value, got '=5'", "train", "a hamburger", "--set", "=5");
        if (File.Exists("/dev/zero"))
        {
            Refused(3, "at most 1048576 are read", "train", "a hamburger", "--config", "/dev/zero");
        }
    }

    [Theory]
    [InlineData("--iters", "2147483648", "--iters: expected a whole number up to 2147483647, got '2147483648'")]
    [InlineData("--iters", "1.5", "--iters: expected a whole number")]
    [InlineData("--seed", "-1", "--seed: expected a whole number from 0 to 4294967295, got '-1'")]
    [InlineData("--guidance-scale", "", "--guidance-scale: expected a number, got ''")]
    [InlineData("--threads", "two", "--threads: expected a whole number")]
    public void A_value_that_is_no_number_is_named_in_words(string option, string value, string expected)
    {
        Refused(2, expected, "train", "a hamburger", option, value);
    }

    [Theory]
    [InlineData("--guidance-scale", "1e400")]
    [InlineData("--guidance-scale", "NaN")]
    [InlineData("--guidance-scale", "-Infinity")]
    [InlineData("--iters", "-5")]
    public void A_number_out_of_range_is_bad_input(string option, string value)
    {
        Refused(3, option, "train", "a hamburger", option, value);
    }

    private void Refused(int code, string expected, params string[] arguments)
    {
        string[] before = Entries();
        DfkResult result = Dfk.RunIn(_folder.Path, arguments);
        Assert.Equal(code, result.ExitCode);
        Assert.StartsWith("dfk: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Error + result.Output, c => (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || c == '\u202E');
        Assert.Equal(before, Entries());
        Assert.Equal("mine", File.ReadAllText(_folder.File("a file")));
    }

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
