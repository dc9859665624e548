using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>A natural loop: blocks from which control comes back to the header without passing anything else first.</summary>
internal sealed class Loop(BasicBlock header)
{
    public BasicBlock Header { get; } = header;

    public HashSet<BasicBlock> Blocks { get; } = [header];

    /// <summary>Blocks that jump back to the header.</summary>
    public List<BasicBlock> Latches { get; } = [];

    public IEnumerable<PtxInstruction> Instructions => Blocks.SelectMany(block => block.Instructions);

    /// <summary>All loops, inner ones before the loops around them.</summary>
    public static List<Loop> Find(KernelCode code, Dominators dominators)
    {
        Dictionary<BasicBlock, List<BasicBlock>> predecessors = FlowSimplifier.Predecessors(code);
        var loops = new Dictionary<BasicBlock, Loop>();
        foreach (BasicBlock block in code.Blocks)
        {
            foreach (BasicBlock header in block.Successors.Where(successor => dominators.Dominates(successor, block)))
            {
                if (!loops.TryGetValue(header, out Loop? loop))
                {
                    loops.Add(header, loop = new Loop(header));
                }

                loop.Latches.Add(block);
                loop.AddBackwards(block, predecessors);
            }
        }

        return [.. loops.Values.OrderBy(loop => loop.Blocks.Count)];
    }

    private void AddBackwards(BasicBlock latch, Dictionary<BasicBlock, List<BasicBlock>> predecessors)
    {
        var open = new Stack<BasicBlock>([latch]);
        while (open.TryPop(out BasicBlock? block))
        {
            if (Blocks.Add(block))
            {
                predecessors[block].ForEach(open.Push);
            }
        }
    }
}
