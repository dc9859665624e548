using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Drops branches on constants and blocks that nobody reaches, skips empty blocks, and joins blocks that only follow each other.</summary>
internal static class FlowSimplifier
{
    public static bool Run(KernelCode code)
    {
        bool changed = false;
        foreach (BasicBlock block in code.Blocks)
        {
            if (block.Condition is Constant known)
            {
                block.Jump(known.IsZero ? block.Next! : block.Taken!);
                changed = true;
            }
        }

        changed |= SkipEmptyBlocks(code);
        Order(code);
        while (JoinChains(code))
        {
            changed = true;
            Order(code);
        }

        return changed;
    }

    /// <summary>Puts the reachable blocks into reverse postorder.</summary>
    public static void Order(KernelCode code)
    {
        var finished = new List<BasicBlock>();
        var seen = new HashSet<BasicBlock> { code.Entry };
        var open = new Stack<(BasicBlock Block, IEnumerator<BasicBlock> Ways)>();
        open.Push((code.Entry, code.Entry.Successors.GetEnumerator()));
        while (open.Count > 0)
        {
            (BasicBlock block, IEnumerator<BasicBlock> rest) = open.Peek();
            if (!rest.MoveNext())
            {
                finished.Add(block);
                open.Pop();
            }
            else if (seen.Add(rest.Current))
            {
                open.Push((rest.Current, rest.Current.Successors.GetEnumerator()));
            }
        }

        finished.Reverse();
        code.Blocks.Clear();
        code.Blocks.AddRange(finished);
    }

    /// <summary>The blocks that lead to each block.</summary>
    public static Dictionary<BasicBlock, List<BasicBlock>> Predecessors(KernelCode code)
    {
        Dictionary<BasicBlock, List<BasicBlock>> predecessors = code.Blocks.ToDictionary(block => block, _ => new List<BasicBlock>());
        foreach (BasicBlock block in code.Blocks)
        {
            foreach (BasicBlock successor in block.Successors)
            {
                predecessors[successor].Add(block);
            }
        }

        return predecessors;
    }

    private static bool SkipEmptyBlocks(KernelCode code)
    {
        bool changed = false;
        foreach (BasicBlock block in code.Blocks)
        {
            foreach (BasicBlock successor in block.Successors.ToArray())
            {
                BasicBlock end = EndOfEmptyChain(successor);
                if (end != successor)
                {
                    block.Redirect(successor, end);
                    changed = true;
                }
            }
        }

        return changed;
    }

    private static BasicBlock EndOfEmptyChain(BasicBlock block)
    {
        var seen = new HashSet<BasicBlock>();
        while (block.Instructions.Count == 0 && block.Condition is null && block.Next is not null && block.Unroll is null && seen.Add(block))
        {
            block = block.Next;
        }

        return block;
    }

    private static bool JoinChains(KernelCode code)
    {
        Dictionary<BasicBlock, List<BasicBlock>> predecessors = Predecessors(code);
        bool changed = false;
        var gone = new HashSet<BasicBlock>();
        foreach (BasicBlock block in code.Blocks)
        {
            while (!gone.Contains(block) && block.Condition is null && block.Next is { } next && next != block && next != code.Entry
                && predecessors[next].Count == 1 && next.Unroll is null)
            {
                block.Instructions.AddRange(next.Instructions);
                if (next.Condition is not null)
                {
                    block.Branch(next.Condition, next.Taken!, next.Next!);
                }
                else if (next.Next is not null)
                {
                    block.Jump(next.Next);
                }
                else
                {
                    block.Return();
                }

                foreach (BasicBlock successor in next.Successors)
                {
                    predecessors[successor].Remove(next);
                    predecessors[successor].Add(block);
                }

                gone.Add(next);
                changed = true;
            }
        }

        return changed;
    }
}
