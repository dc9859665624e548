using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Numerics;
using System.Text;

namespace DreamFusion.Pipeline.Meshes.Formats;

/// <summary>Writes binary PLY (Turk 1994) with whole vertices: positions, normals, and the albedo as colours, sRGB rounded to 8 bits.</summary>
public static class PlyWriter
{
    private const int VertexBytes = (6 * sizeof(float)) + 3;
    private const int FaceBytes = 1 + (3 * sizeof(int));

    /// <summary>Writes a file's bytes.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="normals">Unit normals [V].</param>
    /// <param name="colours">Colours [V], 0..1.</param>
    public static void Write(Stream output, TriangleMesh mesh, ReadOnlySpan<Vector3> normals, ReadOnlySpan<Vector3> colours)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(mesh);
        output.Write(Encoding.ASCII.GetBytes(Header(mesh)));
        byte[] rows = new byte[mesh.VertexCount * VertexBytes];
        for (int vertex = 0; vertex < mesh.VertexCount; vertex++)
        {
            Span<byte> row = rows.AsSpan(vertex * VertexBytes, VertexBytes);
            WriteVector(row, mesh.Positions[vertex]);
            WriteVector(row[12..], normals[vertex]);
            for (int channel = 0; channel < 3; channel++)
            {
                row[24 + channel] = (byte)MathF.Round(255f * Math.Clamp(colours[vertex][channel], 0f, 1f), MidpointRounding.AwayFromZero);
            }
        }

        output.Write(rows);
        byte[] faces = new byte[mesh.FaceCount * FaceBytes];
        for (int i = 0; i < mesh.Triangles.Length; i++)
        {
            faces[i / 3 * FaceBytes] = 3;
            BinaryPrimitives.WriteInt32LittleEndian(faces.AsSpan((i / 3 * FaceBytes) + 1 + (i % 3 * sizeof(int))), mesh.Triangles[i]);
        }

        output.Write(faces);
    }

    private static void WriteVector(Span<byte> row, Vector3 vector)
    {
        BinaryPrimitives.WriteSingleLittleEndian(row, vector.X);
        BinaryPrimitives.WriteSingleLittleEndian(row[4..], vector.Y);
        BinaryPrimitives.WriteSingleLittleEndian(row[8..], vector.Z);
    }

    private static string Header(TriangleMesh mesh) => string.Create(CultureInfo.InvariantCulture, $"""
        ply
        format binary_little_endian 1.0
        comment right-handed, metres, +Y up, front towards +Z
        element vertex {mesh.VertexCount}
        property float x
        property float y
        property float z
        property float nx
        property float ny
        property float nz
        property uchar red
        property uchar green
        property uchar blue
        element face {mesh.FaceCount}
        property list uchar int vertex_indices
        end_header

        """).ReplaceLineEndings("\n");
}
