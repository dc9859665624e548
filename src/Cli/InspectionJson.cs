using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Cli;

/// <summary>What <c>dfk models inspect --json</c> prints for programs.</summary>
internal static class InspectionJson
{
    /// <summary>Writes one object to stdout, with the content that people get and the operators.</summary>
    /// <param name="inspection">What was found.</param>
    public static void Write(ModelInspection inspection)
    {
        JsonOutput.Write(json =>
        {
            json.WriteString("status", inspection.Problems.Count == 0 ? "ok" : "defective");
            WriteTexts(json, "problems", inspection.Problems);
            WriteTexts(json, "notes", inspection.Notes);
            json.WriteString("folder", inspection.Folder);
            json.WriteString("kind", ModelWords.KindOf(inspection));
            json.WriteString("pipeline", inspection.Pipeline);
            WriteSize(json, "image_size", inspection.ImageSize);
            WriteSize(json, "latent_channels", inspection.LatentChannels);
            WriteSize(json, "latent_size", inspection.LatentSize);
            if (inspection.ScalingFactor is { } scale)
            {
                json.WriteNumber("scaling_factor", scale);
            }
            else
            {
                json.WriteNull("scaling_factor");
            }

            json.WriteBoolean("scaling_factor_stated", inspection.ScalingFactorIsStated);
            WriteScheduler(json, inspection);
            WriteTokenizer(json, inspection.Tokenizer);
            WriteJudge(json, inspection.Judge);
            WriteTexts(json, "unknown_operators", inspection.UnknownOperators);
            WriteTexts(json, "ignored", inspection.IgnoredFolders);
            WriteParts(json, inspection);
            json.WriteStartArray("files");
            foreach (ModelFile file in inspection.Files)
            {
                json.WriteStartObject();
                json.WriteString("path", file.RelativePath);
                json.WriteNumber("bytes", file.Length);
                json.WriteString("sha256", file.Sha256);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private static void WriteSize(Utf8JsonWriter json, string name, int size)
    {
        if (size > 0)
        {
            json.WriteNumber(name, size);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteScheduler(Utf8JsonWriter json, ModelInspection inspection)
    {
        if (inspection.Scheduler is not { } scheduler)
        {
            json.WriteNull("scheduler");
            return;
        }

        json.WriteStartObject("scheduler");
        json.WriteString("class", scheduler.ClassName);
        json.WriteString("beta_schedule", ModelWords.ScheduleOf(scheduler));
        json.WriteNumber("beta_start", scheduler.BetaStart);
        json.WriteNumber("beta_end", scheduler.BetaEnd);
        json.WriteNumber("steps", scheduler.TrainTimesteps);
        json.WriteString("prediction", ModelWords.PredictionOf(scheduler));
        json.WriteString("prediction_rule", inspection.PredictionRule);
        json.WriteEndObject();
    }

    private static void WriteTokenizer(Utf8JsonWriter json, PromptTokenizer? tokenizer)
    {
        if (tokenizer is null)
        {
            json.WriteNull("tokenizer");
            return;
        }

        json.WriteStartObject("tokenizer");
        json.WriteString("kind", ModelWords.TokenizerKind(tokenizer));
        json.WriteNumber("entries", tokenizer.VocabularySize);
        json.WriteNumber("length", tokenizer.Length);
        if (tokenizer is ClipTokenizer clip)
        {
            json.WriteNumber("start", clip.StartId);
        }

        json.WriteNumber("end", tokenizer.EndId);
        json.WriteNumber("padding", tokenizer.PaddingId);
        json.WriteEndObject();
    }

    private static void WriteJudge(Utf8JsonWriter json, ClipParts? judge)
    {
        if (judge is null)
        {
            json.WriteNull("judge");
            return;
        }

        json.WriteStartObject("judge");
        json.WriteNumber("image_size", judge.ImageSize);
        json.WriteNumber("tokens", judge.TokenCount);
        json.WriteNumber("embedding", judge.EmbeddingWidth);
        json.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter json, ModelInspection inspection)
    {
        json.WriteStartArray("parts");
        foreach (ModelPart part in inspection.Parts)
        {
            json.WriteStartObject();
            json.WriteString("name", part.Name);
            json.WriteString("path", Path.GetRelativePath(inspection.Folder, part.ModelPath).Replace('\\', '/'));
            json.WriteBoolean("has_config", part.Config.Exists);
            json.WriteNumber("opset", part.Facts.Opset);
            json.WriteString("producer", part.Facts.Producer);
            WriteTensors(json, "inputs", part.Signature.Inputs);
            WriteTensors(json, "outputs", part.Signature.Outputs);
            json.WriteStartObject("weights");
            foreach (WeightCount weight in part.Facts.Weights)
            {
                json.WriteNumber(weight.Element.ToString().ToLowerInvariant(), weight.Count);
            }

            json.WriteEndObject();
            WriteTexts(json, "operators", part.Facts.Operators);
            WriteTexts(json, "external_files", part.Facts.ExternalFiles.Select(path => Path.GetRelativePath(inspection.Folder, path).Replace('\\', '/')));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTensors(Utf8JsonWriter json, string name, IReadOnlyList<TensorSignature> tensors)
    {
        json.WriteStartArray(name);
        foreach (TensorSignature tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", tensor.Element.ToString().ToLowerInvariant());
            json.WriteStartArray("shape");
            foreach (long? extent in tensor.Dimensions)
            {
                if (extent is { } known)
                {
                    json.WriteNumberValue(known);
                }
                else
                {
                    json.WriteNullValue();
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string>? texts)
    {
        if (texts is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
