using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Pipeline.Meshes.Formats;

/// <summary>
/// Reads the binary glTF 2.0 that <see cref="GlbWriter"/> writes, or another program's of the same kind: one mesh of one primitive with positions, normals,
/// texture coordinates, indices and a PNG texture inside the file, no transformation. Everything is checked before it is used.
/// </summary>
public static class GlbReader
{
    private const uint Magic = 0x46546C67, JsonChunk = 0x4E4F534A, BinaryChunk = 0x004E4942;
    private const int FloatComponent = 5126, UnsignedShortComponent = 5123, UnsignedIntComponent = 5125;
    private const long LongestFile = 1L << 30;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, damaged, or not of that kind.</exception>
    public static TexturedMesh ReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return !file.Exists ? throw Bad(path, "there is no such file")
                : file.Length > LongestFile ? throw Bad(path, $"it has {file.Length} bytes, at most {LongestFile} are read")
                : Read(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad(path, e.Message, e);
        }
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: damaged, or not of that kind.</exception>
    public static TexturedMesh Read(byte[] file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        (ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> data) = Chunks(file, name);
        try
        {
            using var document = JsonDocument.Parse(json);
            return new Parts(document.RootElement, data, name).Mesh();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw Bad(name, "its description is damaged or lacks a part: " + e.Message, e);
        }
    }

    private static (ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Data) Chunks(byte[] file, string name)
    {
        if (file.Length < 20 || Word(file, 0) != Magic || Word(file, 4) != 2)
        {
            throw Bad(name, "it does not begin as a binary glTF 2.0");
        }

        long json = Word(file, 12), data = 20 + json;
        if (Word(file, 8) != file.Length || Word(file, 16) != JsonChunk || data + 8 > file.Length)
        {
            throw Bad(name, $"its length is {Word(file, 8)} by its header and {file.Length} in truth; it is cut off or damaged");
        }

        long length = Word(file, (int)data);
        return Word(file, (int)data + 4) == BinaryChunk && data + 8 + length <= file.Length
            ? (file.AsMemory(20, (int)json), file.AsMemory((int)data + 8, (int)length))
            : throw Bad(name, "its second part is not the mesh's data");
    }

