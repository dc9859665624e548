using System.Collections.Generic;

namespace ILGPU.Ptx.Code;

/// <summary>Instructions that run one after the other, and where control goes then.</summary>
internal sealed class BasicBlock(int number)
{
    public int Number { get; } = number;

    public List<PtxInstruction> Instructions { get; } = [];

    /// <summary>Predicate of a branch; null for a jump or the end of the kernel.</summary>
    public Operand? Condition { get; private set; }

    /// <summary>Where a branch goes if the condition holds.</summary>
    public BasicBlock? Taken { get; private set; }

    /// <summary>Where control goes otherwise; null at the end of the kernel.</summary>
    public BasicBlock? Next { get; private set; }

    /// <summary>False until one of the endings was chosen.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Unroll request of the loop that this block heads: null for none, 0 to forbid.</summary>
    public int? Unroll { get; set; }

    public IEnumerable<BasicBlock> Successors
    {
        get
        {
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

    public void Jump(BasicBlock target)
    {
        Condition = null;
        Taken = null;
        Next = target;
        IsEnded = true;
    }

    public void Branch(Operand condition, BasicBlock taken, BasicBlock next)
    {
        if (taken == next)
        {
            Jump(next);
            return;
        }

        Condition = condition;
        Taken = taken;
        Next = next;
        IsEnded = true;
    }

    public void Return()
    {
        Condition = null;
        Taken = null;
        Next = null;
        IsEnded = true;
    }

    /// <summary>Replaces a successor.</summary>
    public void Redirect(BasicBlock from, BasicBlock to)
    {
        BasicBlock? taken = Taken == from ? to : Taken;
        BasicBlock? next = Next == from ? to : Next;
        if (Condition is not null)
        {
            Branch(Condition, taken!, next!);
        }
        else if (next is not null)
        {
            Jump(next);
        }
    }

    /// <summary>Replaces the condition of a branch.</summary>
    public void Decide(Operand condition) => Condition = condition;

    public override string ToString() => $"B{Number}";
}
