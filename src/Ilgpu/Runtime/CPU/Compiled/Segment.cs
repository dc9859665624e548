using System.Collections.Generic;
using ILGPU.Ptx.Code;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>Instructions between which no thread waits. It ends with a meeting, a branch, a jump or the end of the kernel.</summary>
internal sealed class Segment(int number)
{
    public int Number { get; } = number;

    public List<PtxInstruction> Instructions { get; } = [];

    /// <summary>The meeting whose result the threads have when they come here; null if they come otherwise.</summary>
    public PtxInstruction? Opening { get; set; }

    /// <summary>The meeting at the end.</summary>
    public PtxInstruction? Closing { get; set; }

    /// <summary>The region that a thread runs after the meeting at the end.</summary>
    public int Resume { get; set; }

    /// <summary>Predicate of a branch.</summary>
    public Operand? Condition { get; set; }

    /// <summary>Where a branch goes if the condition holds.</summary>
    public Segment? Taken { get; set; }

    /// <summary>Where control goes otherwise, also after a meeting; null at the end of the kernel.</summary>
    public Segment? Next { get; set; }

    /// <summary>Registers whose values are needed at the start.</summary>
    public HashSet<Register> Needed { get; } = [];

    /// <summary>Where control goes without a meeting.</summary>
    public IEnumerable<Segment> Successors
    {
        get
        {
            if (Closing is not null)
            {
                yield break;
            }

            if (Taken is not null)
            {
                yield return Taken;
            }

            if (Next is not null)
            {
                yield return Next;
            }
        }
    }

    /// <summary>Everything that the segment reads, the operands of its end included.</summary>
    public IEnumerable<Operand> Reads
    {
        get
        {
            foreach (PtxInstruction instruction in Instructions)
            {
                foreach (Operand source in instruction.Sources)
                {
                    yield return source;
                }
            }

            foreach (Operand source in Closing?.Sources ?? [])
            {
                yield return source;
            }

            if (Condition is not null)
            {
                yield return Condition;
            }
        }
    }
}
