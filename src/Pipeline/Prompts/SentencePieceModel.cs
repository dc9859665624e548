using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts.Format;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>Text as a unigram model takes it.</summary>
internal interface ITextPreparation
{
    /// <summary>Normalises a text and cuts it where no piece may reach across.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="first">Whether it is the first text of the prompt.</param>
    /// <param name="continues">Whether it goes on behind other text, so that it does not begin a word of itself.</param>
    /// <returns>UTF-8, spaces written as ▁; none is empty.</returns>
    IEnumerable<byte[]> Prepare(string text, bool first, bool continues);
}

/// <summary>
/// SentencePiece's own model file, <c>spiece.model</c>: a protocol buffer with the pieces and the normaliser (Kudo and
/// Richardson 2018). The normaliser applies <see cref="CharacterMap"/>, writes spaces as ▁, drops spaces at both ends and
/// repeated ones, and puts one ▁ before the text.
/// </summary>
internal sealed class SentencePieceModel : ITextPreparation
{
    private static readonly byte[] _space = Encoding.UTF8.GetBytes("▁");
    private static readonly byte[] _plainSpace = [(byte)' '];
    private readonly CharacterMap _characters;
    private readonly ByteTrie _userDefined = new();
    private readonly bool _dummyPrefix;
    private readonly bool _collapse;
    private readonly bool _spaceBehind;
    private readonly byte[] _spaceSymbol;

    private SentencePieceModel(ModelProto model, string path)
    {
        NormalizerSpec normalizer = model.NormalizerSpec ?? new NormalizerSpec();
        TrainerSpec trainer = model.TrainerSpec ?? new TrainerSpec();
        if (trainer.ModelType != TrainerSpec.Types.ModelType.Unigram)
        {
            throw new InvalidModelException($"{path}: the model type is {trainer.ModelType}, expected Unigram, as T5's is. Take the tokenizer from the model's own folder.");
        }

        _characters = new CharacterMap(normalizer.PrecompiledCharsmap.Span, path);
        (_dummyPrefix, _collapse, _spaceBehind) = (normalizer.AddDummyPrefix, normalizer.RemoveExtraWhitespaces, trainer.TreatWhitespaceAsSuffix);
        _spaceSymbol = normalizer.EscapeWhitespaces ? _space : _plainSpace;
        Model = new UnigramModel([.. model.Pieces.Select(p => new Piece(p.Piece, p.Score, KindOf(p.Type)))], trainer.ByteFallback, path);
        foreach (Piece piece in Model.Pieces.Where(p => p.Kind == PieceKind.UserDefined))
        {
            _userDefined.Add(Encoding.UTF8.GetBytes(piece.Text), 0);
        }
    }

    /// <summary>The vocabulary.</summary>
    public UnigramModel Model { get; }

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InvalidModelException">Missing, damaged, or no unigram model.</exception>
    public static SentencePieceModel Load(string path)
    {
        ModelProto model;
        try
        {
            byte[] bytes = BoundedFile.Read(path, BoundedFile.MostOfJson);
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (Exception e) when (ProtobufFile.IsDamage(e))
        {
            throw new InvalidModelException($"{path} is no SentencePiece model: {e.Message.TrimEnd('.')}. Copy the file again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {e.Message.TrimEnd('.')}. Make the file readable, or copy it again.", e);
        }

        return new SentencePieceModel(model, path);
    }

    /// <inheritdoc/>
    public IEnumerable<byte[]> Prepare(string text, bool first, bool continues)
    {
        byte[] normal = Normalize(Encoding.UTF8.GetBytes(text), _dummyPrefix && !continues, skipSpaces: !continues);
        return normal.Length == 0 ? [] : [normal];
    }

    private byte[] Normalize(ReadOnlySpan<byte> text, bool dummyPrefix, bool skipSpaces)
    {
        int at = 0;
        while (_collapse && skipSpaces && at < text.Length && Prefix(text[at..], out int space) is [(byte)' '])
        {
            at += space;
        }

        List<byte> output = new(text.Length + 3);
        if (at < text.Length && dummyPrefix && !_spaceBehind)
        {
            output.AddRange(_spaceSymbol);
        }

        bool afterSpace = _collapse && skipSpaces;
        while (at < text.Length)
        {
            ReadOnlySpan<byte> replacement = Prefix(text[at..], out int consumed);
            at += consumed;
            replacement = afterSpace ? replacement.TrimStart((byte)' ') : replacement;
            foreach (byte b in replacement)
            {
                output.AddRange(b == ' ' ? _spaceSymbol : new ReadOnlySpan<byte>(in b));
            }

            afterSpace = _collapse && (replacement.IsEmpty ? afterSpace : replacement[^1] == ' ');
        }

        while (_collapse && output.Count >= _spaceSymbol.Length && EndsWithSpace(output))
        {
            output.RemoveRange(output.Count - _spaceSymbol.Length, _spaceSymbol.Length);
        }

        if (output.Count > 0 && dummyPrefix && _spaceBehind)
        {
            output.AddRange(_spaceSymbol);
        }

        return [.. output];
    }

    private bool EndsWithSpace(List<byte> output) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(output).EndsWith(_spaceSymbol);

    // User-defined pieces are taken as they stand, before any rule.
    private ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> text, out int consumed)
    {
        consumed = _userDefined.LongestPrefix(text);
        return consumed > 0 ? text[..consumed] : _characters.Prefix(text, out consumed);
    }

    private static PieceKind KindOf(ModelProto.Types.SentencePiece.Types.Type type) => type switch
    {
        ModelProto.Types.SentencePiece.Types.Type.Unknown => PieceKind.Unknown,
        ModelProto.Types.SentencePiece.Types.Type.Control => PieceKind.Control,
        ModelProto.Types.SentencePiece.Types.Type.UserDefined => PieceKind.UserDefined,
        ModelProto.Types.SentencePiece.Types.Type.Unused => PieceKind.Unused,
        ModelProto.Types.SentencePiece.Types.Type.Byte => PieceKind.Byte,
        _ => PieceKind.Normal,
    };
}
