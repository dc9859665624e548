using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>
/// What the watchdog remembers between two steps, as it stands in a checkpoint: with it a resumed run goes on with the same seed and settings
/// and rolls back at the same step as one that was not interrupted.
/// </summary>
/// <param name="Recoveries">The rollbacks so far, the first one first.</param>
/// <param name="Streaks">For how many steps each symptom has lasted.</param>
public sealed record WatchdogState(ImmutableArray<Recovery> Recoveries, IReadOnlyDictionary<Symptom, int> Streaks)
{
    private static readonly JsonWriterOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Nothing has happened.</summary>
    public static WatchdogState Healthy { get; } = new([], ImmutableDictionary<Symptom, int>.Empty);

    /// <summary>JSON for a checkpoint's metadata; empty if nothing has happened.</summary>
    public string Write()
    {
        if (Recoveries.IsEmpty && Streaks.Count == 0)
        {
            return "";
        }
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, _plain))
        {
            json.WriteStartObject();
            json.WriteStartObject("streaks");
            foreach ((Symptom symptom, int steps) in Streaks.OrderBy(streak => streak.Key))
            {
                json.WriteNumber(symptom.Name(), steps);
            }
            json.WriteEndObject();
            json.WriteStartArray("recoveries");
            foreach (Recovery recovery in Recoveries)
            {
                json.WriteStartObject();
                WriteFields(json, recovery);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if it is something else.</exception>
    public static WatchdogState Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return Healthy;
        }
        try
        {
            using var document = JsonDocument.Parse(text);
            var streaks = document.RootElement.GetProperty("streaks").EnumerateObject().ToImmutableDictionary(entry => Named(entry.Name), entry => Count(entry.Value));
            return new WatchdogState([.. document.RootElement.GetProperty("recoveries").EnumerateArray().Select(ReadFields)], streaks);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new DfkException(ExitCode.BadInput, $"checkpoint: its metadata 'watchdog' cannot be read: {e.Message.TrimEnd('.')}. Take the checkpoint before.", e);
        }
    }

    /// <summary>Writes the fields of a recovery into an open object.</summary>
    internal static void WriteFields(Utf8JsonWriter json, Recovery recovery)
    {
        json.WriteString("symptom", recovery.Symptom.Name());
        json.WriteNumber("at_step", recovery.Step);
        json.WriteNumber("back_to", recovery.BackTo);
        json.WriteNumber("seed", recovery.Seed);
        json.WriteString("change", recovery.Change);
        json.WriteString("evidence", recovery.Evidence);
    }

    /// <summary>Reads what <see cref="WriteFields"/> wrote.</summary>
    internal static Recovery ReadFields(JsonElement json) => new(
        Named(json.GetProperty("symptom").GetString()), Count(json.GetProperty("at_step")), Count(json.GetProperty("back_to")), json.GetProperty("seed").GetUInt32(),
        json.GetProperty("change").GetString()!, json.GetProperty("evidence").GetString()!);

    private static Symptom Named(string? name) => SymptomWords.Parse(name) ?? throw new FormatException($"'{name}' is no symptom.");

    private static int Count(JsonElement number) => number.GetInt32() is >= 0 and var count ? count : throw new FormatException("A count is negative.");
}
