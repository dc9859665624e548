using System;
using System.Buffers.Binary;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DreamFusion.Fuzz.Mutation;

/// <summary>Changes that know safetensors: of the header's text with its length put right, of the length alone, of the data alone.</summary>
internal static class SafeTensorsMutations
{
    /// <summary>One change of any kind.</summary>
    public static byte[] Any(RandomSource random, byte[] input, FuzzTarget target)
    {
        if (!Split(input, out byte[] header, out byte[] data))
        {
            return ByteMutations.Any(random, input, target);
        }

        switch (random.Below(8))
        {
            case 0:
                byte[] output = [.. input];
                BinaryPrimitives.WriteInt64LittleEndian(output, ByteMutations.Extreme(random));
                return output;
            case 1:
                return Join([.. header, .. Encoding.ASCII.GetBytes(new string(' ', random.Length(4000)))], data);
            case 2:
                return Join(header, ByteMutations.Any(random, data, target));
            default:
                return Join(TextMutations.Any(random, header, target), data);
        }
    }

    /// <summary>A change of a checkpoint's metadata, with the header's own checksum put right so that the rest is reached.</summary>
    public static byte[] Metadata(RandomSource random, byte[] input, FuzzTarget target)
    {
        try
        {
            if (Split(input, out byte[] header, out byte[] data) && JsonNode.Parse(header) is JsonObject json && json["__metadata__"] is JsonObject metadata)
            {
                string key = random.Pick([.. metadata.Select(entry => entry.Key)]);
                if (metadata[key] is JsonValue value && value.TryGetValue(out string? text))
                {
                    metadata[key] = Encoding.UTF8.GetString(TextMutations.Any(random, Encoding.UTF8.GetBytes(text), target));
                }

                Seal(json, metadata);
                return Join(Encoding.UTF8.GetBytes(json.ToJsonString()), data);
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // Changed before so that it is no JSON, or has a name twice or half a character, which shows only when it is looked at.
        }

        return Any(random, input, target);
    }

    // docs/cli.md, Checkpoints: the hash of all the other metadata and of the tensors' names, types and shapes.
    private static void Seal(JsonObject json, JsonObject metadata)
    {
        const string Key = "header_sha256";
        StringBuilder sealing = new();
        var tensors = json.Where(entry => entry.Key != "__metadata__").OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (entry.Key, Value: $"{entry.Value?["dtype"]} [{string.Join(", ", entry.Value?["shape"] as JsonArray ?? [])}]"));
        var texts = metadata.Where(entry => entry.Key != Key).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, Value: entry.Value?.ToString() ?? ""));
        foreach ((string name, string value) in texts.Concat(tensors))
        {
            sealing.Append(System.Globalization.CultureInfo.InvariantCulture, $"{name.Length} {name} {value.Length} {value}\n");
        }

        metadata[Key] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sealing.ToString())));
    }

    private static bool Split(byte[] input, out byte[] header, out byte[] data)
    {
        ulong length = input.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(input) : ulong.MaxValue;
        bool whole = length <= (ulong)Math.Max(0, input.Length - 8);
        header = whole ? input[8..(8 + (int)length)] : [];
        data = whole ? input[(8 + (int)length)..] : [];
        return whole;
    }

    private static byte[] Join(byte[] header, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }
}
