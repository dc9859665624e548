using System;
using System.Threading;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging.Video;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>A video in which the camera goes once around the object, from its front towards +X, one panel for each kind of picture.</summary>
public sealed record Turntable
{
    /// <summary>Frames a second.</summary>
    public const int FramesPerSecond = 30;

    /// <summary>Frames of one turn where nothing else is said.</summary>
    public const int DefaultFrames = 120;

    /// <summary>The camera of frame 0.</summary>
    public required OrbitCamera Camera { get; init; }

    /// <summary>Size of a panel.</summary>
    public required PictureSize Panel { get; init; }

    /// <summary>Frames of one turn, at least 1; default 120.</summary>
    public int Frames { get; init; } = DefaultFrames;

    /// <summary>The panels from left to right, their light and background; default colour, normals, depth on white.</summary>
    public PictureLook Look { get; init; } = new() { Kinds = [PictureKind.Albedo, PictureKind.Normal, PictureKind.Depth] };

    /// <summary>Size and number of the frames.</summary>
    public VideoShape Shape => new(checked(Panel.Width * Look.Kinds.Count), Panel.Height, Frames, FramesPerSecond);

    /// <summary>The camera of a frame.</summary>
    /// <param name="frame">Frame, from 0.</param>
    public OrbitCamera CameraOf(int frame) => Camera with { AzimuthDegrees = Camera.AzimuthDegrees + (frame * 360f / Frames) };

    /// <summary>Renders and writes the video.</summary>
    /// <param name="source">What is looked at.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="progress">Told the number of frames that are done; or null.</param>
    /// <param name="stop">Ends between two tiles; nothing is left behind.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: ffmpeg failed, or the file cannot be written.</exception>
    public void Write(IPictureSource source, VideoTarget target, Action<int>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        target.Write(Shape, writer =>
        {
            byte[] frame = new byte[checked(3 * Shape.Width * Shape.Height)];
            RawPixels room = PictureRenderer.Room(source, Panel, Look);
            for (int i = 0; i < Frames; i++)
            {
                Draw(source, CameraOf(i), room, frame, stop);
                writer.Add(frame);
                progress?.Invoke(i + 1);
            }
        }, stop);
    }

    /// <summary>Draws one frame.</summary>
    /// <param name="source">What is looked at.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="room">Buffers for the tiles.</param>
    /// <param name="frame">Bytes [height · width · 3]; overwritten.</param>
    /// <param name="stop">Ends between two tiles.</param>
    internal void Draw(IPictureSource source, OrbitCamera camera, RawPixels room, byte[] frame, CancellationToken stop)
    {
        var scale = DepthScale.For(camera, source.Radius);
        ushort[] samples = new ushort[3 * room.Capacity];
        int first = 0;
        PictureRenderer.Render(source, camera, Panel, Look, pixels =>
        {
            for (int panel = 0; panel < Look.Kinds.Count; panel++)
            {
                var tone = new PictureTone(Look.Kinds[panel], panel, bits: 8, withAlpha: false);
                tone.Write(pixels, scale, samples);
                Paste(samples, tone.Channels, first, pixels.Count, panel, frame);
            }

            first += pixels.Count;
        }, room, stop);
    }

    private void Paste(ushort[] samples, int channels, int first, int count, int panel, byte[] frame)
    {
        int rowPixels = Panel.Width * Look.Kinds.Count;
        for (int i = 0; i < count; i++)
        {
            int row = (first + i) / Panel.Width, column = (first + i) % Panel.Width;
            int to = 3 * ((row * rowPixels) + (panel * Panel.Width) + column);
            for (int c = 0; c < 3; c++)
            {
                frame[to + c] = (byte)samples[(i * channels) + (channels == 3 ? c : 0)];
            }
        }
    }
}
