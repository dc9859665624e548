using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using DreamFusion.Pipeline.Training;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Runs;

/// <summary>The JSON of a run folder, names in snake_case. A number that JSON cannot hold (NaN, infinity) is written as text.</summary>
internal static partial class RunJson
{
    private const string RollbacksName = "rollbacks";

    // Prompts stay readable in any script; the files are UTF-8 and never put into a web page unescaped.
    private static readonly JsonWriterOptions _lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions _indented = _lines with { Indented = true, NewLine = "\n" };

    /// <summary>The text of <c>run.json</c>.</summary>
    public static byte[] Summary(RunSummary summary)
    {
        byte[] text = Write(_indented, json =>
        {
            json.WriteString("prompt", summary.Prompt);
            if (summary.Task is not null)
            {
                json.WriteString("task", summary.Task);
            }

            json.WriteNumber("seed", summary.Seed);
            json.WriteString("status", summary.Status.ToString().ToLowerInvariant());
            if (summary.Error is not null)
            {
                json.WriteString("error", summary.Error);
            }

            json.WriteNumber("step", summary.Step);
            json.WriteNumber("iters", summary.Iters);
            json.WriteString("started", Time(summary.Started));
            if (summary.Ended is { } ended)
            {
                json.WriteString("ended", Time(ended));
            }

            WriteTexts(json, "versions", summary.Versions);
            json.WriteString("device", summary.Device);
            json.WriteString("model", summary.Model);
            WriteTexts(json, "model_sha256", summary.ModelHashes);
            WriteNumbers(json, "seconds", summary.Seconds);
            if (summary.TotalSeconds is { } total)
            {
                json.WriteNumber("total_seconds", Math.Round(total, 3));
                WriteNumbers(json, "shares", new RunTimes(total, summary.Seconds).Shares.Select(part => new KeyValuePair<string, double>(part.Key, Math.Round(part.Value, 4))));
            }

            WriteNumbers(json, "scores", summary.Scores);
            if (summary.Recoveries.Count > 0)
            {
                json.WriteStartArray("recoveries");
                foreach (Recovery recovery in summary.Recoveries)
                {
                    json.WriteStartObject();
                    WatchdogState.WriteFields(json, recovery);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        });
        return [.. text, (byte)'\n'];
    }

    /// <summary>One line of <c>metrics.jsonl</c>, without its end.</summary>
    public static byte[] Step(StepReport report)
    {
        return Write(_lines, json =>
        {
            json.WriteNumber("step", report.Step);
            if (report.Rollbacks > 0)
            {
                json.WriteNumber(RollbacksName, report.Rollbacks);
            }

            if (report.Scene is { } rendered)
            {
                json.WriteString("shading", rendered.Shading);
            }

            WriteNumbers(json, "losses", report.Losses);
            if (report.GuidanceNorms.Count > 0)
            {
                WriteNumbers(json, "guidance_norms", report.GuidanceNorms);
            }

            WriteNumber(json, "gradient_norm", report.GradientNorm);
            json.WriteNumber("timestep", report.Timestep);
            WriteNumber(json, "learning_rate", report.LearningRate);
            if (report.Scene is { } scene)
            {
                WriteNumber(json, "occupied_share", scene.OccupiedShare);
                json.WriteNumber("samples", scene.SampleCount);
                WriteNumber(json, "mean_opacity", scene.MeanOpacity);
            }

            if (report.Health is { } health)
            {
                WriteNumber(json, "mean_density", health.MeanDensity);
                WriteNumber(json, "border_opacity", health.BorderOpacity);
                WriteNumber(json, "translucent_share", health.TranslucentShare);
                WriteNumber(json, "guidance_norm", health.GuidanceNorm);
                WriteNumber(json, "parameter_change", health.ParameterChange);
            }

            WriteNumbers(json, "seconds", report.Seconds);
            json.WriteNumber("memory_bytes", report.MemoryBytes);
        });
    }

    /// <summary>The line of <c>metrics.jsonl</c> that says that the steps after it replace those before it, without its end.</summary>
    public static byte[] Rollback(Recovery recovery, int rollbacks)
    {
        return Write(_lines, json =>
        {
            json.WriteNumber("step", recovery.BackTo);
            json.WriteNumber(RollbacksName, rollbacks);
            json.WriteStartObject("recovery");
            WatchdogState.WriteFields(json, recovery);
            json.WriteEndObject();
        });
    }

    private static byte[] Write(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer, options);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> texts)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in texts)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, double>> numbers)
    {
        json.WriteStartObject(name);
        foreach ((string key, double value) in numbers)
        {
            WriteNumber(json, key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            // Seven digits: these are measurements and float results; full doubles would double the file.
            json.WriteNumber(name, double.Parse(value.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string Time(DateTimeOffset time)
    {
        return time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }
}
