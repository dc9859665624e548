using System.Collections.Generic;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>How good an exported mesh is, by measurement.</summary>
public sealed record MeshReport
{
    /// <summary>Density of the surface, 1/world unit.</summary>
    public required float Threshold { get; init; }

    /// <summary>The thresholds that were tried; empty if it was given.</summary>
    public required IReadOnlyList<ThresholdTrial> Trials { get; init; }

    /// <summary>Cells along the longest side of the sampled box.</summary>
    public required int Resolution { get; init; }

    /// <summary>Cells of that box along X, Y and Z.</summary>
    public required (int X, int Y, int Z) Cells { get; init; }

    /// <summary>Edge of a cell, metres.</summary>
    public required float CellSize { get; init; }

    /// <summary>Faces of the surface before clean-up and decimation.</summary>
    public required int ExtractedFaces { get; init; }

    /// <summary>What the clean-up removed.</summary>
    public required CleanupReport Cleanup { get; init; }

    /// <summary>Faces of the mesh.</summary>
    public required int Faces { get; init; }

    /// <summary>Vertices of the mesh, before it is split along seams.</summary>
    public required int Vertices { get; init; }

    /// <summary>Edges, holes and parts.</summary>
    public required MeshTopology Topology { get; init; }

    /// <summary>Faces behind which the density falls and before which it rises: they are turned inside out.</summary>
    public required int FlippedFaces { get; init; }

    /// <summary>Side of the texture, texels.</summary>
    public required int TextureSize { get; init; }

    /// <summary>Charts of the texture.</summary>
    public required int Charts { get; init; }

    /// <summary>Texels whose centre lies in more than one face.</summary>
    public required int OverlappingTexels { get; init; }

    /// <summary>Texels per metre in the planes of the charts.</summary>
    public required float TexelsPerMetre { get; init; }

    /// <summary>Share of the texture that faces cover, 0..1.</summary>
    public required double TextureUse { get; init; }

    /// <summary>Intersection over union of the silhouettes of mesh and field, 0..1.</summary>
    public required double SilhouetteIoU { get; init; }

    /// <summary>Peak signal to noise ratio of the textured mesh against the field's renders on white, whole pictures, dB.</summary>
    public required double Psnr { get; init; }

    /// <summary>The same over the pixels alone that the field or the mesh covers.</summary>
    public required double ObjectPsnr { get; init; }

    /// <summary>Views of the last three numbers.</summary>
    public required int Views { get; init; }

    /// <summary>Wall time of each stage, seconds.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Seconds { get; init; }

    /// <summary>The most memory that the process has held, bytes.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>What the user should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
