using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Pipeline.Imaging;

/// <summary>
/// The file of a <see cref="ContactSheet"/> that is too large to be held in memory: takes a column of pictures at a time and writes the sheet row
/// by row. The samples wait, a byte each, in memory up to <see cref="MostMemory"/> and beyond that in a file beside the sheet that goes when this
/// is disposed. The bytes are those of the sheet composed in memory.
/// </summary>
public sealed class SheetWriter : IDisposable
{
    /// <summary>Samples up to this many bytes wait in memory.</summary>
    public const long MostMemory = 64L << 20;

    private const int Gap = 2;
    private const ushort GapSample = 128;

    private readonly int _columns;
    private readonly int _width;
    private readonly int _height;
    private readonly int[] _channels;
    private readonly Stream _samples;
    private readonly long _columnBytes;
    private int _taken;

    /// <summary>Begins a sheet.</summary>
    /// <param name="path">The sheet's own path: what does not fit into memory waits beside it.</param>
    /// <param name="columns">Columns, at least 1.</param>
    /// <param name="width">Width of each picture, pixels.</param>
    /// <param name="height">Height of each picture, pixels.</param>
    /// <param name="channels">Channels of the pictures of each row of the grid, 1 or 3.</param>
    public SheetWriter(string path, int columns, int width, int height, IReadOnlyList<int> channels)
        : this(path, columns, width, height, channels, MostMemory)
    {
    }

    internal SheetWriter(string path, int columns, int width, int height, IReadOnlyList<int> channels, long mostMemory)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(channels);
        if (channels.Count == 0 || channels.Any(count => count is not (1 or 3)))
        {
            throw new ArgumentException($"SheetWriter: expected rows of grey (1 channel) or RGB (3) pictures, got {string.Join(", ", channels)}.", nameof(channels));
        }

        (_columns, _width, _height, _channels) = (columns, width, height, [.. channels]);
        _columnBytes = (long)width * height * _channels.Sum();
        Width = checked((columns * width) + ((columns - 1) * Gap));
        Height = checked((_channels.Length * height) + ((_channels.Length - 1) * Gap));
        _samples = WaitingBytes(columns, width, height, _channels.Sum()) <= mostMemory
            ? new MemoryStream((int)(columns * _columnBytes))
            : new FileStream(path + ".samples.tmp", FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
    }

    /// <summary>Width of the sheet, pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the sheet, pixels.</summary>
    public int Height { get; }

    /// <summary>Bytes that the pictures of a sheet take while they wait.</summary>
    /// <param name="columns">Columns.</param>
    /// <param name="width">Width of each picture, pixels.</param>
    /// <param name="height">Height of each picture, pixels.</param>
    /// <param name="channels">Channels of a column's pictures together.</param>
    public static long WaitingBytes(long columns, int width, int height, int channels) => columns * width * height * channels;

    /// <summary>Takes the next column.</summary>
    /// <param name="pictures">8-bit pictures from the top, one for each row of the grid.</param>
    /// <exception cref="ArgumentException">Another number, size, depth or kind of picture.</exception>
    public void Add(IReadOnlyList<PngImage> pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        if (_taken == _columns || pictures.Count != _channels.Length
            || pictures.Where((p, row) => p.Width != _width || p.Height != _height || p.BitDepth != 8 || p.Channels != _channels[row]).Any())
        {
            string got = string.Join(", ", pictures.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Width}x{p.Height} of {p.Channels} channels and {p.BitDepth} bits")));
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"SheetWriter: expected {_columns} columns of {_width}x{_height} pictures of 8 bits and {string.Join(", ", _channels)} channels, got {got} as column {_taken + 1}."), nameof(pictures));
        }

        byte[] row = new byte[_width * 3];
        foreach (PngImage picture in pictures)
        {
            int length = _width * picture.Channels;
            for (int first = 0; first < picture.Samples.Length; first += length)
            {
                for (int i = 0; i < length; i++)
                {
                    row[i] = (byte)picture.Samples[first + i];
                }

                _samples.Write(row, 0, length);
            }
        }

        _taken++;
    }

    /// <summary>Writes the PNG file; every column must have come.</summary>
    /// <param name="file">Where to; stays open.</param>
    /// <exception cref="InvalidOperationException">Columns are missing.</exception>
    public void Write(Stream file)
    {
        if (_taken != _columns)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"SheetWriter: expected {_columns} columns, got {_taken}."));
        }

        using PngRowWriter rows = new(file, Width, Height, channels: 3, bitDepth: 8);
        ushort[] gap = new ushort[3 * Width], line = new ushort[3 * Width];
        byte[] part = new byte[3 * _width];
        Array.Fill(gap, GapSample);
        Array.Fill(line, GapSample);
        long above = 0;
        foreach (int channels in _channels)
        {
            for (int y = above == 0 ? 0 : -Gap; y < _height; y++)
            {
                if (y < 0)
                {
                    rows.Write(gap);
                    continue;
                }

                for (int column = 0; column < _columns; column++)
                {
                    _samples.Position = (column * _columnBytes) + above + ((long)y * _width * channels);
                    Span<byte> samples = part.AsSpan(0, _width * channels);
                    _samples.ReadExactly(samples);
                    Spread(samples, channels, line.AsSpan(column * (_width + Gap) * 3, 3 * _width));
                }

                rows.Write(line);
            }

            above += (long)_width * _height * channels;
        }

        rows.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _samples.Dispose();

    private static void Spread(ReadOnlySpan<byte> samples, int channels, Span<ushort> rgb)
    {
        for (int i = 0; i < rgb.Length; i++)
        {
            rgb[i] = samples[channels == 3 ? i : i / 3];
        }
    }
}
