using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Imaging;

public sealed class PngWriterTests
{
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 1, 1, 1, 8 }, { 1, 1, 4, 16 }, { 5, 3, 2, 8 }, { 67, 33, 3, 8 }, { 33, 67, 3, 16 }, { 16, 16, 4, 8 }, { 9, 2, 1, 16 }, { 2, 9, 2, 16 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void What_is_written_reads_back(int width, int height, int channels, int bits)
    {
        PngImage image = Picture(width, height, channels, bits);
        PngImage back = PngReader.Read(PngWriter.Write(image), "written");
        Assert.Equal((width, height, channels, bits), (back.Width, back.Height, back.Channels, back.BitDepth));
        Assert.Equal(image.Samples, back.Samples);
    }

    [PngcheckFact]
    public void Pngcheck_accepts_every_kind_of_written_file()
    {
        string folder = Directory.CreateTempSubdirectory("dfk-png-").FullName;
        try
        {
            IEnumerable<PngImage> pictures = Shapes.Select(s => Picture((int)s[0], (int)s[1], (int)s[2], (int)s[3])).Append(Picture(700, 700, 4, 8));
            foreach ((int i, PngImage picture) in pictures.Index())
            {
                File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), PngWriter.Write(picture));
            }

            using Process process = Process.Start(
                new ProcessStartInfo(PngcheckFactAttribute.ProgramPath!, Directory.GetFiles(folder)) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output);
            Assert.Contains("No errors were detected in 9 of the 9", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Filters_make_a_gradient_small()
    {
        // A gradient along x and y is constant after the right filter; unfiltered it would not fall under a tenth.
        ushort[] samples = [.. Enumerable.Range(0, 256 * 256).Select(i => (ushort)((i % 256) + (i / 256) & 255))];
        Assert.InRange(PngWriter.Write(new PngImage(256, 256, 1, 8, samples)).Length, 1, 1500);
    }

    [Fact]
    public void Floats_are_rounded_clamped_and_never_nan()
    {
        FloatImage image = new(6, 1, 1, [0f, 0.49f / 255f, 0.51f / 255f, 254.6f / 255f, 1.5f, float.NegativeInfinity]);
        Assert.Equal(new ushort[] { 0, 0, 1, 255, 255, 0 }, PngImage.FromFloat(image).Samples);
        Assert.Equal(new ushort[] { 0, 126, 131, 65432, 65535, 0 }, PngImage.FromFloat(image, 16).Samples);
        image.Data[4] = float.NaN;
        Assert.Contains("at (4, 0), channel 0, got NaN", Assert.Throws<ArgumentException>(() => PngImage.FromFloat(image)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Every_sample_survives_the_way_through_floats(int bits)
    {
        ushort[] all = [.. Enumerable.Range(0, 1 << bits).Select(i => (ushort)i)];
        PngImage image = new(1 << (bits / 2), 1 << (bits / 2), 1, bits, all);
        Assert.Equal(all, PngImage.FromFloat(image.ToFloat(), bits).Samples);
    }

    [Fact]
    public void Contact_sheet_places_pictures_with_gaps()
    {
        FloatImage red = new(2, 1, 3, [1, 0, 0, 1, 0, 0]);
        FloatImage grey = new(2, 1, 1, [0.25f, 0.75f]);
        FloatImage sheet = ContactSheet.Compose([[red, grey], [grey]], gap: 1, gapValue: 0.5f);
        Assert.Equal((5, 3, 3), (sheet.Width, sheet.Height, sheet.Channels));
        const float G = 0.5f;
        Assert.Equal(
            [
                1, 0, 0, 1, 0, 0, G, G, G, 0.25f, 0.25f, 0.25f, 0.75f, 0.75f, 0.75f,
                G, G, G, G, G, G, G, G, G, G, G, G, G, G, G,
                0.25f, 0.25f, 0.25f, 0.75f, 0.75f, 0.75f, G, G, G, G, G, G, G, G, G,
            ],
            sheet.Data);
        Assert.Throws<ArgumentException>(() => ContactSheet.Compose([[red, new FloatImage(1, 1, 3)]]));
        Assert.Throws<ArgumentException>(() => ContactSheet.Compose([]));
    }

    private static PngImage Picture(int width, int height, int channels, int bits)
    {
        Random random = new(width + (31 * height));
        ushort[] samples = new ushort[width * height * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            // Half noise, half gradient, so that every filter is chosen somewhere.
            int value = i % 2 == 0 ? random.Next(1 << bits) : i * 37;
            samples[i] = (ushort)(value & ((1 << bits) - 1));
        }

        return new PngImage(width, height, channels, bits, samples);
    }
}
