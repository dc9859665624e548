using System;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>checked arithmetic throws (2.4).</summary>
public sealed class NoCheckedArithmetic : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K24";

    /// <inheritdoc/>
    public override string Remedy => "Check ranges on the host and write unchecked arithmetic";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction) =>
        instruction.OpCode.Name!.Contains(".ovf", StringComparison.Ordinal) || instruction.OpCode == OpCodes.Ckfinite ? instruction.OpCode.Name : null;
}
