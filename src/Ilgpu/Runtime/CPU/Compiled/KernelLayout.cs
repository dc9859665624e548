using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;
using ILGPU.Runtime.Cuda;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>Where the arrays, kept registers and parameters of a compiled kernel lie.</summary>
internal sealed class KernelLayout
{
    private const int Alignment = 16;

    private readonly Dictionary<MemoryArray, int> _arrays = [];
    private readonly Dictionary<Register, int> _kept = [];
    private readonly Dictionary<string, int> _parameters = [];
    private readonly int _capacity;

    /// <param name="code">Kernel.</param>
    /// <param name="graph">Its segments.</param>
    /// <param name="capacity">Threads of the largest group.</param>
    public KernelLayout(KernelCode code, SegmentGraph graph, int capacity)
    {
        _capacity = capacity;
        foreach (MemoryArray array in code.Arrays)
        {
            bool isLocal = array.Space == AddressSpace.Local;
            _arrays.Add(array, isLocal ? LocalBytes : SharedBytes);
            int size = checked((int)((array.Size + Alignment - 1) / Alignment * Alignment));
            LocalBytes += isLocal ? size : 0;
            SharedBytes += isLocal ? 0 : size;
        }

        foreach (Register register in graph.Entries.Skip(1).SelectMany(entry => entry.Needed).Distinct())
        {
            _kept.Add(register, KeptBytes);
            KeptBytes = checked(KeptBytes + (capacity * SizeOf(register.Type)));
        }

        int[] offsets = ArgumentBlock.OffsetsOf(code.Parameters, out _);
        for (int i = 0; i < offsets.Length; i++)
        {
            _parameters.Add(code.Parameters[i].Name, offsets[i]);
        }
    }

    /// <summary>Bytes of static shared memory; they come after the dynamic ones.</summary>
    public int SharedBytes { get; }

    /// <summary>Bytes of local memory of a thread.</summary>
    public int LocalBytes { get; }

    /// <summary>Bytes for the registers that threads keep across meetings.</summary>
    public int KeptBytes { get; }

    /// <summary>Threads of the largest group.</summary>
    public int Capacity => _capacity;

    /// <summary>Bytes of a register in memory.</summary>
    public static int SizeOf(DataType type) => type is DataType.S64 or DataType.F64 ? sizeof(long) : sizeof(int);

    /// <summary>Where an array starts: from the thread's local memory, or from the end of the dynamic shared memory.</summary>
    public int ArrayOffset(MemoryArray array) => _arrays[array];

    /// <summary>Where the array of a kept register starts.</summary>
    public int KeptOffset(Register register) => _kept[register];

    /// <summary>Where a parameter starts.</summary>
    public int ParameterOffset(string name) => _parameters[name];

    /// <summary>The dynamic part of shared memory rounded up, so that the static part is aligned.</summary>
    public static int RoundUp(int bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
