using System;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>
/// Only readonly static scalars are folded into a kernel (2.4); arrays are rejected in the default mode, and of structs
/// nothing is known.
/// </summary>
public sealed class NoStaticObjects : InstructionRule
{
    /// <inheritdoc/>
    public override string Id => "K14";

    /// <inheritdoc/>
    public override string Remedy => "Pass a table as an ArrayView<T> argument, return a struct from a static method";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction)
    {
        if (instruction.Operand is not FieldInfo { IsStatic: true, IsInitOnly: true } field)
        {
            return null;
        }

        bool scalar = field.FieldType.IsPrimitive || field.FieldType.IsEnum;
        bool intrinsic = field.DeclaringType?.Namespace?.StartsWith("ILGPU", StringComparison.Ordinal) == true;
        return scalar || intrinsic ? null : $"reads {field.DeclaringType?.Name}.{field.Name} of type {Display.NameOf(field.FieldType)}";
    }
}
