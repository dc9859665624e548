using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Pipeline.Meshes.Formats;

/// <summary>
/// Writes glTF 2.0 in its binary form (Khronos, "glTF 2.0 Specification", sec. 4.4): one mesh, one metallic-roughness material with a base
/// colour texture, no extensions. glTF is right-handed, in metres, +Y up, with the front towards +Z, as our world is; its base colours are
/// sRGB, as the albedo was trained.
/// </summary>
public static class GlbWriter
{
    /// <summary>Of the material: trained albedo knows no highlights.</summary>
    public const float Roughness = 0.9f;

    private const uint Magic = 0x46546C67;
    private const uint JsonChunk = 0x4E4F534A;
    private const uint BinaryChunk = 0x004E4942;
    private const int ArrayBufferTarget = 34962;
    private const int ElementArrayBufferTarget = 34963;
    private const int FloatComponent = 5126;
    private const int UnsignedShortComponent = 5123;
    private const int UnsignedIntComponent = 5125;
    private const int Linear = 9729;
    private const int LinearMipmapLinear = 9987;
    private const int ClampToEdge = 33071;

    // 65535 itself restarts a strip, so a mesh of 65535 vertices is the largest for short numbers.
    private const int MostShortVertices = 65535;

    /// <summary>Writes a file's bytes.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="generator">The program that made it, with its version.</param>
    public static void Write(Stream output, TexturedMesh mesh, string name, string generator)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(mesh);
        byte[] positions = MemoryMarshal.AsBytes<Vector3>(mesh.Geometry.Positions).ToArray();
        byte[] normals = MemoryMarshal.AsBytes<Vector3>(mesh.Normals).ToArray();
        byte[] coordinates = MemoryMarshal.AsBytes<Vector2>(mesh.TextureCoordinates).ToArray();
        bool isShort = mesh.Geometry.VertexCount <= MostShortVertices;
        byte[] indices = isShort
            ? MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(mesh.Geometry.Triangles, vertex => (ushort)vertex)).ToArray()
            : MemoryMarshal.AsBytes<int>(mesh.Geometry.Triangles).ToArray();
        byte[] image = PngWriter.Write(PngImage.FromFloat(mesh.Texture));
        byte[][] parts = [positions, normals, coordinates, indices, image];
        byte[] json = Document(mesh, parts, isShort, name, generator);
        int length = parts.Sum(part => Padded(part.Length));
        WriteWords(output, Magic, 2, (uint)(12 + 8 + Padded(json.Length) + 8 + length));
        WriteWords(output, (uint)Padded(json.Length), JsonChunk);
        WritePadded(output, json, (byte)' ');
        WriteWords(output, (uint)length, BinaryChunk);
        foreach (byte[] part in parts)
        {
            WritePadded(output, part, 0);
        }
    }

    private static byte[] Document(TexturedMesh mesh, byte[][] parts, bool isShort, string name, string generator)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteStartObject("asset");
        json.WriteString("version", "2.0");
        json.WriteString("generator", generator);
        json.WriteEndObject();
        json.WriteNumber("scene", 0);
        WriteOne(json, "scenes", () => WriteNumbers(json, "nodes", 0));
        WriteOne(json, "nodes", () =>
        {
            json.WriteString("name", name);
            json.WriteNumber("mesh", 0);
        });
        WriteOne(json, "meshes", () => WriteMesh(json, name));
        WriteOne(json, "materials", () => WriteMaterial(json, name));
        WriteOne(json, "textures", () =>
        {
            json.WriteNumber("source", 0);
            json.WriteNumber("sampler", 0);
        });
        WriteOne(json, "images", () =>
        {
            json.WriteNumber("bufferView", 4);
            json.WriteString("mimeType", "image/png");
        });
        WriteOne(json, "samplers", () => WriteSampler(json));
        WriteAccessors(json, mesh, isShort);
        WriteViews(json, parts);
        WriteOne(json, "buffers", () => json.WriteNumber("byteLength", parts.Sum(part => Padded(part.Length))));
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMesh(Utf8JsonWriter json, string name)
    {
        json.WriteString("name", name);
        WriteOne(json, "primitives", () =>
        {
            json.WriteStartObject("attributes");
            json.WriteNumber("POSITION", 0);
            json.WriteNumber("NORMAL", 1);
            json.WriteNumber("TEXCOORD_0", 2);
            json.WriteEndObject();
            json.WriteNumber("indices", 3);
            json.WriteNumber("material", 0);
        });
    }

    private static void WriteMaterial(Utf8JsonWriter json, string name)
    {
        json.WriteString("name", name);
        json.WriteStartObject("pbrMetallicRoughness");
        json.WriteStartObject("baseColorTexture");
        json.WriteNumber("index", 0);
        json.WriteEndObject();
        json.WriteNumber("metallicFactor", 0);
        json.WriteNumber("roughnessFactor", Roughness);
        json.WriteEndObject();
    }

    private static void WriteSampler(Utf8JsonWriter json)
    {
        json.WriteNumber("magFilter", Linear);
        json.WriteNumber("minFilter", LinearMipmapLinear);
        json.WriteNumber("wrapS", ClampToEdge);
        json.WriteNumber("wrapT", ClampToEdge);
    }

    private static void WriteAccessors(Utf8JsonWriter json, TexturedMesh mesh, bool isShort)
    {
        Vector3 least = new(float.PositiveInfinity), greatest = new(float.NegativeInfinity);
        foreach (Vector3 position in mesh.Geometry.Positions)
        {
            least = Vector3.Min(least, position);
            greatest = Vector3.Max(greatest, position);
        }

        int vertices = mesh.Geometry.VertexCount;
        json.WriteStartArray("accessors");
        WriteAccessor(json, 0, FloatComponent, vertices, "VEC3", () =>
        {
            WriteNumbers(json, "min", least.X, least.Y, least.Z);
            WriteNumbers(json, "max", greatest.X, greatest.Y, greatest.Z);
        });
        WriteAccessor(json, 1, FloatComponent, vertices, "VEC3", null);
        WriteAccessor(json, 2, FloatComponent, vertices, "VEC2", null);
        WriteAccessor(json, 3, isShort ? UnsignedShortComponent : UnsignedIntComponent, mesh.Geometry.Triangles.Length, "SCALAR", null);
        json.WriteEndArray();
    }

    private static void WriteAccessor(Utf8JsonWriter json, int view, int component, int count, string type, Action? range)
    {
        json.WriteStartObject();
        json.WriteNumber("bufferView", view);
        json.WriteNumber("componentType", component);
        json.WriteNumber("count", count);
        json.WriteString("type", type);
        range?.Invoke();
        json.WriteEndObject();
    }

    private static void WriteViews(Utf8JsonWriter json, byte[][] parts)
    {
        json.WriteStartArray("bufferViews");
        int offset = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("buffer", 0);
            json.WriteNumber("byteOffset", offset);
            json.WriteNumber("byteLength", parts[i].Length);
            if (i < 4)
            {
                json.WriteNumber("target", i == 3 ? ElementArrayBufferTarget : ArrayBufferTarget);
            }

            json.WriteEndObject();
            offset += Padded(parts[i].Length);
        }

        json.WriteEndArray();
    }

    private static void WriteOne(Utf8JsonWriter json, string name, Action members)
    {
        json.WriteStartArray(name);
        json.WriteStartObject();
        members();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, params ReadOnlySpan<float> numbers)
    {
        json.WriteStartArray(name);
        foreach (float number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static int Padded(int length) => (length + 3) & ~3;

    private static void WritePadded(Stream output, byte[] bytes, byte filler)
    {
        output.Write(bytes);
        for (int i = bytes.Length; i < Padded(bytes.Length); i++)
        {
            output.WriteByte(filler);
        }
    }

    private static void WriteWords(Stream output, params ReadOnlySpan<uint> words)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint word in words)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, word);
            output.Write(bytes);
        }
    }
}
