using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>What a piece of a unigram vocabulary is for.</summary>
internal enum PieceKind
{
    /// <summary>Text.</summary>
    Normal,

    /// <summary>Stands for text that no piece covers.</summary>
    Unknown,

    /// <summary>Not text, such as end and padding.</summary>
    Control,

    /// <summary>Text that is never split.</summary>
    UserDefined,

    /// <summary>Text that is not to be used.</summary>
    Unused,

    /// <summary>One byte, <c>&lt;0x41&gt;</c>, for text that no piece covers.</summary>
    Byte,
}

/// <summary>A piece of a unigram vocabulary; its id is its place.</summary>
/// <param name="Text">Its text; ▁ stands for a space.</param>
/// <param name="Score">Its log probability.</param>
/// <param name="Kind">What it is for.</param>
internal readonly record struct Piece(string Text, float Score, PieceKind Kind);

/// <summary>
/// The unigram language model of SentencePiece (Kudo 2018): of all ways to cut a text into pieces the one with the greatest
/// sum of log probabilities, found by dynamic programming (Viterbi):
/// <code>
/// best(0) = 0     best(e) = max over pieces [s, e) of best(s) + score(piece)
/// </code>
/// A character that no piece covers costs the least score minus 10 and becomes the unknown piece, one for a whole run, or
/// its bytes if the model has them. Sums are rounded to float after every piece, as SentencePiece does: of cuts that differ
/// by less than that, such as long repetitions, it then takes the same one.
/// </summary>
internal sealed class UnigramModel
{
    private const float UnknownPenalty = 10;
    private const double UserDefinedMargin = 0.1;

    private readonly double[] _scores;
    private readonly ByteTrie _trie = new();
    private readonly int _unknown;
    private readonly float _unknownScore;
    private readonly int[]? _bytes;

    /// <summary>Prepares a vocabulary.</summary>
    /// <param name="pieces">The pieces by id.</param>
    /// <param name="byteFallback">Whether characters without a piece become bytes.</param>
    /// <param name="path">The file it comes from, for messages.</param>
    /// <exception cref="InvalidModelException">No text, no single unknown piece, a score that is no number, or missing bytes.</exception>
    public UnigramModel(IReadOnlyList<Piece> pieces, bool byteFallback, string path)
    {
        float[] normal = [.. pieces.Where(p => p.Kind == PieceKind.Normal).Select(p => p.Score)];
        int[] unknown = [.. Enumerable.Range(0, pieces.Count).Where(i => pieces[i].Kind == PieceKind.Unknown)];
        if (normal.Length == 0 || unknown.Length != 1 || pieces.Any(p => !float.IsFinite(p.Score)))
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: expected pieces of text with finite scores and one unknown piece, got {normal.Length} pieces of text and {unknown.Length} unknown ones. Copy the file again."));
        }

        Pieces = pieces;
        _unknown = unknown[0];
        _unknownScore = normal.Min() - UnknownPenalty;
        // SentencePiece begins its search for the greatest score at 0, so that log probabilities never reach it and a
        // user-defined piece costs next to nothing.
        float greatest = Math.Max(0, normal.Max());
        _scores = [.. pieces.Select(p => p.Kind == PieceKind.UserDefined
            ? (Encoding.UTF8.GetByteCount(p.Text) * greatest) - UserDefinedMargin
            : p.Score)];
        for (int id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Kind is PieceKind.Normal or PieceKind.UserDefined)
            {
                _trie.Add(Encoding.UTF8.GetBytes(pieces[id].Text), id);
            }
        }

        _bytes = byteFallback ? BytePieces(pieces, path) : null;
    }

    /// <summary>The pieces by id.</summary>
    public IReadOnlyList<Piece> Pieces { get; }

    /// <summary>The best cut of a prepared text.</summary>
    /// <param name="text">UTF-8, spaces written as ▁.</param>
    /// <returns>Ids with the bytes that they cover, in order; the bytes of a byte piece's character count for its first byte.</returns>
    public IReadOnlyList<(int Id, int Start, int Length)> Encode(ReadOnlySpan<byte> text)
    {
        int[] ids = new int[text.Length + 1];
        int[] starts = Search(text, ids);
        List<(int Id, int Start, int Length)> reversed = [];
        for (int end = text.Length; end > 0; end = starts[end])
        {
            bool afterUnknown = reversed.Count > 0 && reversed[^1].Id == _unknown;
            if (ids[end] != _unknown || !afterUnknown)
            {
                reversed.Add((ids[end], starts[end], end - starts[end]));
            }
            else
            {
                reversed[^1] = (_unknown, starts[end], reversed[^1].Length + end - starts[end]);
            }
        }

        reversed.Reverse();
        return _bytes is null ? reversed : WithBytes(text, reversed, _bytes);
    }

    private int[] Search(ReadOnlySpan<byte> text, int[] ids)
    {
        float[] best = new float[text.Length + 1];
        int[] starts = new int[text.Length + 1];
        Array.Fill(starts, -1);
        for (int start = 0; start < text.Length;)
        {
            Rune.DecodeFromUtf8(text[start..], out _, out int character);
            bool covered = false;
            int node = ByteTrie.Root;
            for (int end = start + 1; end <= text.Length; end++)
            {
                node = _trie.Next(node, text[end - 1]);
                if (node == ByteTrie.None)
                {
                    break;
                }

                int id = _trie.ValueAt(node);
                if (id != ByteTrie.None)
                {
                    Relax(start, end, id, best[start] + _scores[id]);
                    covered |= end == start + character;
                }
            }

            if (!covered)
            {
                Relax(start, start + character, _unknown, (double)best[start] + _unknownScore);
            }

            start += character;
        }

        return starts;

        void Relax(int start, int end, int id, double score)
        {
            if (starts[end] < 0 || score > best[end])
            {
                (best[end], starts[end], ids[end]) = ((float)score, start, id);
            }
        }
    }

    private List<(int Id, int Start, int Length)> WithBytes(ReadOnlySpan<byte> text, List<(int Id, int Start, int Length)> pieces, int[] bytes)
    {
        List<(int Id, int Start, int Length)> result = [];
        foreach ((int id, int start, int length) in pieces)
        {
            if (id != _unknown)
            {
                result.Add((id, start, length));
                continue;
            }

            for (int i = start; i < start + length; i++)
            {
                result.Add((bytes[text[i]], i, 1));
            }
        }

        return result;
    }

    private static int[] BytePieces(IReadOnlyList<Piece> pieces, string path)
    {
        Dictionary<string, int> ids = [];
        for (int id = 0; id < pieces.Count; id++)
        {
            ids.TryAdd(pieces[id].Text, id);
        }

        int[] bytes = new int[256];
        for (int b = 0; b < 256; b++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>");
            bytes[b] = ids.TryGetValue(name, out int id)
                ? id
                : throw new InvalidModelException($"{path}: byte fallback is on, but the piece {name} is missing. Copy the file again.");
        }

        return bytes;
    }
}
