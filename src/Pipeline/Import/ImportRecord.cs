using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Import;

/// <summary><c>dfk-import.json</c>: what a model folder was made of. It holds no time and no path, so that the same import gives the same bytes anywhere.</summary>
internal static class ImportRecord
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "dfk-import.json";

    /// <summary>Raised whenever an import of the same files gives other bytes.</summary>
    public const int FormatVersion = 1;

    /// <summary>Writes it.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="plan">What was imported.</param>
    /// <param name="hashes">Length and SHA-256 of each source.</param>
    /// <param name="prediction">What the UNet predicts.</param>
    /// <param name="decisions">What was decided.</param>
    public static void Write(string folder, ImportPlan plan, IReadOnlyList<(SourceFile Source, ModelFile Hash)> hashes, PredictionDecision prediction, IReadOnlyList<string> decisions) =>
        WholeFile.Write(Path.Combine(folder, FileName), stream =>
        {
            using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WriteNumber("format", FormatVersion);
                json.WriteString("base", plan.Architecture.Name);
                WriteSources(json, hashes);
                WriteOptions(json, plan.Request);
                json.WriteStartObject("prediction");
                json.WriteString("type", prediction.Name);
                json.WriteString("rule", prediction.Rule);
                json.WriteEndObject();
                json.WriteStartArray("decisions");
                foreach (string decision in decisions)
                {
                    json.WriteStringValue(decision);
                }

                json.WriteEndArray();
                json.WriteStartObject("versions");
                json.WriteString("dfk", ProgramVersions.Program);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        });

    /// <summary>Options in one line, for the cache's key.</summary>
    public static string OptionsText(ImportRequest request)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            WriteOptions(json, request);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void WriteSources(Utf8JsonWriter json, IReadOnlyList<(SourceFile Source, ModelFile Hash)> hashes)
    {
        json.WriteStartArray("sources");
        foreach ((SourceFile source, ModelFile hash) in hashes)
        {
            json.WriteStartObject();
            json.WriteString("role", source.Role);
            json.WriteString("file", hash.RelativePath);
            json.WriteNumber("bytes", hash.Length);
            json.WriteString("sha256", hash.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOptions(Utf8JsonWriter json, ImportRequest request)
    {
        json.WriteStartObject("options");
        json.WriteString("prediction", request.Prediction switch
        {
            null => null,
            PredictionType.Velocity => "v",
            _ => "epsilon",
        });
        json.WriteString("precision", request.Precision == WeightPrecision.Float16 ? "fp16" : "fp32");
        json.WriteNumber("clip_skip", request.ClipSkip);
        json.WriteBoolean("fused", request.Fused);
        json.WriteString("vae", request.VaePath is null ? null : Path.GetFileName(request.VaePath));
        json.WriteStartArray("loras");
        foreach (LoraRequest lora in request.Loras)
        {
            json.WriteStartObject();
            json.WriteString("file", Path.GetFileName(lora.Path));
            json.WriteNumber("weight", lora.Weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("embeddings");
        foreach (string path in request.EmbeddingPaths.Select(path => Path.GetFileName(path)))
        {
            json.WriteStringValue(path);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
