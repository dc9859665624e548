namespace DreamFusion.Pipeline.Meshes.Formats;

/// <summary>File formats of a mesh.</summary>
public enum MeshFormat
{
    /// <summary>Binary glTF 2.0: geometry, normals and texture in one file.</summary>
    Glb,

    /// <summary>Wavefront OBJ, with an MTL and a PNG beside it.</summary>
    Obj,

    /// <summary>Binary PLY with colours on the vertices.</summary>
    Ply,
}
