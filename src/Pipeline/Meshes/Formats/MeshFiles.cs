using System;
using System.Collections.Generic;
using System.IO;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Meshes.Formats;

/// <summary>Writes an exported mesh, each file whole or not at all.</summary>
public static class MeshFiles
{
    /// <summary>Writes the files of a format.</summary>
    /// <param name="path">The main file; the others take its name with their own extension.</param>
    /// <param name="format">The format.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="name">The object's name, such as its prompt.</param>
    /// <returns>The files, the main one first.</returns>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>, if the disk does not take one.</exception>
    public static IReadOnlyList<string> Write(string path, MeshFormat format, ExportedMesh mesh, string name)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        switch (format)
        {
            case MeshFormat.Glb:
                WholeFile.Write(path, stream => GlbWriter.Write(stream, mesh.Textured, name, "dfk " + ProgramVersions.Program));
                return [path];
            case MeshFormat.Obj:
                string material = Beside(path, ".mtl"), texture = Beside(path, ".png");
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

    // Readers of OBJ disagree about names with spaces.
    private static string Beside(string path, string extension) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path).Replace(' ', '_') + extension);
}
