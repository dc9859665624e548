using System;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Imaging.Png;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Imaging;

public sealed class PngRowWriterTests
{
    [Theory]
    [InlineData(3, 8)]
    [InlineData(2, 16)]
    public void Parts_of_any_length_give_the_file_of_the_whole(int channels, int bits)
    {
        ushort[] samples = [.. Enumerable.Range(0, 31 * 17 * channels).Select(i => (ushort)(((uint)i * 2654435761u) >> (32 - bits)))];
        byte[] whole = PngWriter.Write(new PngImage(31, 17, channels, bits, samples));
        foreach (int part in (int[])[1, 7, 31 * channels, samples.Length])
        {
            using MemoryStream file = new();
            using PngRowWriter writer = new(file, 31, 17, channels, bits);
            for (int at = 0; at < samples.Length; at += part)
            {
                writer.Write(samples.AsSpan(at, Math.Min(part, samples.Length - at)));
            }

            writer.Finish();
            Assert.Equal(whole, file.ToArray());
        }
    }

    [Fact]
    public void Missing_and_surplus_samples_are_refused()
    {
        using PngRowWriter writer = new(Stream.Null, 4, 4, 1, 8);
        writer.Write(new ushort[15]);
        Assert.Throws<InvalidOperationException>(writer.Finish);
        Assert.Throws<InvalidOperationException>(() => writer.Write(new ushort[2]));
    }

    [ToolFact("pngcheck")]
    public void Notes_are_chunks_that_others_read()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("notes.png");
        File.WriteAllBytes(path, PngWriter.Write(new PngImage(2, 2, 1, 16, [0, 1, 2, 65535]), new PngNotes { IsSrgb = true, Texts = [new("Depth unit", "0.0001")] }));
        string said = Encoding.Latin1.GetString(ToolFactAttribute.Output("pngcheck", "-vt", path));
        Assert.Contains("chunk sRGB", said, StringComparison.Ordinal);
        Assert.Contains("Depth unit", said, StringComparison.Ordinal);
        Assert.Contains("0.0001", said, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PngWriter.Write(new PngImage(1, 1, 1, 8, [0]), new PngNotes { Texts = [new(" x", "y")] }));
    }
}
