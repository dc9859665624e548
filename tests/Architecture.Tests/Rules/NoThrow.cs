using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>A device thread cannot raise an exception (ilgpu.md 2.4: rejected at compile).</summary>
public sealed class NoThrow : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K01";

    /// <inheritdoc/>
    public override string Remedy => "Check on the host before the launch and throw there";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction) =>
        instruction.OpCode == OpCodes.Throw || instruction.OpCode == OpCodes.Rethrow ? "throws" : null;
}
