using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Text;
using System.Text.Json;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Meshes.Formats;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

/// <summary>The files, read back by code that only knows their specifications: an object without any symmetry must come out as it is, not mirrored.</summary>
public sealed class MeshFilesTests
{
    private static readonly Lazy<ExportedMesh> _mesh = new(() => MeshExport.Run(
        AnalyticSolid.Asymmetric, AnalyticSolid.Asymmetric, new ExportOptions { Resolution = 64, Faces = 3000, TextureSize = 256, ReportViews = 2, ViewSize = 48 }));

    [Fact]
    public void Glb_holds_the_object_as_it_is()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("mesh.glb");
        Assert.Equal([path], MeshFiles.Write(path, MeshFormat.Glb, _mesh.Value, "a \"thing\"\nß"));
        byte[] file = File.ReadAllBytes(path);
        Assert.Equal((0x46546C67u, 2u, (uint)file.Length), (Word(file, 0), Word(file, 4), Word(file, 8)));
        int jsonLength = (int)Word(file, 12);
        using JsonDocument json = JsonDocument.Parse(file.AsMemory(20, jsonLength));
        JsonElement root = json.RootElement;
        ReadOnlySpan<byte> data = file.AsSpan(28 + jsonLength);
        Assert.Equal((0, 0), (jsonLength % 4, data.Length % 4));
        Assert.Equal(data.Length, root.GetProperty("buffers")[0].GetProperty("byteLength").GetInt32());
        Assert.Equal("a \"thing\"\nß", root.GetProperty("nodes")[0].GetProperty("name").GetString());
        Assert.False(root.TryGetProperty("extensionsUsed", out _));
        JsonElement material = root.GetProperty("materials")[0].GetProperty("pbrMetallicRoughness");
        Assert.Equal((0, 0.9f), (material.GetProperty("metallicFactor").GetInt32(), material.GetProperty("roughnessFactor").GetSingle()));

