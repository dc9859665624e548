using System.Collections.Generic;

namespace ILGPU.Ptx;

/// <summary>A kernel compiled to PTX.</summary>
/// <param name="Text">The module: one entry point.</param>
/// <param name="EntryName">Name of the entry point.</param>
/// <param name="Parameters">
/// Parameters of the entry point in order. Indexed kernels have first the extent (three 32-bit numbers) and must be launched with one-dimensional groups; every
/// other parameter is the bytes of the C# argument.
/// </param>
/// <param name="LocalArrays">Local arrays that could not be kept in registers.</param>
/// <param name="InstructionCount">Instructions.</param>
/// <param name="RegisterCount">Virtual registers; the driver's compiler assigns real ones.</param>
/// <param name="OwnFunctions">Functions of MathF that the CPU takes from the C library and this module computes itself: their last bits may differ.</param>
/// <param name="SharedBytes">Static shared memory of a group.</param>
public sealed record PtxModule(
    string Text, string EntryName, IReadOnlyList<PtxParameter> Parameters, IReadOnlyList<PtxLocalArray> LocalArrays, int InstructionCount, int RegisterCount,
    IReadOnlyCollection<string> OwnFunctions, long SharedBytes);

/// <summary>An array in local memory, which is slow: it lies in device memory.</summary>
/// <param name="Name">Name in the PTX.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Line">C# line that allocates it.</param>
public sealed record PtxLocalArray(string Name, long Size, string Line);
