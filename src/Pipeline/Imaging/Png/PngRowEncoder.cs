using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>Filters and compresses a picture's rows as they come; memory is a few rows, whatever the height.</summary>
internal sealed class PngRowEncoder : IDisposable
{
    private readonly ZLibStream _zlib;
    private readonly int _bitDepth;
    private readonly int _pixelBytes;
    private byte[] _row;
    private byte[] _above;
    private byte[] _best;
    private byte[] _candidate;
    private int _filled;

    /// <summary>Begins a picture.</summary>
    /// <param name="output">Where the compressed data goes; stays open.</param>
    /// <param name="width">Width, pixels.</param>
    /// <param name="channels">Samples in each pixel.</param>
    /// <param name="bitDepth">8 or 16.</param>
    public PngRowEncoder(Stream output, int width, int channels, int bitDepth)
    {
        _bitDepth = bitDepth;
        _pixelBytes = channels * bitDepth / 8;
        int rowBytes = checked(width * _pixelBytes);
        (_row, _above, _best, _candidate) = (new byte[rowBytes], new byte[rowBytes], new byte[rowBytes], new byte[rowBytes]);
        _zlib = new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true);
    }

    /// <summary>Samples taken of the row at hand, in bytes; 0 between two rows.</summary>
    public int Pending => _filled;

    /// <summary>Takes the next samples, row-major; a row may come in parts.</summary>
    public void Write(ReadOnlySpan<ushort> samples)
    {
        foreach (ushort sample in samples)
        {
            if (_bitDepth == 16)
            {
                BinaryPrimitives.WriteUInt16BigEndian(_row.AsSpan(_filled), sample);
                _filled += 2;
            }
            else
            {
                _row[_filled++] = (byte)sample;
            }

            if (_filled == _row.Length)
            {
                EndRow();
            }
        }
    }

    /// <summary>Ends the compressed data.</summary>
    public void Dispose() => _zlib.Dispose();

    private void EndRow()
    {
        _zlib.WriteByte((byte)ChooseFilter());
        _zlib.Write(_best);
        (_row, _above) = (_above, _row);
        _filled = 0;
    }

    // The usual heuristic (PNG specification, clause 12.8): the least sum of absolute differences.
    private int ChooseFilter()
    {
        int bestType = 0;
        long bestSum = long.MaxValue;
        for (int type = 0; type < PngFilter.Count; type++)
        {
            PngFilter.Apply(type, _row, _above, _pixelBytes, _candidate);
            long sum = 0;
            foreach (byte difference in _candidate)
            {
                sum += Math.Abs((int)(sbyte)difference);
            }

            if (sum < bestSum)
            {
                (bestType, bestSum) = (type, sum);
                (_best, _candidate) = (_candidate, _best);
            }
        }

        return bestType;
    }
}
