using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Meshes.Formats;

/// <summary>Writes an exported mesh, each file whole or not at all.</summary>
public static class MeshFiles
{
    // The lines by which one file names the next stand at the top of ours.
    private const int LinesSearched = 16;

    /// <summary>
    /// Makes the folder of a mesh, and refuses to write over files beside it that belong to no earlier export of that name: a picture called as
    /// the texture would be gone. For before the work.
    /// </summary>
    /// <param name="path">The main file.</param>
    /// <param name="format">The format.</param>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>, if such a file is there or the path is a folder's; with <see cref="ExitCode.MachineLacks"/>, if the folder cannot be made.
    /// </exception>
    public static void Prepare(string path, MeshFormat format)
    {
        ArgumentNullException.ThrowIfNull(path);
        RunFolder.MakeFolderOf(path);

        if (format != MeshFormat.Obj)
        {
            return;
        }

        (string material, string texture) = (MaterialFile(path), TextureFile(path));
        bool materialIsOurs = Holds(path, ObjWriter.MaterialLine(Path.GetFileName(material)));
        bool textureIsOurs = materialIsOurs && Holds(material, ObjWriter.TextureLine(Path.GetFileName(texture)));
        foreach ((string file, bool isOurs) in (ReadOnlySpan<(string, bool)>)[(material, materialIsOurs), (texture, textureIsOurs)])
        {
            if (File.Exists(file) && !isOurs)
            {
                throw new DfkException(ExitCode.BadInput, $"{file}: expected no such file, or that of an earlier export to {path}, got one of other origin, which would be lost. Move it away, or choose another --out.");
            }
        }
    }

    /// <summary>Writes the files of a format.</summary>
    /// <param name="path">The main file; the others take its name with their own extension.</param>
    /// <param name="format">The format.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="name">The object's name, such as its prompt.</param>
    /// <returns>The files, the main one first.</returns>
    /// <exception cref="DfkException">As <see cref="Prepare"/>, and with <see cref="ExitCode.MachineLacks"/>, if the disk does not take one.</exception>
    public static IReadOnlyList<string> Write(string path, MeshFormat format, ExportedMesh mesh, string name)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        Prepare(path, format);
        switch (format)
        {
            case MeshFormat.Glb:
                WholeFile.Write(path, stream => GlbWriter.Write(stream, mesh.Textured, name, "dfk " + ProgramVersions.Program));
                return [path];
            case MeshFormat.Obj:
                string material = MaterialFile(path), texture = TextureFile(path);
                // The geometry last: whoever finds it finds what it names.
                WholeFile.Write(texture, PngWriter.Write(PngImage.FromFloat(mesh.Textured.Texture)));
                WholeFile.Write(material, stream => ObjWriter.WriteMaterial(stream, Path.GetFileName(texture)));
                WholeFile.Write(path, stream => ObjWriter.Write(stream, mesh.Textured, name, Path.GetFileName(material)));
                return [path, material, texture];
            case MeshFormat.Ply:
                WholeFile.Write(path, stream => PlyWriter.Write(stream, mesh.Solid, mesh.Normals, mesh.Colours));
                return [path];
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format.");
        }
    }

    private static string MaterialFile(string path) => Beside(path, ".mtl");

    private static string TextureFile(string path) => Beside(path, ".png");

    // A file that cannot be read is not known to be ours.
    private static bool Holds(string path, string line)
    {
        try
        {
            return File.Exists(path) && File.ReadLines(path).Take(LinesSearched).Contains(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Readers of OBJ disagree about names with spaces.
    private static string Beside(string path, string extension) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path).Replace(' ', '_') + extension);
}
