using System.Collections.Generic;

namespace ILGPU.Ptx.Code;

/// <summary>The code of one kernel between translation and emission.</summary>
internal sealed class KernelCode(string name)
{
    private int _registers;
    private int _blocks;

    /// <summary>For messages.</summary>
    public string Name { get; } = name;

    public BasicBlock Entry { get; set; } = null!;

    /// <summary>Blocks in the order of emission.</summary>
    public List<BasicBlock> Blocks { get; } = [];

    /// <summary>Local and shared arrays.</summary>
    public List<MemoryArray> Arrays { get; } = [];

    /// <summary>Name, alignment and size in bytes of each parameter.</summary>
    public List<PtxParameter> Parameters { get; } = [];

    /// <summary>Functions of the C library on the CPU that are ours here.</summary>
    public SortedSet<string> OwnFunctions { get; } = [];

    public Register NewRegister(DataType type, bool isVariable = false) => new(++_registers, type.Register(), isVariable);

    public BasicBlock NewBlock() => new(++_blocks);

    public IEnumerable<PtxInstruction> Instructions
    {
        get
        {
            foreach (BasicBlock block in Blocks)
            {
                foreach (PtxInstruction instruction in block.Instructions)
                {
                    yield return instruction;
                }
            }
        }
    }
}
