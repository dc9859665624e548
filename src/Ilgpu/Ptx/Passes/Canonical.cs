using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Constants stand second where the order does not matter, so that later passes look in one place.</summary>
internal static class Canonical
{
    public static PtxInstruction Of(PtxInstruction instruction)
    {
        if (instruction.Sources is not [Constant first, { } second] || second is Constant)
        {
            return instruction;
        }

        Operand[] swapped = [second, first];
        return instruction.Operation switch
        {
            Operation.Add or Operation.Mul or Operation.MulWide or Operation.And or Operation.Or or Operation.Xor or Operation.Min or Operation.Max
                => instruction.With(instruction.Result, swapped),
            Operation.SetP => new PtxInstruction(Operation.SetP, instruction.Type, instruction.Result, swapped) { Comparison = Mirrored(instruction.Comparison), Position = instruction.Position },
            _ => instruction,
        };
    }

    private static Comparison Mirrored(Comparison comparison) => comparison switch
    {
        Comparison.Lt => Comparison.Gt,
        Comparison.Le => Comparison.Ge,
        Comparison.Gt => Comparison.Lt,
        Comparison.Ge => Comparison.Le,
        Comparison.Ltu => Comparison.Gtu,
        Comparison.Leu => Comparison.Geu,
        Comparison.Gtu => Comparison.Ltu,
        Comparison.Geu => Comparison.Leu,
        _ => comparison,
    };
}
