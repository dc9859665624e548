using System;
using System.Globalization;
using System.IO;
using System.Text;

namespace DreamFusion.Cli;

/// <summary>
/// Keeps what was not written by this program from steering the terminal. Prompts, paths and names out of files may hold escape
/// sequences, which set colours and titles or rewrite what was printed before, and marks that turn the direction of the line; on
/// stdout and stderr they appear as <c>\u001B</c>.
/// </summary>
internal static class TerminalText
{
    /// <summary>stdout as it is, for displays that move the cursor.</summary>
    public static TextWriter RawOut { get; private set; } = Console.Out;

    /// <summary>stderr as it is.</summary>
    public static TextWriter RawError { get; private set; } = Console.Error;

    /// <summary>Makes <see cref="Console.Out"/> and <see cref="Console.Error"/> safe. Called once, first of all.</summary>
    public static void Install()
    {
        (RawOut, RawError) = (Console.Out, Console.Error);
#pragma warning disable CA2000 // The console keeps them as long as the process lives.
        Console.SetOut(new PrintableWriter(RawOut));
        Console.SetError(new PrintableWriter(RawError));
#pragma warning restore CA2000
    }

    /// <summary>A text with everything that steers a terminal written out; line ends and tabs stay.</summary>
    public static string Printable(ReadOnlySpan<char> text)
    {
        StringBuilder safe = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool pair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            bool lineEnd = c == '\r' && i + 1 < text.Length && text[i + 1] == '\n';
            if (pair)
            {
                safe.Append(c).Append(text[++i]);
            }
            else if (!lineEnd && Steers(c))
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            }
            else
            {
                safe.Append(c);
            }
        }

        return safe.ToString();
    }

    // Control characters, half characters, ends of lines and paragraphs, and the marks of the bidirectional algorithm (Unicode annex 9).
    private static bool Steers(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\t')) || char.IsSurrogate(c)
        || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private sealed class PrintableWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => inner.Write(Printable([value]));

        public override void Write(string? value) => inner.Write(Printable(value));

        public override void Write(char[] buffer, int index, int count) => inner.Write(Printable(buffer.AsSpan(index, count)));

        public override void Write(ReadOnlySpan<char> buffer) => inner.Write(Printable(buffer));

        // In one piece, so that lines of several threads do not mix.
        public override void WriteLine(string? value) => inner.WriteLine(Printable(value));

        public override void Flush() => inner.Flush();
    }
}
