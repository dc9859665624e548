using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace DreamFusion.Pipeline.Imaging.Video;

/// <summary>
/// An MP4 through ffmpeg: H.264, yuv420p, BT.709 with the transfer of sRGB, so that players show the colours of the frames. Frames go through a pipe as they are
/// made. One encoder thread without time stamps: the same frames give the same bytes with any number of cores. Sides that are odd are
/// continued by one pixel, as yuv420p has colours for pairs of pixels only.
/// </summary>
public sealed class FfmpegWriter : IFrameWriter
{
    // x264 calls 18 visually lossless; flat renders stay small all the same.
    private const int Quality = 16;

    private const int WaitMilliseconds = 60_000;
    private const int SignalMilliseconds = 300;

    private readonly VideoShape _shape;
    private readonly string _path;
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly CancellationToken _stop;
    private readonly byte[] _frame;
    private readonly int _evenWidth;
    private readonly int _evenHeight;
    private bool _ended;

    /// <summary>Starts ffmpeg.</summary>
    /// <param name="program">Path of ffmpeg.</param>
    /// <param name="path">The file that it writes; overwritten. The caller renames it.</param>
    /// <param name="shape">Size and number of the frames.</param>
    /// <param name="stop">Ctrl+C also reaches ffmpeg, which then ends; with this that is no error of ffmpeg's.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>, if it cannot be started.</exception>
    public FfmpegWriter(string program, string path, VideoShape shape, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        _shape = shape;
        _path = path;
        _stop = stop;
        (_evenWidth, _evenHeight) = (shape.Width + (shape.Width & 1), shape.Height + (shape.Height & 1));
        _frame = new byte[checked(3 * _evenWidth * _evenHeight)];
        try
        {
            _process = Process.Start(new ProcessStartInfo(program, Arguments())
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                StandardErrorEncoding = Encoding.UTF8,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new DfkException(ExitCode.MachineLacks, $"{program} cannot be started: {e.Message.TrimEnd('.')}. Name a file that ends in .apng, which needs no ffmpeg.", e);
        }

        // Read all the time: a full pipe would stop ffmpeg, and it would stop us.
        _errors = _process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> rgb)
    {
        int rowBytes = 3 * _shape.Width;
        if (rgb.Length != rowBytes * _shape.Height)
        {
            throw new ArgumentException($"FfmpegWriter: expected {rowBytes * _shape.Height} bytes, got {rgb.Length}.", nameof(rgb));
        }

        for (int y = 0; y < _evenHeight; y++)
        {
            Span<byte> row = _frame.AsSpan(3 * _evenWidth * y, 3 * _evenWidth);
            rgb.Slice(rowBytes * Math.Min(y, _shape.Height - 1), rowBytes).CopyTo(row);
            if (_evenWidth > _shape.Width)
            {
                row[(rowBytes - 3)..rowBytes].CopyTo(row[rowBytes..]);
            }
        }

        try
        {
            _process.StandardInput.BaseStream.Write(_frame);
        }
        catch (IOException e)
        {
            throw Failed(e);
        }
    }

    /// <inheritdoc/>
    public void Finish()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException e)
        {
            throw Failed(e);
        }

        if (!_process.WaitForExit(WaitMilliseconds))
        {
            throw new DfkException(ExitCode.MachineLacks, $"ffmpeg did not end within {WaitMilliseconds / 1000} s after the last frame of {_path}. Name a file that ends in .apng, which needs no ffmpeg.");
        }

        if (_process.ExitCode != 0)
        {
            throw Failed(null);
        }

        _ended = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_ended && !_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private List<string> Arguments()
    {
        string rate = _shape.FramesPerSecond.ToString(CultureInfo.InvariantCulture);
        return
        [
            "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", string.Create(CultureInfo.InvariantCulture, $"{_evenWidth}x{_evenHeight}"), "-r", rate, "-i", "pipe:0",
            "-an", "-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p",
            "-c:v", FfmpegProgram.Encoder, "-crf", Quality.ToString(CultureInfo.InvariantCulture), "-preset", "medium", "-threads", "1", "-r", rate,
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "iec61966-2-1", "-color_range", "tv",
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4",
            // A path may begin with a dash or look like a protocol.
            "file:" + _path,
        ];
    }

    private Exception Failed(Exception? cause)
    {
        // The signal reaches ffmpeg and this process at once, but our handler runs on another thread.
        if (_stop.CanBeCanceled && _stop.WaitHandle.WaitOne(SignalMilliseconds))
        {
            return new OperationCanceledException(_stop);
        }

        _process.WaitForExit(WaitMilliseconds);
        string said = _errors.GetAwaiter().GetResult().Trim();
        string words = said.Length == 0 ? $"no message, exit code {_process.ExitCode}" : said;
        string message = $"ffmpeg could not write {_path}: {words.ReplaceLineEndings(" ")}. Free space if the disk is full, or name a file that ends in .apng, which needs no ffmpeg.";
        return cause is null ? new DfkException(ExitCode.MachineLacks, message) : new DfkException(ExitCode.MachineLacks, message, cause);
    }
}
