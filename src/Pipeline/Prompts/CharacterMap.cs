using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// SentencePiece's precompiled normalisation rules (<c>precompiled_charsmap</c>; for T5 NFKC and the removal of control
/// characters): a double-array trie (Aoe 1989, in the layout of darts-clone) from UTF-8 byte strings to offsets into a table
/// of zero-terminated replacements. At every place the longest rule wins; characters without a rule stay.
/// <code>
/// unit:  bits 0-7 and 31 label · bit 8 has a value · bit 9 offset is times 256 · bits 10-30 offset;  a value unit: bits 0-30
/// </code>
/// </summary>
internal sealed class CharacterMap
{
    private static readonly byte[] _replacement = [0xEF, 0xBF, 0xBD];
    private readonly string _path;
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <summary>Reads the rules; an empty blob has none.</summary>
    /// <param name="blob">Length of the trie in bytes (32 bits, little endian), the trie, the replacements.</param>
    /// <param name="path">The file it comes from, for messages.</param>
    /// <exception cref="InvalidModelException">The lengths do not fit.</exception>
    public CharacterMap(ReadOnlySpan<byte> blob, string path)
    {
        _path = path;
        if (blob.IsEmpty)
        {
            (_units, _replacements) = ([], []);
            return;
        }

        uint trieBytes = blob.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(blob) : uint.MaxValue;
        if (trieBytes % 4 != 0 || trieBytes == 0 || trieBytes > blob.Length - 4 || (blob.Length > trieBytes + 4 && blob[^1] != 0))
        {
            throw Damaged();
        }

        _units = new uint[trieBytes / 4];
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (4 * i))..]);
        }

        _replacements = blob[(int)(4 + trieBytes)..].ToArray();
    }

    /// <summary>Applies the rules to a whole text.</summary>
    public string Apply(string text)
    {
        byte[] input = Encoding.UTF8.GetBytes(text);
        List<byte> output = new(input.Length);
        for (int at = 0; at < input.Length;)
        {
            output.AddRange(Prefix(input.AsSpan(at), out int consumed));
            at += consumed;
        }

        return Encoding.UTF8.GetString([.. output]);
    }

    /// <summary>What the beginning of a text becomes.</summary>
    /// <param name="text">UTF-8, not empty.</param>
    /// <param name="consumed">Bytes that were replaced, at least 1.</param>
    /// <returns>The replacement, perhaps empty.</returns>
    /// <exception cref="InvalidModelException">The trie leads outside its own bounds.</exception>
    public ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> text, out int consumed)
    {
        if (Longest(text, out consumed) is int offset)
        {
            ReadOnlySpan<byte> tail = offset < _replacements.Length ? _replacements.AsSpan(offset) : throw Damaged();
            return tail[..tail.IndexOf((byte)0)];
        }

        bool valid = Rune.DecodeFromUtf8(text, out _, out consumed) == System.Buffers.OperationStatus.Done;
        return valid ? text[..consumed] : _replacement;
    }

    private int? Longest(ReadOnlySpan<byte> text, out int length)
    {
        int? value = null;
        length = 0;
        if (_units.Length == 0)
        {
            return null;
        }

        uint node = Offset(_units[0]);
        for (int i = 0; i < text.Length; i++)
        {
            node ^= text[i];
            uint unit = At(node);
            if ((unit & 0x8000_00FF) != text[i])
            {
                break;
            }

            node ^= Offset(unit);
            if ((unit & 0x100) != 0)
            {
                (value, length) = ((int)(At(node) & 0x7FFF_FFFF), i + 1);
            }
        }

        return value;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);

    private uint At(uint node) => node < _units.Length ? _units[node] : throw Damaged();

    private InvalidModelException Damaged() => new($"{_path}: the table of character replacements (precompiled_charsmap) is damaged. Copy the file again.");
}
