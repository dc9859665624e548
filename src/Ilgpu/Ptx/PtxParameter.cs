namespace ILGPU.Ptx;

/// <summary>A parameter of the entry point: the bytes of a C# value as they lie in memory.</summary>
/// <param name="Name">Name in the PTX.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Alignment">Alignment in bytes.</param>
public sealed record PtxParameter(string Name, int Size, int Alignment);
