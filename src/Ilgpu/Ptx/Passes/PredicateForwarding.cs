using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>A comparison that was made a number (1 or 0) and is compared with 0 again is the first comparison.</summary>
internal static class PredicateForwarding
{
    public static bool Run(KernelCode code)
    {
        Dictionary<Register, PtxInstruction> definitions = code.Instructions
            .Where(instruction => instruction.Result is not null)
            .GroupBy(instruction => instruction.Result!)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.Single());
        bool changed = false;
        foreach (BasicBlock block in code.Blocks)
        {
            for (int i = 0; i < block.Instructions.Count; i++)
            {
                if (Forwarded(block.Instructions[i], definitions) is { } simpler)
                {
                    block.Instructions[i] = simpler;
                    changed = true;
                }
            }
        }

        return changed;
    }

    private static PtxInstruction? Forwarded(PtxInstruction test, Dictionary<Register, PtxInstruction> definitions)
    {
        if (test is not { Operation: Operation.SetP, Sources: [Register number, Constant { IsZero: true }] } || !definitions.TryGetValue(number, out PtxInstruction? made)
            || made is not { Operation: Operation.SelP, Sources: [Constant { Bits: 1 }, Constant { IsZero: true }, Register predicate] } || !definitions.ContainsKey(predicate))
        {
            return null;
        }

        bool isSame = test.Comparison == Comparison.Ne || (test.Comparison == Comparison.Gt && test.Type is DataType.U32 or DataType.S32);
        return isSame || test.Comparison == Comparison.Eq
            ? new PtxInstruction(isSame ? Operation.Mov : Operation.Not, DataType.Predicate, test.Result, predicate) { Position = test.Position }
            : null;
    }
}