    private static uint Word(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));

    private static DfkException Bad(string name, string problem, Exception? cause = null)
    {
        string message = $"mesh {name}: {problem}. Expected a GLB as dfk export writes it: one textured mesh in one file.";
        return cause is null ? new DfkException(ExitCode.BadInput, message) : new DfkException(ExitCode.BadInput, message, cause);
    }

    private sealed class Parts(JsonElement root, ReadOnlyMemory<byte> data, string name)
    {
        public TexturedMesh Mesh()
        {
            if (root.TryGetProperty("nodes", out JsonElement nodes) && nodes.EnumerateArray().Any(IsMoved))
            {
                throw Bad(name, "its nodes are moved, turned or scaled, which is not read");
            }

            JsonElement primitive = Only(Only(root.GetProperty("meshes"), "mesh").GetProperty("primitives"), "primitive");
            if (primitive.TryGetProperty("mode", out JsonElement mode) && mode.GetInt32() != 4)
            {
                throw Bad(name, $"it is not made of triangles (mode {mode.GetInt32()})");
            }

            JsonElement attributes = primitive.GetProperty("attributes");
            Vector3[] positions = MemoryMarshal.Cast<float, Vector3>(Floats(attributes.GetProperty("POSITION"), 3)).ToArray();
            Vector3[] normals = MemoryMarshal.Cast<float, Vector3>(Floats(attributes.GetProperty("NORMAL"), 3)).ToArray();
            Vector2[] coordinates = MemoryMarshal.Cast<float, Vector2>(Floats(attributes.GetProperty("TEXCOORD_0"), 2)).ToArray();
            int[] triangles = Indices(primitive.GetProperty("indices"));
            if (positions.Length == 0 || normals.Length != positions.Length || coordinates.Length != positions.Length)
            {
                throw Bad(name, $"it has {positions.Length} positions, {normals.Length} normals and {coordinates.Length} texture coordinates");
            }

            if (triangles.Length == 0 || triangles.Length % 3 != 0 || triangles.Any(vertex => vertex < 0 || vertex >= positions.Length))
            {
                throw Bad(name, $"its {triangles.Length} indices are no triangles of {positions.Length} vertices");
            }

            return new TexturedMesh(new TriangleMesh(positions, triangles), normals, coordinates, Texture(primitive.GetProperty("material").GetInt32()));
        }

        private static bool IsMoved(JsonElement node) =>
            node.EnumerateObject().Any(member => member.Name is "matrix" or "translation" or "rotation" or "scale");

        private JsonElement Only(JsonElement array, string what) =>
            array.GetArrayLength() == 1 ? array[0] : throw Bad(name, $"it has {array.GetArrayLength()} parts of kind {what}, expected one");

        private FloatImage Texture(int material)
        {
            int texture = root.GetProperty("materials")[material].GetProperty("pbrMetallicRoughness").GetProperty("baseColorTexture").GetProperty("index").GetInt32();
            JsonElement image = root.GetProperty("images")[root.GetProperty("textures")[texture].GetProperty("source").GetInt32()];
            if (image.GetProperty("mimeType").GetString() != "image/png")
            {
                throw Bad(name, "its texture is no PNG");
            }

            FloatImage picture = PngReader.Read(View(image.GetProperty("bufferView").GetInt32()).Span, name + ", texture").ToFloat();
            return picture.Channels == 3 ? picture : ToRgb(picture);
        }

        private static FloatImage ToRgb(FloatImage picture)
        {
            var rgb = new FloatImage(picture.Width, picture.Height, 3);
            for (int i = 0; i < rgb.Data.Length; i++)
            {
                rgb.Data[i] = picture.Data[(i / 3 * picture.Channels) + (picture.Channels == 4 ? i % 3 : 0)];
            }

            return rgb;
        }

        private ReadOnlySpan<float> Floats(JsonElement accessor, int width)
        {
            (ReadOnlyMemory<byte> bytes, int component) = Accessor(accessor.GetInt32(), width == 3 ? "VEC3" : "VEC2", width);
            ReadOnlySpan<float> values = component == FloatComponent ? MemoryMarshal.Cast<byte, float>(bytes.Span) : throw Bad(name, $"its vertices are of type {component}, expected {FloatComponent} (float)");
            foreach (float value in values)
            {
                if (!float.IsFinite(value))
                {
                    throw Bad(name, "a vertex is not a number");
                }
            }

            return values;
        }

        private int[] Indices(JsonElement accessor)
        {
            (ReadOnlyMemory<byte> bytes, int component) = Accessor(accessor.GetInt32(), "SCALAR", 1);
            return component switch
            {
                UnsignedShortComponent => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes.Span).ToArray(), index => (int)index),
                UnsignedIntComponent => MemoryMarshal.Cast<byte, int>(bytes.Span).ToArray(),
                _ => throw Bad(name, $"its indices are of type {component}, expected {UnsignedShortComponent} or {UnsignedIntComponent}"),
            };
        }

        private (ReadOnlyMemory<byte> Bytes, int Component) Accessor(int index, string type, int width)
        {
            JsonElement accessor = root.GetProperty("accessors")[index];
            int component = accessor.GetProperty("componentType").GetInt32();
            long count = accessor.GetProperty("count").GetInt64();
            long offset = accessor.TryGetProperty("byteOffset", out JsonElement at) ? at.GetInt64() : 0;
            long length = count * width * (component == UnsignedShortComponent ? 2 : 4);
            ReadOnlyMemory<byte> view = View(accessor.GetProperty("bufferView").GetInt32());
            if (accessor.GetProperty("type").GetString() != type || count is < 0 or > int.MaxValue || offset < 0 || offset > view.Length || length > view.Length - offset)
            {
                throw Bad(name, $"its numbers {index} ({count} of {accessor.GetProperty("type").GetString()}) do not fit their place of {view.Length} bytes");
            }

            return (view.Slice((int)offset, (int)length), component);
        }

        private ReadOnlyMemory<byte> View(int index)
        {
            JsonElement view = root.GetProperty("bufferViews")[index];
            long offset = view.TryGetProperty("byteOffset", out JsonElement at) ? at.GetInt64() : 0, length = view.GetProperty("byteLength").GetInt64();
            bool fits = view.GetProperty("buffer").GetInt32() == 0 && !view.TryGetProperty("byteStride", out _) && offset >= 0 && length >= 0 && offset <= data.Length && length <= data.Length - offset;
            return fits ? data.Slice((int)offset, (int)length) : throw Bad(name, $"its bytes {offset} to {offset + length} do not lie in the {data.Length} bytes of the file's data");
        }
    }
}
