using System;
using System.Globalization;
using System.IO;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>Writes a PNG file row by row, as its pixels come: memory is a few rows and one chunk, whatever the height.</summary>
public sealed class PngRowWriter : IDisposable
{
#pragma warning disable CA2213 // The stream is the caller's.
    private readonly Stream _file;
#pragma warning restore CA2213
    private readonly PngDataChunks _data;
    private readonly PngRowEncoder _rows;
    private readonly long _samples;
    private long _taken;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Where to; stays open.</param>
    /// <param name="width">Width, pixels, at least 1.</param>
    /// <param name="height">Height, pixels, at least 1.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.</param>
    /// <param name="bitDepth">8 or 16.</param>
    /// <param name="notes">What it says about its samples; null for nothing.</param>
    public PngRowWriter(Stream file, int width, int height, int channels, int bitDepth, PngNotes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        _file = file;
        _samples = (long)width * height * channels;
        PngWriter.WriteStart(file, width, height, channels, bitDepth, notes ?? PngNotes.Empty);
        _data = new PngDataChunks(file);
        _rows = new PngRowEncoder(_data, width, channels, bitDepth);
    }

    /// <summary>Takes the next samples, row-major HWC; a row may come in parts.</summary>
    /// <exception cref="InvalidOperationException">There are more than the picture has.</exception>
    public void Write(ReadOnlySpan<ushort> samples)
    {
        _taken += samples.Length;
        if (_taken > _samples)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"PngRowWriter: expected {_samples} samples, got {_taken}."));
        }

        _rows.Write(samples);
    }

    /// <summary>Ends the file; every sample must have come.</summary>
    /// <exception cref="InvalidOperationException">Samples are missing.</exception>
    public void Finish()
    {
        if (_taken != _samples)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"PngRowWriter: expected {_samples} samples, got {_taken}."));
        }

        _rows.Dispose();
        _data.Finish();
        PngWriter.WriteChunk(_file, "IEND", []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _data.Dispose();
    }
}
