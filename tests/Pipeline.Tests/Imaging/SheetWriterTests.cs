using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Imaging;

/// <summary>Sheets written row by row against the same sheets composed in memory.</summary>
public sealed class SheetWriterTests
{
    [Theory]
    [InlineData(1, new[] { 3 })]
    [InlineData(3, new[] { 3, 1, 3, 1 })]
    public void Its_file_is_the_composed_sheets(int columns, int[] channels)
    {
        using TemporaryFolder folder = new();
        FloatImage[][] pictures = [.. Enumerable.Range(0, columns).Select(column => channels.Select((count, row) => Picture(7, 5, count, column + (10 * row))).ToArray())];
        using SheetWriter sheet = new(folder.File("sheet.png"), columns, 7, 5, channels);
        Assert.Equal(Composed(pictures, channels.Length), Written(sheet, pictures));
    }

    [Fact]
    public void What_does_not_fit_into_memory_waits_in_a_file_that_goes()
    {
        using TemporaryFolder folder = new();
        FloatImage[][] pictures = [.. Enumerable.Range(0, 4).Select(column => new[] { Picture(6, 9, 3, column), Picture(6, 9, 1, 9 + column) })];
        const int WaitingBytes = 4 * 6 * 9 * (3 + 1);
        foreach (long mostMemory in (long[])[WaitingBytes, WaitingBytes - 1])
        {
            using SheetWriter sheet = new(folder.File("sheet.png"), 4, 6, 9, [3, 1], mostMemory);
            Assert.Equal(mostMemory < WaitingBytes ? ["sheet.png.samples.tmp"] : [], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
            Assert.Equal(Composed(pictures, 2), Written(sheet, pictures));
        }

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Other_pictures_and_missing_columns_are_refused()
    {
        using TemporaryFolder folder = new();
        using SheetWriter sheet = new(folder.File("sheet.png"), 2, 4, 3, [3, 1]);
        PngImage colour = PngImage.FromFloat(Picture(4, 3, 3, 1)), grey = PngImage.FromFloat(Picture(4, 3, 1, 2));
        Assert.Throws<ArgumentException>(() => sheet.Add([colour]));
        Assert.Throws<ArgumentException>(() => sheet.Add([grey, colour]));
        Assert.Throws<ArgumentException>(() => sheet.Add([colour, PngImage.FromFloat(Picture(3, 4, 1, 2))]));
        Assert.Throws<ArgumentException>(() => sheet.Add([colour, PngImage.FromFloat(Picture(4, 3, 1, 2), 16)]));
        sheet.Add([colour, grey]);
        Assert.Throws<InvalidOperationException>(() => sheet.Write(Stream.Null));
        sheet.Add([colour, grey]);
        Assert.Throws<ArgumentException>(() => sheet.Add([colour, grey]));
    }

    private static byte[] Composed(FloatImage[][] columns, int rows) =>
        PngWriter.Write(PngImage.FromFloat(ContactSheet.Compose([.. Enumerable.Range(0, rows).Select(row => columns.Select(column => column[row]).ToArray())])));

    private static byte[] Written(SheetWriter sheet, FloatImage[][] columns)
    {
        foreach (FloatImage[] column in columns)
        {
            sheet.Add([.. column.Select(picture => PngImage.FromFloat(picture))]);
        }

        using MemoryStream file = new();
        sheet.Write(file);
        return file.ToArray();
    }

    private static FloatImage Picture(int width, int height, int channels, int seed)
    {
        var random = new Random(seed);
        return new FloatImage(width, height, channels, [.. Enumerable.Range(0, width * height * channels).Select(_ => random.NextSingle())]);
    }
}
