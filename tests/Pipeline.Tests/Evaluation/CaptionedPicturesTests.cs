using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

public sealed class CaptionedPicturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void ColumnsAreFoundByName()
    {
        List("view\tfile\tnote\tcaption\tazimuth\nfront view\ta.png\t-\ta car\t0\n\nback view\tb.png\t-\ta car\t-180.5\r\n");
        CaptionedPictures pictures = CaptionedPictures.Open(_folder.Path);
        Assert.Equal([new CaptionedPicture("a.png", "a car", "front view", 0f, ""), new CaptionedPicture("b.png", "a car", "back view", -180.5f, "")], pictures.All);
    }

    [Theory]
    [InlineData("", "first line")]
    [InlineData("file\tcaption\n", "no pictures")]
    [InlineData("file\ttext\na.png\ta car\n", "first line")]
    [InlineData("file\tcaption\na.png\n", "line 2")]
    [InlineData("file\tcaption\n../a.png\ta car\n", "line 2")]
    [InlineData("file\tcaption\tazimuth\na.png\ta car\tleft\n", "line 2")]
    [InlineData("file\tcaption\tazimuth\na.png\ta car\tNaN\n", "line 2")]
    public void WhatIsWrongIsNamed(string list, string part)
    {
        List(list);
        DfkException error = Assert.Throws<DfkException>(() => CaptionedPictures.Open(_folder.Path));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutListIsBadInput() => Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => CaptionedPictures.Open(_folder.Path)).ExitCode);

    [Fact]
    public void FrontAndBackAreCountedByObject()
    {
        // A judge that sees the same picture everywhere prefers one side everywhere: right for half of the labels.
        FloatImage picture = new(8, 8, 3);
        File.WriteAllBytes(_folder.File("a.png"), PngWriter.Write(PngImage.FromFloat(picture)));
        List("file\tcaption\tview\n" + string.Concat(Enumerable.Repeat("a.png\ta ball\tfront view\na.png\ta red sphere\tback view\na.png\ta car\tfront view\na.png\ta car\tside view\n", 3)));
        using ClipScorer judge = new(Toybox.Model);
        FrontBackTable table = FrontBackTable.Measure(judge, CaptionedPictures.Open(_folder.Path), PromptVocabulary.TryLoad(Toybox.Model));
        Assert.Equal(["sphere", "car"], table.Objects.Keys);
        Assert.Equal(6, table.Find("sphere")!.Renders);
        Assert.Equal(0, table.Find("car")!.Renders);
        Assert.False(table.Find("sphere")!.IsTrusted);
        Assert.Null(table.Find("teapot"));
        Assert.True(new FrontBackAccuracy(0.9, 200).IsTrusted);
        Assert.False(new FrontBackAccuracy(0.9, 199).IsTrusted);
        Assert.False(new FrontBackAccuracy(0.899, 200).IsTrusted);
        Assert.False(new FrontBackAccuracy(double.NaN, 200).IsTrusted);
    }

    [Fact]
    public void AStoredTableCountsOnlyForItsJudge()
    {
        string clip = _folder.File("clip");
        Directory.CreateDirectory(clip);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Toybox.Model.Folder, "clip")))
        {
            File.Copy(file, Path.Combine(clip, Path.GetFileName(file)));
        }

        string tokenizer = Path.Combine(clip, "tokenizer");
        Directory.CreateDirectory(tokenizer);
        foreach (string file in Directory.EnumerateFiles(Toybox.Model.TokenizerFolder))
        {
            File.Copy(file, Path.Combine(tokenizer, Path.GetFileName(file)));
        }

        string table = Path.Combine(clip, FrontBackTable.FileName);
        string json = "{\"judge_sha256\": \"" + ClipFolder.Open(clip).Hash() + "\", \"renders\": 200, \"objects\": {\"car\": 0.93, \"sphere\": 0.5}}";
        File.WriteAllText(table, json);
        FrontBackTable read = FrontBackTable.Of(ClipFolder.Open(clip));
        Assert.True(read.Find("car")!.IsTrusted);
        Assert.False(read.Find("sphere")!.IsTrusted);
        File.WriteAllText(table, read.ToJson(ClipFolder.Open(clip), "a \"test\""));
        Assert.Equal(0.93, FrontBackTable.Of(ClipFolder.Open(clip)).Find("car")!.Accuracy);

        File.WriteAllText(table, json.Replace(ClipFolder.Open(clip).Hash(), new string('0', 64), StringComparison.Ordinal));
        Assert.Empty(FrontBackTable.Of(ClipFolder.Open(clip)).Objects);
        File.WriteAllText(table, json.Replace("objects", "things", StringComparison.Ordinal));
        Assert.Throws<InvalidModelException>(() => FrontBackTable.Of(ClipFolder.Open(clip)));
    }

    public void Dispose() => _folder.Dispose();

    private void List(string text) => File.WriteAllText(_folder.File(CaptionedPictures.ListName), text);
}
