using System;
using System.Threading;
using DreamFusion.Pipeline.Imaging.Video;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>Where a video goes and what writes it.</summary>
/// <param name="Path">The file, <c>.mp4</c> or <c>.apng</c>.</param>
/// <param name="Program">Path of ffmpeg for an MP4; null for an APNG.</param>
/// <param name="Note">Why it is not an MP4, as a sentence for the user; null if it is one or was not wanted.</param>
public sealed record VideoTarget(string Path, string? Program, string? Note)
{
    /// <summary>Extension of H.264 by ffmpeg.</summary>
    public const string Mp4 = ".mp4";

    /// <summary>Extension of our own animated PNG.</summary>
    public const string Apng = ".apng";

    /// <summary>Whether a path names a video by its extension.</summary>
    public static bool IsVideo(string path) => Is(path, Mp4) || Is(path, Apng);

    /// <summary>An MP4 if ffmpeg is there, else an APNG with a note.</summary>
    /// <param name="stem">Path without extension.</param>
    /// <param name="ffmpeg">What was found.</param>
    public static VideoTarget Choose(string stem, FfmpegProgram ffmpeg)
    {
        ArgumentNullException.ThrowIfNull(ffmpeg);
        return ffmpeg.Path is { } program
            ? new VideoTarget(stem + Mp4, program, null)
            : new VideoTarget(stem + Apng, null, $"{ffmpeg.Problem}, so the video is an animated PNG, {stem}{Apng}; browsers play it. Install ffmpeg for an MP4.");
    }

    /// <summary>The file that was asked for.</summary>
    /// <param name="path">Its path, which ends in <c>.mp4</c> or <c>.apng</c>.</param>
    /// <param name="find">Looks for ffmpeg; called for an MP4 only.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>, if it is an MP4 and there is no ffmpeg.</exception>
    public static VideoTarget Demand(string path, Func<FfmpegProgram> find)
    {
        ArgumentNullException.ThrowIfNull(find);
        if (!Is(path, Mp4))
        {
            return new VideoTarget(path, null, null);
        }

        FfmpegProgram ffmpeg = find();
        return ffmpeg.Path is { } program
            ? new VideoTarget(path, program, null)
            : throw new DfkException(ExitCode.MachineLacks, $"{path}: an MP4 was asked for, but {ffmpeg.Problem}. Install ffmpeg (Debian: apt-get install ffmpeg), or name a file that ends in {Apng}.");
    }

    /// <summary>Writes the video to a temporary name, flushes and renames it.</summary>
    /// <param name="shape">Size and number of the frames.</param>
    /// <param name="frames">Adds the frames.</param>
    /// <param name="stop">Ends ffmpeg as well.</param>
    public void Write(VideoShape shape, Action<IFrameWriter> frames, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (Program is null)
        {
            WholeFile.Write(Path, stream => Fill(new ApngWriter(stream, shape), frames));
        }
        else
        {
            WholeFile.WriteBy(Path, temporary => Fill(new FfmpegWriter(Program, temporary, shape, stop), frames));
        }
    }

    private static void Fill(IFrameWriter writer, Action<IFrameWriter> frames)
    {
        using (writer)
        {
            frames(writer);
            writer.Finish();
        }
    }

    private static bool Is(string path, string extension) => System.IO.Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);
}
