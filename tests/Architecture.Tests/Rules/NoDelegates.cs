using System;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>No function pointers and delegates inside kernels (2.4, 4.2).</summary>
public sealed class NoDelegates : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K06";

    /// <inheritdoc/>
    public override string Remedy => "Make the variant a struct type parameter with an instance or static abstract interface member";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction)
    {
        if (instruction.OpCode == OpCodes.Ldftn || instruction.OpCode == OpCodes.Ldvirtftn || instruction.OpCode == OpCodes.Calli)
        {
            return $"{instruction.OpCode.Name} {(instruction.Callee is null ? string.Empty : Display.NameOf(instruction.Callee))}".TrimEnd();
        }

        bool invokes = instruction.OpCode != OpCodes.Newobj && typeof(Delegate).IsAssignableFrom(instruction.Callee?.DeclaringType);
        return invokes ? $"calls the delegate {Display.NameOf(instruction.Callee!.DeclaringType!)}" : null;
    }
}
