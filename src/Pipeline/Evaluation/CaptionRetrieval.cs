using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// The captions that compete for a picture, embedded by one judge: a <see cref="CaptionSet"/> with the rules of <see cref="WantedCaption"/>,
/// or the lines of a file, of which a prompt's own is right; a prompt that is no line of it joins.
/// </summary>
public sealed class CaptionRetrieval
{
    private readonly ClipScorer _judge;
    private readonly PromptVocabulary? _vocabulary;
    private readonly IReadOnlyList<RetrievalCaption> _colour;
    private readonly IReadOnlyList<RetrievalCaption> _geometry;
    private readonly float[][] _embeddings;

    private CaptionRetrieval(ClipScorer judge, PromptVocabulary? vocabulary, IReadOnlyList<RetrievalCaption> colour, IReadOnlyList<RetrievalCaption> geometry)
    {
        _judge = judge;
        _vocabulary = vocabulary;
        _colour = colour;
        _geometry = geometry;
        _embeddings = [.. colour.Select(caption => judge.EmbedText(caption.Text))];
    }

    /// <summary>Captions that compete for a picture in colour.</summary>
    public int ColourCount => _colour.Count;

    /// <summary>Captions that compete for a picture without.</summary>
    public int GeometryCount => _geometry.Count;

    /// <summary>The captions of a vocabulary.</summary>
    public static CaptionRetrieval Of(ClipScorer judge, PromptVocabulary vocabulary)
    {
        CaptionSet captions = new(vocabulary);
        return new CaptionRetrieval(judge, vocabulary, captions.All, captions.Colourless);
    }

    /// <summary>The captions of a file; all of them compete for pictures with and without colour.</summary>
    public static CaptionRetrieval Of(ClipScorer judge, IReadOnlyList<string> captions)
    {
        ArgumentNullException.ThrowIfNull(captions);
        RetrievalCaption[] all = [.. captions.Select(caption => new RetrievalCaption(caption, caption, null))];
        return new CaptionRetrieval(judge, null, all, all);
    }

    /// <summary>Reads a file of captions: one a line, UTF-8, empty lines passed over, each once.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: unreadable, or fewer than two captions.</exception>
    public static IReadOnlyList<string> ReadFile(string path)
    {
        try
        {
            string[] captions = [.. BoundedFile.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).Distinct()];
            return captions.Length > 1 ? captions : throw new DfkException(
                ExitCode.BadInput, string.Create(CultureInfo.InvariantCulture, $"{path}: expected two captions or more, one a line, got {captions.Length}."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DfkException(ExitCode.BadInput, $"{path} cannot be read: {e.Message.TrimEnd('.')}. Expected a text file with one caption a line.", e);
        }
    }

    /// <summary>Whether the nearest caption of each picture in colour is right; null if no caption can be.</summary>
    /// <param name="prompt">The prompt, without view words.</param>
    /// <param name="pictures">Embedded pictures.</param>
    public IReadOnlyList<bool>? InColour(string prompt, IReadOnlyList<float[]> pictures)
    {
        if (_vocabulary is null)
        {
            return Right(pictures, _colour, caption => caption.Text == prompt, Joining(prompt));
        }

        return WantedCaption.For(_vocabulary, prompt) is { } wanted ? Right(pictures, _colour, wanted.IsRight, wanted.Coloured) : null;
    }

    /// <summary>Whether the nearest caption of each picture without colour is right; null if no caption can be.</summary>
    /// <param name="prompt">The prompt, without view words.</param>
    /// <param name="pictures">Embedded pictures.</param>
    public IReadOnlyList<bool>? InGeometry(string prompt, IReadOnlyList<float[]> pictures)
    {
        if (_vocabulary is null)
        {
            return Right(pictures, _geometry, caption => caption.Text == prompt, Joining(prompt));
        }

        return WantedCaption.For(_vocabulary, prompt) is { } wanted ? Right(pictures, _geometry, wanted.IsRightWithoutColour, wanted.Colourless) : null;
    }

    /// <summary>Text of the caption that fits a picture best.</summary>
    /// <param name="picture">Embedded picture.</param>
    /// <param name="withColours">Whether all captions compete, or those without colour alone.</param>
    public string BestCaption(float[] picture, bool withColours) =>
        _colour[ClipScorer.Retrieve(picture, withColours ? _embeddings : [.. _embeddings.Take(_geometry.Count)]).Best].Text;

    private string? Joining(string prompt) => _colour.Any(caption => caption.Text == prompt) ? null : prompt;

    // Geometry's captions are the first ones of all, so their embeddings are the first ones too; a joining caption stands behind them.
    private IReadOnlyList<bool> Right(IReadOnlyList<float[]> pictures, IReadOnlyList<RetrievalCaption> captions, Func<RetrievalCaption, bool> isRight, string? joining)
    {
        float[][] competing = [.. _embeddings.Take(captions.Count), .. joining is null ? Array.Empty<float[]>() : [_judge.EmbedText(joining)]];
        return
        [
            .. pictures.Select(picture =>
            {
                int best = ClipScorer.Retrieve(picture, competing).Best;
                return best < captions.Count ? isRight(captions[best]) : joining is not null;
            }),
        ];
    }
}
