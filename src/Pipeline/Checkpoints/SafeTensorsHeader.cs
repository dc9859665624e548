using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>
/// The JSON header of a safetensors file and its rules: string metadata, unique names, known types, and tensors that cover the data
/// from the first byte to the last without hole or overlap.
/// </summary>
internal sealed class SafeTensorsHeader
{
    /// <summary>The name that is not a tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>Most bytes of a header, the reference implementation's limit.</summary>
    public const long MaxLength = 100_000_000;

    private const int MaxDimensions = 64;

    private readonly List<TensorEntry> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafeTensorsHeader()
    {
    }

    /// <summary>The file's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorEntry> Tensors => _tensors;

    /// <summary>Parses and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">Bytes of the file after the header.</param>
    /// <exception cref="FormatException">If a rule is broken; the message says which.</exception>
    public static SafeTensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        SafeTensorsHeader header = new();
        try
        {
            header.Read(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader throws for text that is no valid UTF-8 or UTF-16.
            throw new FormatException($"its header is not valid JSON: {e.Message}", e);
        }

        header._tensors.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        header.CheckCoverage(dataLength);
        return header;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 4 });
        HashSet<string> names = [];
        Expect(ref reader, JsonTokenType.StartObject, "an object");
        while (Advance(ref reader) == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw new FormatException($"the name '{name}' appears twice");
            }

            if (name == MetadataName)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                _tensors.Add(ReadEntry(ref reader, name));
            }
        }

        // Trailing spaces are allowed, anything else makes the reader throw.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "an object as __metadata__");
        while (Advance(ref reader) == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, $"a text as metadata '{key}'");
            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw new FormatException($"the metadata '{key}' appears twice");
            }
        }
    }

    private static TensorEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        TensorType? type = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, $"an object as tensor '{name}'");
        while (Advance(ref reader) == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            bool again = key switch { "dtype" => type is not null, "shape" => shape is not null, "data_offsets" => offsets is not null, _ => false };
            switch (key)
            {
                case var _ when again:
                    throw new FormatException($"tensor '{name}' has '{key}' twice");
                case "dtype":
                    Expect(ref reader, JsonTokenType.String, $"a text as type of '{name}'");
                    string text = reader.GetString()!;
                    type = TensorTypes.FromFileName(text) ?? throw new FormatException($"tensor '{name}' has the unknown type '{text}'");
                    break;
                case "shape":
                    shape = ReadNumbers(ref reader, name, MaxDimensions);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(ref reader, name, 2);
                    break;
                default:
                    throw new FormatException($"tensor '{name}' has the unknown field '{key}'; expected dtype, shape and data_offsets");
            }
        }

        if (type is null || shape is null || offsets is not [long begin, long end])
        {
            throw new FormatException($"tensor '{name}' must have dtype, shape and two data_offsets");
        }

        TensorEntry entry = new(name, type.Value, shape.Value, begin, end);
        CheckSize(entry);
        return entry;
    }

    private static ImmutableArray<long> ReadNumbers(ref Utf8JsonReader reader, string name, int most)
    {
        Expect(ref reader, JsonTokenType.StartArray, $"a list in tensor '{name}'");
        ImmutableArray<long>.Builder numbers = ImmutableArray.CreateBuilder<long>();
        while (Advance(ref reader) == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out long number) || number < 0 || numbers.Count == most)
            {
                throw new FormatException($"tensor '{name}' has a list that is not of at most {most} whole numbers from 0");
            }

            numbers.Add(number);
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? numbers.ToImmutable()
            : throw new FormatException($"tensor '{name}' has a list with something else than numbers");
    }

    private static void CheckSize(TensorEntry entry)
    {
        UInt128 bits = (UInt128)entry.Type.Bits();
        foreach (long size in entry.Shape)
        {
            bits *= (UInt128)size;
            if (bits > long.MaxValue)
            {
                // Only a later 0 could bring this back, and no writer needs such a shape.
                throw new FormatException($"tensor '{entry.Name}', {entry.Describe()}, is too large");
            }
        }

        if (bits % 8 != 0 || entry.End < entry.Begin || (UInt128)entry.Length * 8 != bits)
        {
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"tensor '{entry.Name}', {entry.Describe()}, needs {bits / 8} bytes, but its offsets {entry.Begin} to {entry.End} hold {entry.Length}"));
        }
    }

    private void CheckCoverage(long dataLength)
    {
        long end = 0;
        foreach (TensorEntry entry in _tensors)
        {
            if (entry.Begin != end)
            {
                throw new FormatException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"tensor '{entry.Name}' begins at {entry.Begin} where {end} is expected: tensors must follow each other without {(entry.Begin > end ? "holes" : "overlap")}"));
            }

            end = entry.End;
        }

        if (end != dataLength)
        {
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"its tensors need {end} bytes of data, the file has {dataLength}{(end > dataLength ? "; it is cut off, copy or download it again" : "")}"));
        }
    }

    private static JsonTokenType Advance(ref Utf8JsonReader reader)
    {
        return reader.Read() ? reader.TokenType : throw new FormatException("its header ends early");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string what)
    {
        if (Advance(ref reader) != token)
        {
            throw new FormatException($"its header has no {what.Split(' ', 2)[1]} where one is expected (at byte {reader.TokenStartIndex})");
        }
    }
}