        JsonElement primitive = root.GetProperty("meshes")[0].GetProperty("primitives")[0];
        JsonElement attributes = primitive.GetProperty("attributes");
        float[] positions = Floats(root, data, attributes.GetProperty("POSITION").GetInt32());
        float[] normals = Floats(root, data, attributes.GetProperty("NORMAL").GetInt32());
        float[] coordinates = Floats(root, data, attributes.GetProperty("TEXCOORD_0").GetInt32());
        JsonElement indexAccessor = root.GetProperty("accessors")[primitive.GetProperty("indices").GetInt32()];
        int offset = root.GetProperty("bufferViews")[indexAccessor.GetProperty("bufferView").GetInt32()].GetProperty("byteOffset").GetInt32();
        Assert.Equal(5123, indexAccessor.GetProperty("componentType").GetInt32());
        int[] indices = new int[indexAccessor.GetProperty("count").GetInt32()];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = BinaryPrimitives.ReadUInt16LittleEndian(data[(offset + (2 * i))..]);
        }

        JsonElement image = root.GetProperty("bufferViews")[root.GetProperty("images")[0].GetProperty("bufferView").GetInt32()];
        FloatImage texture = PngReader.Read(data.Slice(image.GetProperty("byteOffset").GetInt32(), image.GetProperty("byteLength").GetInt32()).ToArray(), "texture").ToFloat();
        Vector3 Position(int vertex) => new(positions.AsSpan(3 * vertex, 3));
        // glTF: (0, 0) is the top left corner of the picture.
        RequireTheObject(indices, Position, vertex => new Vector3(normals.AsSpan(3 * vertex, 3)), vertex => Texel(texture, coordinates[2 * vertex], coordinates[(2 * vertex) + 1]));

        JsonElement range = root.GetProperty("accessors")[attributes.GetProperty("POSITION").GetInt32()];
        for (int axis = 0; axis < 3; axis++)
        {
            IEnumerable<float> values = Enumerable.Range(0, positions.Length / 3).Select(vertex => positions[(3 * vertex) + axis]);
            Assert.Equal(values.Min(), range.GetProperty("min")[axis].GetSingle());
            Assert.Equal(values.Max(), range.GetProperty("max")[axis].GetSingle());
        }
    }

    [Fact]
    public void Obj_holds_the_object_as_it_is()
    {
        using TemporaryFolder folder = new();
        IReadOnlyList<string> files = MeshFiles.Write(folder.File("my mesh.obj"), MeshFormat.Obj, _mesh.Value, "a thing");
        Assert.Equal([".obj", ".mtl", ".png"], files.Select(file => Path.GetExtension(file)));
        string[][] lines = [.. File.ReadAllLines(files[0]).Select(line => line.Split(' '))];
        float[][] Rows(string key) => [.. lines.Where(line => line[0] == key).Select(line => line[1..].Select(number => float.Parse(number, CultureInfo.InvariantCulture)).ToArray())];
        (float[][] v, float[][] vt, float[][] vn) = (Rows("v"), Rows("vt"), Rows("vn"));
        int[] indices = [.. lines.Where(line => line[0] == "f").SelectMany(line => line[1..]).Select(corner => int.Parse(corner.Split('/')[0], CultureInfo.InvariantCulture) - 1)];
        Assert.Equal(_mesh.Value.Report.Faces * 3, indices.Length);
        // One word each, because readers disagree about spaces in names.
        string library = Assert.Single(lines.Single(line => line[0] == "mtllib")[1..]);
        string[] material = File.ReadAllLines(Path.Combine(folder.Path, library));
        string map = Assert.Single(material.Single(line => line.StartsWith("map_Kd ", StringComparison.Ordinal)).Split(' ')[1..]);
        FloatImage texture = PngReader.Read(File.ReadAllBytes(Path.Combine(folder.Path, map)), map).ToFloat();
        // OBJ: v counts from the bottom.
        RequireTheObject(indices, i => new Vector3(v[i]), i => new Vector3(vn[i]), i => Texel(texture, vt[i][0], 1f - vt[i][1]));
    }

    [Fact]
    public void Ply_holds_the_object_as_it_is()
    {
        using TemporaryFolder folder = new();
        MeshFiles.Write(folder.File("mesh.ply"), MeshFormat.Ply, _mesh.Value, "a thing");
        byte[] file = File.ReadAllBytes(folder.File("mesh.ply"));
        const string End = "end_header\n";
        int begin = Encoding.ASCII.GetString(file).IndexOf(End, StringComparison.Ordinal) + End.Length;
        string[] header = Encoding.ASCII.GetString(file, 0, begin).Split('\n');
        Assert.Equal("ply", header[0]);
        int vertices = int.Parse(header.Single(line => line.StartsWith("element vertex ", StringComparison.Ordinal))[15..], CultureInfo.InvariantCulture);
        int faces = int.Parse(header.Single(line => line.StartsWith("element face ", StringComparison.Ordinal))[13..], CultureInfo.InvariantCulture);
        Assert.Equal((_mesh.Value.Report.Vertices, _mesh.Value.Report.Faces), (vertices, faces));
        Assert.Equal(file.Length, begin + (27 * vertices) + (13 * faces));
        int[] indices = new int[3 * faces];
        for (int i = 0; i < indices.Length; i++)
        {
            int row = begin + (27 * vertices) + (13 * (i / 3));
            Assert.Equal(3, file[row]);
            indices[i] = BitConverter.ToInt32(file, row + 1 + (4 * (i % 3)));
        }

        Vector3 Read(int at) => new(BitConverter.ToSingle(file, at), BitConverter.ToSingle(file, at + 4), BitConverter.ToSingle(file, at + 8));
        RequireTheObject(
            indices,
            i => Read(begin + (27 * i)),
            i => Read(begin + (27 * i) + 12),
            i => new Vector3(file[begin + (27 * i) + 24], file[begin + (27 * i) + 25], file[begin + (27 * i) + 26]) / 255f);
    }

    /// <summary>A second export replaces the first one's files; a picture that happens to have the texture's name stays, and so does its folder.</summary>
    [Fact]
    public void Files_of_other_origin_are_not_written_over()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("new/my thing.obj");
        MeshFiles.Write(path, MeshFormat.Obj, _mesh.Value, "a thing");
        byte[] first = File.ReadAllBytes(folder.File("new/my_thing.png"));
        IReadOnlyList<string> again = MeshFiles.Write(path, MeshFormat.Obj, _mesh.Value, "a thing");
        Assert.Equal(first, File.ReadAllBytes(again[2]));

        void Refuses(string obj, string expected)
        {
            var error = Assert.Throws<DfkException>(() => MeshFiles.Prepare(obj, MeshFormat.Obj));
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
            Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
        }

        foreach (string name in (string[])["photo.png", "photo.mtl"])
        {
            File.WriteAllText(folder.File(name), "somebody's");
            Refuses(folder.File("photo.obj"), folder.File(name));
            Assert.Equal("somebody's", File.ReadAllText(folder.File(name)));
            MeshFiles.Prepare(folder.File("photo.glb"), MeshFormat.Glb);
            File.Delete(folder.File(name));
        }

        // The geometry is ours, but its material names another picture.
        File.WriteAllText(again[1], "newmtl albedo\nmap_Kd other.png\n");
        Refuses(path, again[2]);
        Refuses(folder.Path, folder.Path);
    }

    // The red knob at -X, the blue plate at +Z, the green cap at +Y, faces counter-clockwise from outside, colours at their places.
    private static void RequireTheObject(int[] indices, Func<int, Vector3> position, Func<int, Vector3> normal, Func<int, Vector3> colour)
    {
        double volume = 0;
        int compared = 0, right = 0;
        for (int i = 0; i < indices.Length; i += 3)
        {
            (Vector3 a, Vector3 b, Vector3 c) = (position(indices[i]), position(indices[i + 1]), position(indices[i + 2]));
            volume += Vector3.Dot(a, Vector3.Cross(b, c)) / 6;
            Assert.True(MathF.Abs(AnalyticSolid.Asymmetric.Distance((a + b + c) / 3f)) <= 0.06f);
            for (int corner = 0; corner < 3; corner++)
            {
                int vertex = indices[i + corner];
                Assert.Equal(1f, normal(vertex).Length(), 1e-3f);
                right += (colour(vertex) - AnalyticSolid.Asymmetric.Colour(position(vertex))).Length() <= 0.15f ? 1 : 0;
                compared++;
            }
        }

        Assert.True(volume > 0.3, $"volume {volume}");
        // Vertices on a border between two colours have either.
        Assert.True(right >= 0.9 * compared, $"{right} of {compared} vertices have their colour");
        int[] used = [.. indices.Distinct()];
        int leftmost = used.MinBy(vertex => position(vertex).X), front = used.MaxBy(vertex => position(vertex).Z);
        Assert.True(colour(leftmost).X > 0.7f && colour(leftmost).Y < 0.4f, $"the knob is {colour(leftmost)}");
        Assert.True(position(leftmost).X < -0.75f && normal(leftmost).X < -0.9f);
        Assert.True(colour(front).Z > 0.7f && colour(front).X < 0.4f, $"the plate is {colour(front)}");
    }

    private static float[] Floats(JsonElement root, ReadOnlySpan<byte> data, int accessor)
    {
        JsonElement description = root.GetProperty("accessors")[accessor];
        Assert.Equal(5126, description.GetProperty("componentType").GetInt32());
        JsonElement view = root.GetProperty("bufferViews")[description.GetProperty("bufferView").GetInt32()];
        int width = description.GetProperty("type").GetString() == "VEC3" ? 3 : 2;
        float[] values = new float[width * description.GetProperty("count").GetInt32()];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(data[(view.GetProperty("byteOffset").GetInt32() + (4 * i))..]);
        }

        return values;
    }

    private static Vector3 Texel(FloatImage texture, float u, float v)
    {
        int x = Math.Clamp((int)(u * texture.Width), 0, texture.Width - 1), y = Math.Clamp((int)(v * texture.Height), 0, texture.Height - 1);
        return new Vector3(texture.Data.AsSpan(3 * ((y * texture.Width) + x), 3));
    }

    private static uint Word(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
}
