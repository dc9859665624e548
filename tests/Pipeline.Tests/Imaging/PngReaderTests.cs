using System;
using System.Linq;
using DreamFusion.Pipeline.Imaging.Png;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Imaging;

public sealed class PngReaderTests
{
    // Origin of the six files: written by ffmpeg 5.1.9 from raw frames of 5x3 pixels whose bytes are (i * step + first) mod 256; each with another -pred.
    [Theory]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAACXBIWXMAAAAAAAAAAQCEeRdzAAAAFElEQVR4nGNk5hIURQIsmZmZ+PgAfwwFkmz1u5YAAAAASUVORK5CYII=", 3, 8, 7, 3)]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAUAAAADEAAAAAAuzUZnAAAACXBIWXMAAAAAAAAAAQCEeRdzAAAAGklEQVR4nGNkFRCDAubCMicoYF6xFkgeAgEAZU8JqR2X3kwAAAAASUVORK5CYII=", 1, 16, 11, 5)]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAQAAADxPw1zAAAACXBIWXMAAAAAAAAAAQCEeRdzAAAAFklEQVR4nGNk5JOCAsbmCXAmqxCMCQA+0AOtkhN87wAAAABJRU5ErkJggg==", 2, 8, 13, 1)]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAUAAAADEAYAAAALphm7AAAACXBIWXMAAAAAAAAAAQCEeRdzAAAAaklEQVR4nGPklNK28Y3Lb+ggABg2Hrr85CubuIalV3RObd/8DQcvPf7CKqZu4RmVXdM7b/2Bi48+s4iqmXswRGZV98xdt//Cw0/MIqpm7hGZVd1z1u47/+Ajk7CKqVt4RmXX7DV7z93/AADgfTtOXfPgNgAAAABJRU5ErkJggg==", 4, 16, 17, 9)]
    public void Reads_files_of_another_writer(string base64, int channels, int bits, int step, int first)
    {
        PngImage image = PngReader.Read(Convert.FromBase64String(base64), "golden");
        Assert.Equal((5, 3, channels, bits), (image.Width, image.Height, image.Channels, image.BitDepth));
        byte[] raw = [.. Enumerable.Range(0, 15 * channels * bits / 8).Select(i => (byte)((i * step) + first))];
        ushort[] expected = bits == 8
            ? [.. raw.Select(value => (ushort)value)]
            : [.. Enumerable.Range(0, raw.Length / 2).Select(i => (ushort)((raw[2 * i] << 8) | raw[(2 * i) + 1]))];
        Assert.Equal(expected, image.Samples);
    }

    [Fact]
    public void Reads_one_bit_grey_of_another_writer()
    {
        PngImage image = PngReader.Read(
            Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAUAAAADAQAAAABzTfhVAAAACXBIWXMAAAAAAAAAAQCEeRdzAAAADklEQVR4nGPYwODB8AMABUYB8bSeUZ0AAAAASUVORK5CYII="),
            "golden");
        Assert.Equal("10110 01001 11111".Where(c => c != ' ').Select(c => (ushort)(c == '1' ? 255 : 0)), image.Samples);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Undoes_every_filter(byte filter)
    {
        // Two RGB rows, filtered here by the specification's definitions: Raw - Predictor, modulo 256. In the first two channels Paeth's
        // distances to left and above left, and to above and above left, are equal: the first in the order left, above, above left counts.
        byte[,] raw = { { 50, 50, 30, 40, 70, 60 }, { 70, 40, 190, 100, 110, 120 } };
        byte[] stored = new byte[14];
        for (int y = 0; y < 2; y++)
        {
            stored[7 * y] = filter;
            for (int i = 0; i < 6; i++)
            {
                int a = i >= 3 ? raw[y, i - 3] : 0;
                int b = y > 0 ? raw[y - 1, i] : 0;
                int c = i >= 3 && y > 0 ? raw[y - 1, i - 3] : 0;
                int paeth = new[] { a, b, c }.MinBy(v => Math.Abs(a + b - c - v));
                int predictor = filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => paeth };
                stored[(7 * y) + 1 + i] = (byte)(raw[y, i] - predictor);
            }
        }

        PngImage image = PngReader.Read(new PngBuilder().Header(2, 2, 8, 2).Pixels(stored).End(), "filters");
        Assert.Equal(raw.Cast<byte>().Select(v => (ushort)v), image.Samples);
    }

    [Theory]
    [InlineData(2, 0b00_01_10_11, new ushort[] { 0, 85, 170, 255 })]
    [InlineData(4, 0x0F, new ushort[] { 0, 255 })]
    public void Scales_small_grey_samples_to_eight_bits(int bits, int packed, ushort[] expected)
    {
        byte[] file = new PngBuilder().Header(expected.Length, 1, bits, 0).Pixels(0, (byte)packed).End();
        Assert.Equal(expected, PngReader.Read(file, "grey").Samples);
    }

    [Fact]
    public void Palette_with_transparency_becomes_rgb_and_alpha()
    {
        byte[] file = new PngBuilder().Header(3, 1, 4, 3).Chunk("PLTE", 1, 2, 3, 40, 50, 60, 7, 8, 9).Chunk("tRNS", 0, 128).Pixels(0, 0x12, 0x00).End();
        PngImage image = PngReader.Read(file, "palette");
        Assert.Equal((4, 8), (image.Channels, image.BitDepth));
        Assert.Equal(new ushort[] { 40, 50, 60, 128, 7, 8, 9, 255, 1, 2, 3, 0 }, image.Samples);
    }

    [Fact]
    public void Transparent_colour_becomes_alpha()
    {
        byte[] file = new PngBuilder().Header(2, 1, 16, 0).Chunk("tRNS", 0x12, 0x34).Pixels(0, 0x12, 0x34, 0x12, 0x35).End();
        Assert.Equal(new ushort[] { 0x1234, 0, 0x1235, 65535 }, PngReader.Read(file, "key").Samples);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 8)]
    [InlineData(13, 11)]
    public void Reads_interlaced_files(int width, int height)
    {
        // The pass of each pixel of an 8x8 block, from the specification's figure (clause 8.2).
        string[] figure = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
        byte[] stored = [.. Enumerable.Range(1, 7).SelectMany(pass => Enumerable.Range(0, height).SelectMany(y =>
        {
            byte[] row = [.. Enumerable.Range(0, width).Where(x => figure[y % 8][x % 8] - '0' == pass).Select(x => Value(x, y))];
            return row.Length == 0 ? row : [0, .. row];
        }))];
        PngImage image = PngReader.Read(new PngBuilder().Header(width, height, 8, 0, interlace: 1).Pixels(stored).End(), "interlaced");
        Assert.Equal(
            Enumerable.Range(0, height).SelectMany(y => Enumerable.Range(0, width).Select(x => (ushort)Value(x, y))),
            image.Samples);

        static byte Value(int x, int y)
        {
            return (byte)((x * 19) + (y * 31) + 1);
        }
    }

    [Fact]
    public void Every_cut_and_every_flipped_bit_is_one_clear_error()
    {
        byte[] file = PngWriter.Write(new PngImage(4, 3, 3, 8, [.. Enumerable.Range(0, 36).Select(i => (ushort)(i * 7))]));
        for (int length = 0; length < file.Length; length++)
        {
            AssertRefused(file[..length], "cut");
        }

        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] flipped = [.. file];
            flipped[bit >> 3] ^= (byte)(1 << (bit & 7));
            AssertRefused(flipped, "flipped");
        }
    }

    [Fact]
    public void Pixels_that_do_not_fit_the_header_are_refused()
    {
        AssertRefused(new PngBuilder().Header(2, 2, 8, 0).Pixels(0, 1, 2).End(), "expected 6 bytes of pixels, got 3");
        AssertRefused(new PngBuilder().Header(2, 1, 8, 0).Pixels(0, 1, 2, 3).End(), "expected 3 bytes of pixels, got more");
        AssertRefused(new PngBuilder().Header(2, 1, 8, 0).Pixels(5, 1, 2).End(), "filter type 5");
        AssertRefused(new PngBuilder().Header(2, 1, 8, 0).End(), "no pixels");
        AssertRefused(new PngBuilder().Header(1, 1, 8, 3).Chunk("PLTE", 1, 2, 3).Pixels(0, 1).End(), "palette colour 1");
        AssertRefused(new PngBuilder().Header(1, 1, 8, 3).Pixels(0, 0).End(), "needs a palette");
        AssertRefused(new PngBuilder().Header(2, 1, 8, 0).Chunk("ABCD", 1).Pixels(0, 1, 2).End(), "needed to read it");
        AssertRefused(new PngBuilder().Header(2, 1, 3, 0).Pixels(0, 1, 2).End(), "colour type 0 with 3 bits");
    }

    [Fact]
    public void Damaged_or_missing_trailer_of_the_compressed_data_is_refused()
    {
        // The chunk's own checksum is right, so only the one inside can tell; the decompressor does not miss it where it is cut off.
        byte[] data = PngBuilder.Deflate([0, 1, 2]);
        for (int cut = 1; cut <= 4; cut++)
        {
            AssertRefused(new PngBuilder().Header(2, 1, 8, 0).Chunk("IDAT", data[..^cut]).End(), "its pixels are damaged");
        }

        data[^1] ^= 1;
        AssertRefused(new PngBuilder().Header(2, 1, 8, 0).Chunk("IDAT", data).End(), "damaged");
    }

    [Fact]
    public void Hostile_sizes_are_refused_before_memory_is_taken()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(new PngBuilder().Header(8192, 8192, 16, 6).Pixels(0).End(), "cannot hold");
        AssertRefused(new PngBuilder().Header(32768, 32768, 8, 0).Pixels(0).End(), "at most");
        AssertRefused(new PngBuilder().Header(int.MaxValue, 1, 8, 0).Pixels(0).End(), "at most");
        AssertRefused(new PngBuilder().Header(0, 1, 8, 0).Pixels(0).End(), "at most");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    private static void AssertRefused(byte[] file, string expected)
    {
        DfkException e = Assert.Throws<DfkException>(() => PngReader.Read(file, "test.png"));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.StartsWith("picture test.png: ", e.Message, StringComparison.Ordinal);
        Assert.True(expected is "cut" or "flipped" || e.Message.Contains(expected, StringComparison.Ordinal), e.Message);
    }

    [Fact]
    public void Data_that_ask_for_a_dictionary_are_refused()
    {
        // RFC 1950: FLG bit 5, with the check bits right.
        byte[] file = new PngBuilder().Header(1, 1, 8, 0).Chunk("IDAT", 0x78, 0x20, 0, 0, 0, 1, 0x63, 0, 0, 0, 1, 0, 1).End();
        Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => PngReader.Read(file, "x")).ExitCode);
    }
}
