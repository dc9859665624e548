using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Runs;

/// <summary>Reading what a run has written.</summary>
internal static partial class RunJson
{
    /// <summary>Reads a <c>run.json</c>.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if it cannot be read.</exception>
    public static RunSummary Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(BoundedFile.Read(path, BoundedFile.MostOfJson));
            JsonElement json = document.RootElement;
            return new RunSummary
            {
                Prompt = json.GetProperty("prompt").GetString()!,
                Task = json.TryGetProperty("task", out JsonElement task) ? task.GetString() : null,
                Seed = json.GetProperty("seed").GetUInt32(),
                Status = StatusOf(json.GetProperty("status").GetString()!),
                Error = json.TryGetProperty("error", out JsonElement error) ? error.GetString() : null,
                Step = json.GetProperty("step").GetInt32(),
                Iters = json.GetProperty("iters").GetInt32(),
                Started = Time(json.GetProperty("started")),
                Ended = json.TryGetProperty("ended", out JsonElement ended) ? Time(ended) : null,
                Versions = Texts(json.GetProperty("versions")),
                Device = json.GetProperty("device").GetString()!,
                Model = json.GetProperty("model").GetString()!,
                ModelHashes = Texts(json.GetProperty("model_sha256")),
                Seconds = Numbers(json.GetProperty("seconds")),
                TotalSeconds = json.TryGetProperty("total_seconds", out JsonElement total) ? total.GetDouble() : null,
                Scores = Numbers(json.GetProperty("scores")),
                Recoveries = json.TryGetProperty("recoveries", out JsonElement recoveries) ? [.. recoveries.EnumerateArray().Select(WatchdogState.ReadFields)] : [],
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new DfkException(ExitCode.BadInput, $"{path} cannot be read: {e.Message.TrimEnd('.')}. If it is damaged, delete it; checkpoints and configuration hold all that is needed.", e);
        }
    }

    /// <summary>The step of a line of <c>metrics.jsonl</c>, or null if it is none.</summary>
    public static int? StepOf(string line) => PositionOf(line)?.Step;

    /// <summary>Rollbacks before a line of <c>metrics.jsonl</c> and its step, which order the lines, or null if it is none.</summary>
    public static (int Rollbacks, int Step)? PositionOf(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement json = document.RootElement;
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("step", out JsonElement step) || !step.TryGetInt32(out int value))
            {
                return null;
            }

            return (json.TryGetProperty(RollbacksName, out JsonElement rollbacks) && rollbacks.TryGetInt32(out int count) ? count : 0, value);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // By name only: numbers are statuses, too, to the parser of enumerations.
    private static RunStatus StatusOf(string name) => Enum.GetNames<RunStatus>().Contains(name, StringComparer.OrdinalIgnoreCase)
        ? Enum.Parse<RunStatus>(name, ignoreCase: true)
        : throw new FormatException($"'{name}' is no status of a run; expected one of {string.Join(", ", Enum.GetNames<RunStatus>()).ToLowerInvariant()}.");

    private static Dictionary<string, string> Texts(JsonElement texts) => texts.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);

    private static Dictionary<string, double> Numbers(JsonElement numbers) => numbers.EnumerateObject().ToDictionary(entry => entry.Name, entry => Number(entry.Value));

    // Numbers that JSON cannot hold were written as text.
    private static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDouble();

    private static DateTimeOffset Time(JsonElement time) => DateTimeOffset.Parse(time.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
