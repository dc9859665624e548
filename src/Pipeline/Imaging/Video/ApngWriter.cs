using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Pipeline.Imaging.Video;

/// <summary>
/// Writes an animated PNG that loops forever, frame by frame: every frame whole, RGB of 8 bits, the first one also the still picture. Viewers that
/// know PNG only show that one. Source: PNG specification, third edition (W3C 2025), chunks acTL, fcTL and fdAT.
/// </summary>
public sealed class ApngWriter : IFrameWriter
{
#pragma warning disable CA2213 // The stream is the caller's.
    private readonly Stream _file;
#pragma warning restore CA2213
    private readonly VideoShape _shape;
    private readonly ushort[] _samples;
    private int _frames;
    private uint _sequence;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Where to; stays open.</param>
    /// <param name="shape">Size and number of the frames.</param>
    public ApngWriter(Stream file, VideoShape shape)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Frames, 1, nameof(shape));
        _file = file;
        _shape = shape;
        _samples = new ushort[checked(3 * shape.Width * shape.Height)];
        PngWriter.WriteStart(file, shape.Width, shape.Height, channels: 3, bitDepth: 8, new PngNotes { IsSrgb = true });
        Span<byte> control = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(control, shape.Frames);
        // Plays: 0 is forever.
        BinaryPrimitives.WriteInt32BigEndian(control[4..], 0);
        PngWriter.WriteChunk(file, "acTL", control);
    }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != _samples.Length || _frames == _shape.Frames)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"ApngWriter: expected {_shape.Frames} frames of {_samples.Length} bytes, got frame {_frames + 1} of {rgb.Length}."), nameof(rgb));
        }

        for (int i = 0; i < rgb.Length; i++)
        {
            _samples[i] = rgb[i];
        }

        // The sequence number of fdAT comes before its data.
        using MemoryStream data = new();
        data.Write(stackalloc byte[4]);
        using (PngRowEncoder rows = new(data, _shape.Width, channels: 3, bitDepth: 8))
        {
            rows.Write(_samples);
        }

        WriteFrameControl();
        Span<byte> bytes = data.GetBuffer().AsSpan(0, (int)data.Length);
        if (_frames == 0)
        {
            PngWriter.WriteChunk(_file, "IDAT", bytes[4..]);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, _sequence++);
            PngWriter.WriteChunk(_file, "fdAT", bytes);
        }

        _frames++;
    }

    /// <inheritdoc/>
    public void Finish()
    {
        if (_frames != _shape.Frames)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"ApngWriter: expected {_shape.Frames} frames, got {_frames}."));
        }

        PngWriter.WriteChunk(_file, "IEND", []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The stream is the caller's.
    }

    // The whole picture each time: nothing of the last frame is kept (dispose none, blend source).
    private void WriteFrameControl()
    {
        Span<byte> control = stackalloc byte[26];
        control.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(control, _sequence++);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], _shape.Width);
        BinaryPrimitives.WriteInt32BigEndian(control[8..], _shape.Height);
        BinaryPrimitives.WriteUInt16BigEndian(control[20..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(control[22..], (ushort)_shape.FramesPerSecond);
        PngWriter.WriteChunk(_file, "fcTL", control);
    }
}
