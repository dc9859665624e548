using System;
using System.IO;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>A stream whose bytes become the data of IDAT chunks of moderate length.</summary>
/// <param name="file">The PNG file.</param>
internal sealed class PngDataChunks(Stream file) : Stream
{
    // Readers with small buffers like moderate chunks; 32 KiB would be as good.
    private readonly byte[] _data = new byte[1 << 20];
    private int _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            int count = Math.Min(buffer.Length, _data.Length - _length);
            buffer[..count].CopyTo(_data.AsSpan(_length));
            _length += count;
            buffer = buffer[count..];
            if (_length == _data.Length)
            {
                WriteChunk();
            }
        }
    }

    /// <summary>Writes the last chunk.</summary>
    public void Finish()
    {
        if (_length > 0)
        {
            WriteChunk();
        }
    }

    public override void Flush()
    {
        // A flush of the compressor must not make a chunk of its own: chunks are as long as they can be.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteChunk()
    {
        PngWriter.WriteChunk(file, "IDAT", _data.AsSpan(0, _length));
        _length = 0;
    }
}
