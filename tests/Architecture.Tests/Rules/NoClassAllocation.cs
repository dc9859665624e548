using System;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>
/// No heap on the device (2.4, 4.2). Genuine ILGPU takes <c>new T[constant]</c>, but on the CPU that allocates for every
/// work item, so arrays are refused as well.
/// </summary>
public sealed class NoClassAllocation : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K03";

    /// <inheritdoc/>
    public override string Remedy => "Use a struct, or LocalMemory.Allocate<T>(constant) for an array";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction)
    {
        if (instruction.OpCode == OpCodes.Newarr)
        {
            return $"allocates an array of {Display.NameOf((Type)instruction.Operand!)}";
        }

        // Delegates are K06's: one mistake, one message.
        bool allocates = instruction.OpCode == OpCodes.Newobj && instruction.Callee?.DeclaringType is { IsValueType: false } type
            && !typeof(Delegate).IsAssignableFrom(type);
        return allocates ? $"allocates {Display.NameOf(instruction.Callee!.DeclaringType!)}" : null;
    }
}
