using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Meshes.Formats;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

public sealed class GlbReaderTests
{
    private static readonly Lazy<(TexturedMesh Mesh, byte[] File)> _written = new(() =>
    {
        TexturedMesh mesh = MeshExport.Run(
            AnalyticSolid.Asymmetric, AnalyticSolid.Asymmetric, new ExportOptions { Threshold = AnalyticSolid.FullDensity / 2f, Resolution = 24, Faces = 400, TextureSize = 64, ReportViews = 1, ViewSize = 32 }).Textured;
        using MemoryStream file = new();
        GlbWriter.Write(file, mesh, "thing", "test");
        return (mesh, file.ToArray());
    });

    [Fact]
    public void What_was_written_comes_back()
    {
        TexturedMesh back = GlbReader.Read(_written.Value.File, "mesh"), mesh = _written.Value.Mesh;
        Assert.Equal(mesh.Geometry.Positions, back.Geometry.Positions);
        Assert.Equal(mesh.Geometry.Triangles, back.Geometry.Triangles);
        Assert.Equal(mesh.Normals, back.Normals);
        Assert.Equal(mesh.TextureCoordinates, back.TextureCoordinates);
        Assert.True(mesh.Texture.Data.Zip(back.Texture.Data).All(pair => MathF.Abs(pair.First - pair.Second) <= 0.5f / 255f + 1e-6f));
    }

    [Fact]
    public void Cut_and_damaged_files_are_bad_input()
    {
        byte[] file = _written.Value.File;
        int json = 20 + BitConverter.ToInt32(file, 12);
        int[] lengths = [0, 4, 19, 100, json, json + 7, file.Length - 1];
        foreach (byte[] cut in lengths.Select(length => file[..length]))
        {
            Refuses(cut);
        }

        var random = new Random(5);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. file];
            damaged[random.Next(json)] = (byte)random.Next(256);
            try
            {
                GlbReader.Read(damaged, "mesh");
            }
            catch (DfkException e)
            {
                Assert.Equal(ExitCode.BadInput, e.ExitCode);
            }
        }
    }

    [Fact]
    public void A_missing_file_is_bad_input() => Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => GlbReader.ReadFile("nothing.glb")).ExitCode);

    private static void Refuses(byte[] file)
    {
        DfkException error = Assert.Throws<DfkException>(() => GlbReader.Read(file, "mesh"));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("mesh mesh:", error.Message, StringComparison.Ordinal);
    }
}
