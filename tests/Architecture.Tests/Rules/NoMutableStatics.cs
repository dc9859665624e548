using System.Reflection;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Static state that can change (2.5 trap 12): rejected by default, and the CPU and the device would each have their own.</summary>
public sealed class NoMutableStatics : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K13";

    /// <inheritdoc/>
    public override string Remedy => "Make it const, static readonly of a primitive type, or a kernel argument";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction)
    {
        if (instruction.Operand is not FieldInfo { IsStatic: true } field)
        {
            return null;
        }

        bool changes = instruction.OpCode == OpCodes.Stsfld || (instruction.OpCode == OpCodes.Ldsflda && !field.IsInitOnly);
        return changes || !field.IsInitOnly ? $"{instruction.OpCode.Name} {field.DeclaringType?.Name}.{field.Name}" : null;
    }
}
