using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>The passes between translation and emission, in order.</summary>
internal static class PassPipeline
{
    private const int MaximumRounds = 16;

    public static void Run(KernelCode code)
    {
        Simplify(code);
        while (LoopUnroller.Run(code))
        {
            Simplify(code);
        }

        DropUnusedArrays(code);
        AddressOffsets.Run(code);
        if (ArrayPromotion.Run(code))
        {
            Simplify(code);
        }

        AddressOffsets.Run(code);
        Simplify(code);
        AddressSpaces.Run(code);
    }

    /// <summary>Constants, branches, dead code, until nothing changes.</summary>
    private static void Simplify(KernelCode code)
    {
        FlowSimplifier.Order(code);
        bool changed = true;
        for (int round = 0; changed && round < MaximumRounds; round++)
        {
            // What nobody reads goes first: most of what translation writes are copies of whole structs.
            changed = FlowSimplifier.Run(code);
            changed |= DeadCode.Run(code);
            changed |= Propagation.Run(code);
            changed |= PredicateForwarding.Run(code);
        }

        DeadCode.Run(code);
    }

    private static void DropUnusedArrays(KernelCode code)
    {
        var used = new HashSet<MemoryArray>(code.Instructions.SelectMany(instruction => instruction.Sources).OfType<ArrayAddress>().Select(address => address.Array));
        code.Arrays.RemoveAll(array => !used.Contains(array));
    }
}
