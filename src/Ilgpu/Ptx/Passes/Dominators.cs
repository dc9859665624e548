using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Which blocks lie on every way to a block (Cooper, Harvey, Kennedy 2001, "A simple, fast dominance algorithm").</summary>
internal sealed class Dominators
{
    private readonly Dictionary<BasicBlock, int> _order;
    private readonly int[] _immediate;

    /// <summary>Of code whose blocks stand in reverse postorder.</summary>
    public Dominators(KernelCode code)
    {
        _order = code.Blocks.Select((block, number) => (block, number)).ToDictionary(pair => pair.block, pair => pair.number);
        _immediate = new int[code.Blocks.Count];
        System.Array.Fill(_immediate, -1);
        _immediate[0] = 0;
        Dictionary<BasicBlock, List<BasicBlock>> predecessors = FlowSimplifier.Predecessors(code);
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int b = 1; b < code.Blocks.Count; b++)
            {
                int best = -1;
                foreach (int from in predecessors[code.Blocks[b]].Select(block => _order[block]).Where(from => _immediate[from] >= 0))
                {
                    best = best < 0 ? from : Common(best, from);
                }

                changed |= _immediate[b] != best;
                _immediate[b] = best;
            }
        }
    }

    public bool Dominates(BasicBlock first, BasicBlock second)
    {
        int target = _order[first];
        int at = _order[second];
        while (at > target)
        {
            at = _immediate[at];
        }

        return at == target;
    }

    private int Common(int first, int second)
    {
        while (first != second)
        {
            while (first > second)
            {
                first = _immediate[first];
            }

            while (second > first)
            {
                second = _immediate[second];
            }
        }

        return first;
    }
}
