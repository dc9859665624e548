using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Runs;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace DreamFusion.Pipeline.Tests;

/// <summary>What the user names may be anything: too long, without an end, a folder, half a character.</summary>
public sealed class BoundedFileTests : IDisposable
{
    private const string Endless = "/dev/zero";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(10_000)]
    public void A_file_within_the_limit_is_read_whole(int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        File.WriteAllBytes(_folder.File("file"), bytes);
        Assert.Equal(bytes, BoundedFile.Read(_folder.File("file"), 10_000));
    }

    [Fact]
    public void What_is_longer_or_a_folder_is_refused()
    {
        File.WriteAllBytes(_folder.File("file"), new byte[101]);
        Assert.Contains("101 bytes; at most 100", Assert.Throws<IOException>(() => BoundedFile.Read(_folder.File("file"), 100)).Message, StringComparison.Ordinal);
        Assert.Contains("a folder", Assert.Throws<IOException>(() => BoundedFile.Read(_folder.Path, 100)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_end_is_refused()
    {
        if (File.Exists(Endless))
        {
            Assert.Contains("more bytes; at most 100000", Assert.Throws<IOException>(() => BoundedFile.Read(Endless, 100_000)).Message, StringComparison.Ordinal);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidModelException>(() => JsonConfig.Load(Endless));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4L * BoundedFile.MostOfJson);
        }
    }

    [Fact]
    public void A_run_folder_needs_a_name_that_a_folder_can_have()
    {
        File.WriteAllText(_folder.File("file"), "x");
        foreach (string path in (string[])["", " ", "a\0b", _folder.File("file"), _folder.File("file/a/b"), _folder.File(new string('é', 128))])
        {
            DfkException e = Assert.Throws<DfkException>(() => RunFolder.RequireFree(path));
            Assert.Equal(ExitCode.BadInput, e.ExitCode);
        }

        RunFolder.RequireFree(_folder.File("new"));
        RunFolder.RequireFree(_folder.File("a/b/汉字 " + new string('é', 100)));
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_link_to_a_folder_is_one_and_a_broken_link_is_not()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Directory.CreateDirectory(_folder.File("there"));
        Directory.CreateSymbolicLink(_folder.File("good"), "there");
        File.CreateSymbolicLink(_folder.File("broken"), "nowhere");
        RunFolder.RequireFree(_folder.File("good"));
        RunFolder.RequireFree(_folder.File("good/run"));
        Assert.Contains("to nowhere", Assert.Throws<DfkException>(() => RunFolder.RequireFree(_folder.File("broken"))).Message, StringComparison.Ordinal);
        Assert.Throws<DfkException>(() => RunFolder.RequireFree(_folder.File("broken/run")));
    }

    [Fact]
    public void Going_on_with_a_run_deletes_nothing_behind_a_link()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Directory.CreateDirectory(_folder.File("mine"));
        File.WriteAllText(_folder.File("mine/thesis.tmp"), "x");
        using (RunFolder run = RunFolder.Create(_folder.File("run"), "a hamburger"))
        {
            Directory.CreateSymbolicLink(Path.Combine(run.Path, "elsewhere"), _folder.File("mine"));
            File.WriteAllText(Path.Combine(run.Path, "run.json.tmp"), "half");
        }

        RunFolder.Reopen(_folder.File("run"), 0).Dispose();
        Assert.True(File.Exists(_folder.File("mine/thesis.tmp")));
        Assert.False(File.Exists(_folder.File("run/run.json.tmp")));
    }

    [Theory]
    [InlineData("a \u001b[31m hamburger", "control characters")]
    [InlineData("a \u0085 hamburger", "control characters")]
    public void A_prompt_of_characters_that_are_none_is_refused(string prompt, string expected)
    {
        DfkException e = Assert.Throws<DfkException>(() => new RunConfiguration { Prompt = prompt }.Validate());
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xD83D)]
    [InlineData(0xDF54, 0xD83C)]
    [InlineData(0xD83C, 0xDF54, 0xD83C)]
    public void A_prompt_with_half_a_character_is_refused(params int[] units)
    {
        // Attributes are stored as UTF-8, which has no halves.
        string prompt = "a " + string.Concat(units.Select(unit => (char)unit)) + " \ufffd hamburger";
        DfkException e = Assert.Throws<DfkException>(() => new RunConfiguration { Prompt = prompt }.Validate());
        Assert.Contains("half of one", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a 🍔")]
    [InlineData("ein Hämbürger")]
    [InlineData("汉堡包")]
    [InlineData("a \ufffd")]
    public void A_prompt_of_whole_characters_is_taken(string prompt)
    {
        new RunConfiguration { Prompt = prompt }.Validate();
    }

    [Fact]
    public void A_short_name_is_a_file_name_whatever_the_prompt()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), prompt =>
        {
            string slug = Slug.Of(prompt ?? "");
            return slug.Length is >= 1 and <= 40 && slug.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && slug[0] != '-' && slug[^1] != '-';
        }).QuickCheckThrowOnFailure();
    }
}
