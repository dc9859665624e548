using System;
using System.Buffers;
using System.IO;
using System.Text;

namespace DreamFusion.Pipeline.Runs;

/// <summary>A file that grows by whole lines, UTF-8, and can be cut back to one of them.</summary>
internal sealed class LineFile : IDisposable
{
    private readonly FileStream _file;

    private LineFile(FileStream file) => _file = file;

    /// <summary>What becomes of a file at a line.</summary>
    public enum Cut
    {
        /// <summary>The line is kept.</summary>
        Keep,

        /// <summary>The line is the last that is kept.</summary>
        After,

        /// <summary>The line goes, and all behind it.</summary>
        Before,
    }

    /// <summary>Full path.</summary>
    public string Path => _file.Name;

    /// <summary>Opens a file for appending.</summary>
    /// <param name="path">Path.</param>
    /// <param name="mode"><see cref="FileMode.CreateNew"/> for a file that must not exist, else <see cref="FileMode.OpenOrCreate"/>.</param>
    public static LineFile Open(string path, FileMode mode)
    {
        // Unbuffered: one line is one write, so a killed process leaves whole lines.
        var file = new FileStream(path, mode, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        file.Seek(0, SeekOrigin.End);
        return new LineFile(file);
    }

    /// <summary>Appends a line.</summary>
    /// <param name="line">The line without its end.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>, if the disk does not take it.</exception>
    public void Append(byte[] line)
    {
        try
        {
            _file.Write([.. line, (byte)'\n']);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DfkException(ExitCode.MachineLacks, $"{Path} cannot be written: {e.Message.TrimEnd('.')}. Free space on its disk; the last checkpoint is intact.", e);
        }
    }

    /// <summary>Cuts the file at the first line of which it is said; a last line without an end goes in any case.</summary>
    /// <param name="decide">Asked about every line in order.</param>
    public void CutBack(Func<string, Cut> decide)
    {
        byte[] chunk = new byte[1 << 16];
        var line = new ArrayBufferWriter<byte>();
        long kept = 0, position = 0;
        bool isCut = false;
        for (int count; !isCut && (count = RandomAccess.Read(_file.SafeFileHandle, chunk, position)) > 0; position += count)
        {
            for (int from = 0; !isCut && from < count;)
            {
                int end = Array.IndexOf(chunk, (byte)'\n', from, count - from);
                line.Write(chunk.AsSpan(from..(end < 0 ? count : end)));
                from = end < 0 ? count : end + 1;
                if (end >= 0)
                {
                    Cut cut = decide(Encoding.UTF8.GetString(line.WrittenSpan));
                    line.ResetWrittenCount();
                    kept = cut == Cut.Before ? kept : position + from;
                    isCut = cut != Cut.Keep;
                }
            }
        }
        _file.SetLength(kept);
        _file.Seek(0, SeekOrigin.End);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
