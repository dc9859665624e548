using System;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Managed arrays live on the host's heap.</summary>
public sealed class NoManagedArrays : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K25";

    /// <inheritdoc/>
    public override string Remedy => "Use ArrayView<T>, or LocalMemory.Allocate<T>(constant)";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction)
    {
        string name = instruction.OpCode.Name!;
        bool element = name.StartsWith("ldelem", StringComparison.Ordinal) || name.StartsWith("stelem", StringComparison.Ordinal) || name == "ldlen";
        return element ? $"{name} on an array" : null;
    }
}
