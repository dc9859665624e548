using System;
using System.IO;
using System.Text.Json;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Import;

/// <summary>
/// The files of a model folder that hold no network: <c>model_index.json</c> and the noise schedule of all Stable Diffusion 1.x and 2.x models,
/// √β linear in t from 0.00085 to 0.012 in 1000 steps. Source: the published scheduler_config.json files.
/// </summary>
internal static class PipelineFiles
{
    private const double BetaStart = 0.00085;
    private const double BetaEnd = 0.012;
    private const int TrainTimesteps = 1000;

    /// <summary>Writes both.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="prediction">What the UNet predicts.</param>
    public static void Write(string folder, PredictionDecision prediction)
    {
        bool velocity = prediction.Type == PredictionType.Velocity;
        string sampler = velocity ? "DDIMScheduler" : "PNDMScheduler";
        WriteJson(Path.Combine(folder, "scheduler", "scheduler_config.json"), json =>
        {
            json.WriteString("_class_name", sampler);
            json.WriteNumber("beta_end", BetaEnd);
            json.WriteString("beta_schedule", "scaled_linear");
            json.WriteNumber("beta_start", BetaStart);
            json.WriteBoolean("clip_sample", false);
            json.WriteNumber("num_train_timesteps", TrainTimesteps);
            json.WriteString("prediction_type", prediction.Name);
            json.WriteBoolean("set_alpha_to_one", false);
            if (!velocity)
            {
                json.WriteBoolean("skip_prk_steps", true);
            }

            json.WriteNumber("steps_offset", 1);
            json.WriteNull("trained_betas");
        });
        WriteJson(Path.Combine(folder, "model_index.json"), json =>
        {
            json.WriteString("_class_name", "OnnxStableDiffusionPipeline");
            WritePair(json, "feature_extractor", null, null);
            json.WriteBoolean("requires_safety_checker", false);
            WritePair(json, "safety_checker", null, null);
            WritePair(json, "scheduler", "diffusers", sampler);
            WritePair(json, "text_encoder", "diffusers", "OnnxRuntimeModel");
            WritePair(json, "tokenizer", "transformers", "CLIPTokenizer");
            WritePair(json, "unet", "diffusers", "OnnxRuntimeModel");
            WritePair(json, "vae_decoder", "diffusers", "OnnxRuntimeModel");
            WritePair(json, "vae_encoder", "diffusers", "OnnxRuntimeModel");
        });
    }

    /// <summary>Requires that a folder's own schedule is the one that is written.</summary>
    /// <param name="path">Its scheduler_config.json.</param>
    /// <param name="scheduler">What it holds.</param>
    /// <exception cref="InvalidModelException">Another schedule.</exception>
    public static void RequireSchedule(string path, SchedulerConfig scheduler)
    {
        if (scheduler.Schedule != BetaSchedule.ScaledLinear || scheduler.BetaStart != BetaStart || scheduler.BetaEnd != BetaEnd || scheduler.TrainTimesteps != TrainTimesteps)
        {
            throw new InvalidModelException(FormattableString.Invariant(
                $"{path}: {scheduler.Schedule} beta {scheduler.BetaStart} to {scheduler.BetaEnd} in {scheduler.TrainTimesteps} steps, expected scaled_linear {BetaStart} to {BetaEnd} in {TrainTimesteps}, as Stable Diffusion has it. Use a model with that schedule."));
        }
    }

    private static void WritePair(Utf8JsonWriter json, string name, string? library, string? type)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(library);
        json.WriteStringValue(type);
        json.WriteEndArray();
    }

    private static void WriteJson(string path, Action<Utf8JsonWriter> members) => WholeFile.Write(path, stream =>
    {
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    });
}
