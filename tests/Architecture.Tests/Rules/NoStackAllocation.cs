using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>stackalloc has no device form (2.4).</summary>
public sealed class NoStackAllocation : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K07";

    /// <inheritdoc/>
    public override string Remedy => "Use LocalMemory.Allocate<T>(constant)";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction) => instruction.OpCode == OpCodes.Localloc ? "allocates on the stack" : null;
}
