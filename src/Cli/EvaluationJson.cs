using System.Collections.Generic;
using System.Text.Json;
using DreamFusion.Pipeline.Evaluation;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk eval --json</c> prints.</summary>
internal static class EvaluationJson
{
    /// <summary>For programs.</summary>
    public static void Write(IReadOnlyList<JudgeReport> reports) => JsonOutput.Write(json =>
    {
        json.WriteString("status", "done");
        json.WriteString("interval", "wilson_95_over_prompts");
        json.WriteStartArray("judges");
        foreach (JudgeReport report in reports)
        {
            json.WriteStartObject();
            json.WriteString("folder", report.Folder);
            json.WriteString("sha256", report.Hash);
            json.WriteNumber("image_size", report.InputSize);
            json.WriteBoolean("of_embedded_prior", report.IsOfPrior);
            json.WriteNumber("captions", report.ColourCaptions);
            json.WriteNumber("captions_without_colour", report.GeometryCaptions);
            if (report.Runs is { } runs)
            {
                json.WriteStartObject("runs");
                WriteGroup(json, runs);
                json.WriteEndObject();
            }

            json.WriteStartArray("pictures");
            foreach (ScoreGroup group in report.Pictures)
            {
                json.WriteStartObject();
                json.WriteString("folder", group.Name);
                WriteGroup(json, group);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("front_told_from_back");
            foreach ((string name, FrontBackAccuracy accuracy) in report.FrontBack.Objects)
            {
                json.WriteNumber(name, accuracy.Accuracy);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteGroup(Utf8JsonWriter json, ScoreGroup group)
    {
        json.WriteNumber("clip_score", group.ClipScore);
        WriteInterval(json, RetrievalScore.ColourRetrieval, group.Colour);
        WriteInterval(json, RetrievalScore.GeometryRetrieval, group.Geometry);
        WriteInterval(json, "janus", group.Janus);
        json.WriteStartArray("objects");
        foreach (PromptScores prompt in group.Prompts)
        {
            foreach (ObjectScore score in prompt.Objects)
            {
                WriteObject(json, score);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteObject(Utf8JsonWriter json, ObjectScore score)
    {
        json.WriteStartObject();
        json.WriteString("name", score.Name);
        json.WriteString("prompt", score.Prompt);
        WriteNumber(json, "seed", score.Seed);
        json.WriteNumber("clip_score", score.ClipScore);
        WriteViews(json, "colour_views_right", score.Colour);
        WriteViews(json, "geometry_views_right", score.Geometry);
        WriteNumber(json, "janus", score.Janus.Share);
        WriteNumber(json, "front_told_from_back", score.Janus.Accuracy);
        if (score.Janus.Reason is { } reason)
        {
            json.WriteString("janus_undetermined", reason);
        }

        json.WriteEndObject();
    }

    private static void WriteInterval(Utf8JsonWriter json, string name, WilsonInterval? share)
    {
        if (share is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("mean", share.Share);
        json.WriteNumber("low", share.Low);
        json.WriteNumber("high", share.High);
        json.WriteNumber("prompts", share.Count);
        json.WriteEndObject();
    }

    private static void WriteViews(Utf8JsonWriter json, string name, IReadOnlyList<bool>? views)
    {
        if (views is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (bool right in views)
        {
            json.WriteBooleanValue(right);
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
