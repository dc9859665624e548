using System;
using System.Globalization;
using System.IO;
using System.Numerics;
using System.Text;

namespace DreamFusion.Pipeline.Meshes.Formats;

/// <summary>
/// Writes Wavefront OBJ with its MTL (Wavefront, "Advanced Visualizer Manual", appendix B1): positions, texture coordinates and normals share
/// their numbers. OBJ counts v from the bottom of the texture.
/// </summary>
public static class ObjWriter
{
    /// <summary>The line of the geometry that names its MTL.</summary>
    internal static string MaterialLine(string materialFile) => $"mtllib {materialFile}";

    /// <summary>The line of the MTL that names its texture.</summary>
    internal static string TextureLine(string textureFile) => $"map_Kd {textureFile}";

    /// <summary>Writes the geometry.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="materialFile">Name of the MTL beside it, without spaces.</param>
    public static void Write(Stream output, TexturedMesh mesh, string name, string materialFile)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(mesh);
        using StreamWriter text = Text(output);
        text.WriteLine("# right-handed, metres, +Y up, front towards +Z");
        text.WriteLine(MaterialLine(materialFile));
        text.WriteLine($"o {OneWord(name)}");
        foreach (Vector3 p in mesh.Geometry.Positions)
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"v {p.X} {p.Y} {p.Z}"));
        }

        foreach (Vector2 t in mesh.TextureCoordinates)
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vt {t.X} {1f - t.Y}"));
        }

        foreach (Vector3 n in mesh.Normals)
        {
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vn {n.X} {n.Y} {n.Z}"));
        }

        text.WriteLine("usemtl albedo");
        ReadOnlySpan<int> triangles = mesh.Geometry.Triangles;
        for (int i = 0; i < triangles.Length; i += 3)
        {
            (int a, int b, int c) = (triangles[i] + 1, triangles[i + 1] + 1, triangles[i + 2] + 1);
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"f {a}/{a}/{a} {b}/{b}/{b} {c}/{c}/{c}"));
        }
    }

    /// <summary>Writes the material: the texture as diffuse colour, no highlights; <c>Pr</c> and <c>Pm</c> for readers that know them.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="textureFile">Name of the PNG beside it, without spaces.</param>
    public static void WriteMaterial(Stream output, string textureFile)
    {
        ArgumentNullException.ThrowIfNull(output);
        using StreamWriter text = Text(output);
        text.WriteLine("newmtl albedo");
        text.WriteLine("Ka 0 0 0");
        text.WriteLine("Kd 1 1 1");
        text.WriteLine("Ks 0 0 0");
        text.WriteLine("illum 1");
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Pr {GlbWriter.Roughness}"));
        text.WriteLine("Pm 0");
        text.WriteLine(TextureLine(textureFile));
    }

    private static string OneWord(string name) => string.Join('_', name.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private static StreamWriter Text(Stream output) => new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
}
