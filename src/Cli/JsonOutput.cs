using System;
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DreamFusion.Cli;

/// <summary>The result of a command as one JSON object on stdout.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions _options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object; the callback writes its members.</summary>
    public static void Write(Action<Utf8JsonWriter> members)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer, _options);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        Console.Out.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
