using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Imaging.Video;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Imaging;

public sealed class VideoWriterTests
{
    private static readonly VideoShape _shape = new(37, 21, 5, 30);

    /// <summary>The oracle is ffmpeg's own reader of APNG: every frame comes back byte for byte, 30 a second.</summary>
    [ToolFact("ffmpeg", "ffprobe", "pngcheck")]
    public void Others_read_every_frame_of_an_apng()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("turn.apng");
        File.WriteAllBytes(path, Apng(_shape));
        Assert.Contains("OK: ", Encoding.ASCII.GetString(ToolFactAttribute.Output("pngcheck", path)), StringComparison.Ordinal);
        string stream = Encoding.ASCII.GetString(ToolFactAttribute.Output(
            "ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,width,height,nb_read_frames,r_frame_rate", "-of", "csv=p=0", path));
        Assert.Equal("apng,37,21,30/1,5", stream.Trim());
        byte[] back = ToolFactAttribute.Output("ffmpeg", "-v", "error", "-f", "apng", "-i", path, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-");
        Assert.Equal(Enumerable.Range(0, _shape.Frames).SelectMany(frame => Frame(_shape, frame)), back);
    }

    // PNG specification, third edition, 11.3.6: acTL before IDAT, one fcTL before each frame, one count over fcTL and fdAT. ffmpeg and pngcheck do not look at it.
    [Fact]
    public void The_chunks_of_an_apng_are_counted_in_order()
    {
        byte[] file = Apng(_shape);
        List<string> types = [];
        List<uint> sequence = [];
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            string type = Encoding.ASCII.GetString(file, at + 4, 4);
            types.Add(type);
            if (type is "fcTL" or "fdAT")
            {
                sequence.Add(BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8)));
            }
            else if (type == "acTL")
            {
                Assert.Equal([0, 0, 0, 5, 0, 0, 0, 0], file[(at + 8)..(at + 16)]);
            }

            at += length + 12;
        }

        Assert.Equal(["IHDR", "sRGB", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"], types);
        Assert.Equal(Enumerable.Range(0, 9).Select(i => (uint)i), sequence);
    }

    [Fact]
    public void A_reader_that_only_knows_png_sees_the_first_frame()
    {
        PngImage still = PngReader.Read(Apng(_shape), "still");
        Assert.Equal(Frame(_shape, 0).Select(value => (ushort)value), still.Samples);
    }

    [Fact]
    public void An_apng_of_too_few_or_too_many_frames_is_refused()
    {
        using MemoryStream file = new();
        using ApngWriter writer = new(file, _shape with { Frames = 2 });
        writer.Add(Frame(_shape, 0));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        writer.Add(Frame(_shape, 1));
        Assert.Throws<ArgumentException>(() => writer.Add(Frame(_shape, 2)));
        Assert.Throws<ArgumentException>(() => writer.Add(new byte[5]));
    }

    /// <summary>Odd sides, so that one row and column are added. Colours survive the way through yuv420p where the picture is flat.</summary>
    [ToolFact("ffmpeg", "ffprobe")]
    public void An_mp4_is_h264_with_the_colours_of_the_frames()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("turn.mp4");
        byte[] colour = [204, 51, 102];
        byte[] flat = [.. Enumerable.Repeat(colour, _shape.Width * _shape.Height).SelectMany(pixel => pixel)];
        using (FfmpegWriter writer = new(ToolFactAttribute.PathOf("ffmpeg")!, path, _shape))
        {
            for (int i = 0; i < _shape.Frames; i++)
            {
                writer.Add(flat);
            }

            writer.Finish();
        }

        string stream = Encoding.ASCII.GetString(ToolFactAttribute.Output(
            "ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,width,height,pix_fmt,r_frame_rate,nb_read_frames", "-of", "csv=p=0", path));
        Assert.Equal("h264,38,22,yuv420p,30/1,5", stream.Trim());
        byte[] back = ToolFactAttribute.Output(
            "ffmpeg", "-v", "error", "-i", path, "-vf", "scale=in_color_matrix=bt709:in_range=tv", "-f", "rawvideo", "-pix_fmt", "rgb24", "-");
        Assert.Equal(38 * 22 * 3 * _shape.Frames, back.Length);
        for (int i = 0; i < back.Length; i++)
        {
            Assert.InRange(back[i], colour[i % 3] - 3, colour[i % 3] + 3);
        }
    }

    [ToolFact("ffmpeg")]
    public void The_same_frames_give_the_same_mp4()
    {
        using TemporaryFolder folder = new();
        byte[][] files = [.. Enumerable.Range(0, 2).Select(k =>
        {
            string path = folder.File($"{k}.mp4");
            using FfmpegWriter writer = new(ToolFactAttribute.PathOf("ffmpeg")!, path, _shape);
            for (int i = 0; i < _shape.Frames; i++)
            {
                writer.Add(Frame(_shape, i));
            }

            writer.Finish();
            return File.ReadAllBytes(path);
        })];
        Assert.Equal(files[0], files[1]);
    }

    /// <summary>A program in ffmpeg's place that refuses: what it said is in the message.</summary>
    [ToolFact("sh")]
    public void What_ffmpeg_says_is_in_the_error()
    {
        using TemporaryFolder folder = new();
        string program = folder.File("ffmpeg");
        File.WriteAllText(program, "#!/bin/sh\necho 'Unknown encoder libx264' >&2\nexit 3\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        DfkException error = Assert.Throws<DfkException>(() =>
        {
            using FfmpegWriter writer = new(program, folder.File("turn.mp4"), _shape);
            for (int i = 0; i < 1000; i++)
            {
                writer.Add(Frame(_shape, i % 5));
            }

            writer.Finish();
        });
        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        Assert.Contains("Unknown encoder libx264", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<DfkException>(() => new FfmpegWriter(folder.File("nothing"), folder.File("turn.mp4"), _shape).Dispose());
        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
    }

    private static byte[] Apng(VideoShape shape)
    {
        using MemoryStream file = new();
        using ApngWriter writer = new(file, shape);
        for (int i = 0; i < shape.Frames; i++)
        {
            writer.Add(Frame(shape, i));
        }

        writer.Finish();
        return file.ToArray();
    }

    private static byte[] Frame(VideoShape shape, int frame) =>
        [.. Enumerable.Range(0, 3 * shape.Width * shape.Height).Select(i => (byte)((i * 7) + (i / 111 * 13) + (frame * 29)))];
}
