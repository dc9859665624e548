using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Moves constants out of address arithmetic into the offsets of loads and stores.</summary>
internal static class AddressOffsets
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
                if (block.Instructions[i].IsMemory && Simpler(block.Instructions[i], definitions) is { } simpler)
                {
                    block.Instructions[i] = simpler;
                    changed = true;
                }
            }
        }

        return changed;
    }

    private static PtxInstruction? Simpler(PtxInstruction memory, Dictionary<Register, PtxInstruction> definitions)
    {
        Operand address = memory.Sources[0];
        long offset = memory.Offset;
        while (true)
        {
            if (address is ArrayAddress { Offset: not 0 } array)
            {
                offset += array.Offset;
                address = new ArrayAddress(array.Array, 0);
            }
            else if (address is Register register && definitions.TryGetValue(register, out PtxInstruction? sum) && sum.Operation == Operation.Add
                && sum.Sources[1] is Constant distance && IsLasting(sum.Sources[0], definitions))
            {
                offset += distance.Int64;
                address = sum.Sources[0];
            }
            else
            {
                break;
            }
        }

        // PTX offsets have 32 bits.
        if (ReferenceEquals(address, memory.Sources[0]) || offset is > int.MaxValue or < int.MinValue)
        {
            return null;
        }

        PtxInstruction result = memory.With(memory.Result, [address, .. memory.Sources[1..]]);
        result.Offset = offset;
        return result;
    }

    // A register that is assigned once holds the same value at the load as at the sum.
    private static bool IsLasting(Operand operand, Dictionary<Register, PtxInstruction> definitions)
        => operand is not Register register || definitions.ContainsKey(register);
}
