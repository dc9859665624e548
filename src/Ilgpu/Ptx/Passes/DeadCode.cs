using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Removes what nobody reads: instructions whose results reach no store, barrier or branch.</summary>
internal static class DeadCode
{
    public static bool Run(KernelCode code)
    {
        ILookup<Register, PtxInstruction> definitions = code.Instructions
            .Where(instruction => instruction.Result is not null)
            .ToLookup(instruction => instruction.Result!);
        var live = new HashSet<Register>();
        var open = new Stack<Register>();
        void Need(Operand? operand)
        {
            if (operand is Register register && live.Add(register))
            {
                open.Push(register);
            }
        }

        foreach (BasicBlock block in code.Blocks)
        {
            Need(block.Condition);
            foreach (PtxInstruction instruction in block.Instructions.Where(instruction => instruction.HasEffect))
            {
                foreach (Operand source in instruction.Sources)
                {
                    Need(source);
                }
            }
        }

        while (open.TryPop(out Register? register))
        {
            foreach (PtxInstruction definition in definitions[register])
            {
                foreach (Operand source in definition.Sources)
                {
                    Need(source);
                }
            }
        }

        int removed = 0;
        foreach (BasicBlock block in code.Blocks)
        {
            removed += block.Instructions.RemoveAll(instruction => !instruction.HasEffect
                && (!live.Contains(instruction.Result!) || (instruction.Operation == Operation.Mov && instruction.Sources[0] == instruction.Result)));
        }

        return removed > 0;
    }
}
