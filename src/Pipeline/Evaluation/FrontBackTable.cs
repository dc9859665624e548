using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>How well a judge tells an object's front from its back.</summary>
/// <param name="Accuracy">Share of labelled renders whose right view words it prefers, 0 to 1.</param>
/// <param name="Renders">Labelled renders, half of them of the front.</param>
public sealed record FrontBackAccuracy(double Accuracy, int Renders)
{
    /// <summary>Renders that a verdict needs.</summary>
    public const int LeastRenders = 200;

    /// <summary>Accuracy from which on the judge is believed.</summary>
    public const double LeastAccuracy = 0.9;

    /// <summary>Whether a Janus score of this object means something.</summary>
    public bool IsTrusted => Renders >= LeastRenders && Accuracy >= LeastAccuracy;
}

/// <summary>
/// Which objects' front and back a judge can tell apart: measured on labelled renders of the prior's recipe (<c>tools/toybox</c>), or read
/// from <c>front_back.json</c> in the judge's folder, where it was stored with the hash of the judge it was measured for.
/// </summary>
public sealed class FrontBackTable
{
    /// <summary>Name of the stored table.</summary>
    public const string FileName = "front_back.json";

    private readonly Dictionary<string, FrontBackAccuracy> _objects;

    private FrontBackTable(Dictionary<string, FrontBackAccuracy> objects)
    {
        _objects = objects;
    }

    /// <summary>An empty table: nothing is known.</summary>
    public static FrontBackTable Empty { get; } = new([]);

    /// <summary>The objects by name.</summary>
    public IReadOnlyDictionary<string, FrontBackAccuracy> Objects => _objects;

    /// <summary>The accuracy for an object; null where it was not measured.</summary>
    /// <param name="objectName">Name of the object in the vocabulary or the labelled folder.</param>
    public FrontBackAccuracy? Find(string? objectName) => objectName is null ? null : _objects.GetValueOrDefault(objectName);

    /// <summary>Reads the table in a judge's folder; empty if there is none, or if it was measured for another judge.</summary>
    /// <param name="clip">The judge.</param>
    /// <exception cref="InvalidModelException">The file is damaged.</exception>
    public static FrontBackTable Of(ClipFolder clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        string path = Path.Combine(clip.Folder, FileName);
        if (!File.Exists(path))
        {
            return Empty;
        }

        var json = JsonConfig.Load(path);
        if (json.Text("judge_sha256") != clip.Hash())
        {
            return Empty;
        }

        try
        {
            return new(json.Root.GetProperty("objects").EnumerateObject().ToDictionary(
                entry => entry.Name,
                entry => new FrontBackAccuracy(entry.Value.GetDouble(), json.Integer("renders"))));
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidModelException($"{path} is damaged: {e.Message.TrimEnd('.')}. Expected 'objects' with a number each. Measure it again: dfk eval --labelled.", e);
        }
    }

    /// <summary>Measures a judge on labelled pictures.</summary>
    /// <param name="judge">The judge.</param>
    /// <param name="pictures">Pictures with captions; those whose view is neither front nor back are passed over.</param>
    /// <param name="vocabulary">Names the objects of captions.</param>
    public static FrontBackTable Measure(ClipScorer judge, CaptionedPictures pictures, PromptVocabulary? vocabulary)
    {
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(pictures);
        Dictionary<string, (float[] Front, float[] Back)> texts = [];
        Dictionary<string, FrontBackAccuracy> objects = [];
        foreach (IGrouping<string, CaptionedPicture> group in pictures.All
            .Where(picture => picture.View is JanusScore.Front or JanusScore.Back)
            .GroupBy(picture => NameOf(picture.Caption, vocabulary) ?? picture.Caption))
        {
            int right = 0, count = 0;
            foreach (CaptionedPicture picture in group)
            {
                if (!texts.TryGetValue(picture.Caption, out (float[] Front, float[] Back) text))
                {
                    text = (judge.EmbedText($"{picture.Caption}, {JanusScore.Front}"), judge.EmbedText($"{picture.Caption}, {JanusScore.Back}"));
                    texts.Add(picture.Caption, text);
                }

                double margin = JanusScore.Margin(judge.EmbedPixels(pictures.Load(picture, judge.InputSize).Data), text.Front, text.Back);
                right += (picture.View == JanusScore.Front ? margin > 0 : margin < 0) ? 1 : 0;
                count++;
            }

            // Renders of one side alone say nothing about the other; a judge that always says "front" would get them all.
            int front = group.Count(picture => picture.View == JanusScore.Front);
            objects.Add(group.Key, new FrontBackAccuracy(right / (double)count, 2 * Math.Min(front, count - front)));
        }

        return new FrontBackTable(objects);
    }

    /// <summary>The table as <see cref="Of"/> reads it.</summary>
    /// <param name="clip">The judge it was measured for.</param>
    /// <param name="origin">How it was measured.</param>
    public string ToJson(ClipFolder clip, string origin)
    {
        ArgumentNullException.ThrowIfNull(clip);
        string[] lines = [.. _objects.OrderByDescending(entry => entry.Value.Accuracy).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"    {JsonSerializer.Serialize(entry.Key)}: {entry.Value.Accuracy:0.###}"))];
        int renders = _objects.Count == 0 ? 0 : _objects.Values.Min(entry => entry.Renders);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\n  \"comment\": {JsonSerializer.Serialize(origin)},\n  \"judge_sha256\": \"{clip.Hash()}\",\n  \"renders\": {renders},\n  \"objects\": {{\n{string.Join(",\n", lines)}\n  }}\n}}\n");
    }

    /// <summary>The only object that a prompt names; null without a vocabulary, or where it names none or several.</summary>
    internal static string? NameOf(string prompt, PromptVocabulary? vocabulary) =>
        vocabulary?.Describe(prompt) is { Objects: [{ } name] } ? name : null;
}
