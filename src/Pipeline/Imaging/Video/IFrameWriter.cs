using System;

namespace DreamFusion.Pipeline.Imaging.Video;

/// <summary>Takes the frames of a video in order.</summary>
public interface IFrameWriter : IDisposable
{
    /// <summary>Takes a frame.</summary>
    /// <param name="rgb">Bytes [height · width · 3], row-major, sRGB.</param>
    void Add(ReadOnlySpan<byte> rgb);

    /// <summary>Ends the file after the last frame. Disposed without it, the video is thrown away.</summary>
    void Finish();
}

/// <summary>Shape of a video.</summary>
/// <param name="Width">Width, pixels.</param>
/// <param name="Height">Height, pixels.</param>
/// <param name="Frames">Number of frames, at least 1.</param>
/// <param name="FramesPerSecond">Frames a second, at least 1.</param>
public sealed record VideoShape(int Width, int Height, int Frames, int FramesPerSecond);
