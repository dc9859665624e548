using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>What the compiled regions of a kernel read and write: one group at a time. Arrays have one element for each thread of the group.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GroupState
{
    /// <summary>The parameters of the launch, as the kernel's code lays them out.</summary>
    public byte* Parameters;

    /// <summary>Shared memory: the dynamic part first.</summary>
    public byte* Shared;

    /// <summary>Local memory of all threads, one after the other.</summary>
    public byte* Local;

    /// <summary>Registers that live across a meeting of threads: an array for each.</summary>
    public byte* Kept;

    /// <summary>Which region each thread runs next, or runs when those it waits for are there; negative when it has ended.</summary>
    public int* Resume;

    /// <summary>Position in the group along X.</summary>
    public int* ThreadX;

    /// <summary>Position in the group along Y.</summary>
    public int* ThreadY;

    /// <summary>Position in the group along Z.</summary>
    public int* ThreadZ;

    /// <summary>What each thread gives to an exchange.</summary>
    public uint* Words;

    /// <summary>The lane that each thread asks for.</summary>
    public uint* Lanes;

    /// <summary>The bounds of each thread's section, as PTX codes them.</summary>
    public uint* Bounds;

    /// <summary>What each thread gets from an exchange.</summary>
    public uint* Answers;

    /// <summary>What all threads get from a barrier that counts.</summary>
    public uint Count;

    /// <summary>The thread that runs, for messages.</summary>
    public int Current;

    public int GridX;
    public int GridY;
    public int GridZ;
    public int GridDimensionX;
    public int GridDimensionY;
    public int GridDimensionZ;
    public int GroupDimensionX;
    public int GroupDimensionY;
    public int GroupDimensionZ;

    /// <summary>Dynamic shared memory in bytes.</summary>
    public int DynamicSharedBytes;
}

/// <summary>Runs the threads [begin, end) of a group from one meeting to the next.</summary>
internal unsafe delegate void RegionCode(GroupState* state, int begin, int end);
