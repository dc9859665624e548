using System;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Boxed values and casts of references need the heap (2.4).</summary>
public sealed class NoBoxing : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K04";

    /// <inheritdoc/>
    public override string Remedy => "Pass the struct through a generic parameter constrained to struct and its interface";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction)
    {
        OpCode opCode = instruction.OpCode;
        bool casts = opCode == OpCodes.Box || opCode == OpCodes.Unbox || opCode == OpCodes.Unbox_Any || opCode == OpCodes.Isinst || opCode == OpCodes.Castclass;
        return casts ? $"{opCode.Name} {Display.NameOf((Type)instruction.Operand!)}" : null;
    }
}
