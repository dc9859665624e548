using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Which variables are read behind each block before they are assigned again: a backward data-flow analysis over sets of bits.</summary>
internal sealed class Liveness
{
    private const int WordBits = 64;

    private readonly Dictionary<Register, int> _numbers = [];
    private readonly Dictionary<BasicBlock, ulong[]> _ends = [];

    /// <param name="code">Code.</param>
    /// <param name="assignedOnce">Registers that are no variables.</param>
    public Liveness(KernelCode code, HashSet<Register> assignedOnce)
    {
        foreach (PtxInstruction instruction in code.Instructions)
        {
            if (instruction.Result is { } result && !assignedOnce.Contains(result))
            {
                _numbers.TryAdd(result, _numbers.Count);
            }
        }

        int words = (_numbers.Count + WordBits - 1) / WordBits;
        var starts = new Dictionary<BasicBlock, ulong[]>();
        var assigned = new Dictionary<BasicBlock, ulong[]>();
        foreach (BasicBlock block in code.Blocks)
        {
            (starts[block], assigned[block], _ends[block]) = (new ulong[words], new ulong[words], new ulong[words]);
            Scan(block, starts[block], assigned[block]);
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (BasicBlock block in Enumerable.Reverse(code.Blocks))
            {
                foreach (BasicBlock successor in block.Successors)
                {
                    changed |= Join(_ends[block], starts[successor], starts[block], assigned[block]);
                }
            }
        }
    }

    /// <summary>Whether a variable is read behind a block; false for registers that are none.</summary>
    public bool IsReadBehind(BasicBlock block, Register register)
        => _numbers.TryGetValue(register, out int number) && (_ends[block][number / WordBits] >> (number % WordBits) & 1) != 0;

    // What a block reads before it assigns it, and what it assigns.
    private void Scan(BasicBlock block, ulong[] read, ulong[] assigned)
    {
        foreach (PtxInstruction instruction in block.Instructions)
        {
            foreach (Operand source in instruction.Sources)
            {
                Read(source, read, assigned);
            }

            if (instruction.Result is { } result && _numbers.TryGetValue(result, out int number))
            {
                assigned[number / WordBits] |= 1ul << (number % WordBits);
            }
        }

        Read(block.Condition, read, assigned);
    }

    private void Read(Operand? source, ulong[] read, ulong[] assigned)
    {
        if (source is Register register && _numbers.TryGetValue(register, out int number))
        {
            read[number / WordBits] |= 1ul << (number % WordBits) & ~assigned[number / WordBits];
        }
    }

    private static bool Join(ulong[] end, ulong[] next, ulong[] start, ulong[] assigned)
    {
        bool changed = false;
        for (int i = 0; i < end.Length; i++)
        {
            ulong added = next[i] & ~end[i];
            changed |= added != 0;
            end[i] |= added;
            start[i] |= added & ~assigned[i];
        }

        return changed;
    }
}
