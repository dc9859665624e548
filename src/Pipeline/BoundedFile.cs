using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace DreamFusion.Pipeline;

/// <summary>
/// Reads files that come from elsewhere: at most so many bytes, whatever the path leads to. A device or a pipe has no length to look
/// at before, and may never end.
/// </summary>
internal static class BoundedFile
{
    /// <summary>Most bytes of a JSON file; the largest tokenizers have 20 MB.</summary>
    public const int MostOfJson = 64 << 20;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Most bytes that it may have.</param>
    /// <exception cref="IOException">Missing, a folder, unreadable, or longer; the message is a sentence without the path's role.</exception>
    /// <exception cref="UnauthorizedAccessException">Not to be read by this user.</exception>
    public static byte[] Read(string path, int most)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("It is a folder; expected a file.");
        }

        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        long length = stream.CanSeek ? stream.Length : 0;
        if (length > most)
        {
            throw TooLong(length.ToString(CultureInfo.InvariantCulture), most);
        }

        // A regular file is read in one piece; what has no length, or grows meanwhile, piece by piece.
        byte[] bytes = new byte[Math.Min(length + 1, most + 1L)];
        int count = 0;
        for (int got; (got = stream.Read(bytes.AsSpan(count))) > 0; count += got)
        {
            if (count + got > most)
            {
                throw TooLong("more", most);
            }

            if (count + got == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(Math.Max(2L * bytes.Length, 4096), most + 1L));
            }
        }

        Array.Resize(ref bytes, count);
        return bytes;
    }

    /// <summary>Reads the lines of a text, UTF-8 unless its first bytes say otherwise, of at most <see cref="MostOfJson"/> bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">As <see cref="Read"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As <see cref="Read"/>.</exception>
    public static string[] ReadLines(string path)
    {
        using StreamReader reader = new(new MemoryStream(Read(path, MostOfJson)), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return [.. lines];
    }

    private static IOException TooLong(string got, int most) =>
        new(string.Create(CultureInfo.InvariantCulture, $"It has {got} bytes; at most {most} are read."));
}
