using System;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;

namespace DreamFusion.Architecture.Tests.Il;

/// <summary>One decoded IL instruction.</summary>
/// <param name="Offset">Byte offset from the start of the method's IL.</param>
/// <param name="OpCode">Operation.</param>
/// <param name="Operand">
/// Resolved operand: a method, field, type or string; a boxed number; an absolute branch target (int) or targets (int[]);
/// null where the operation has none.
/// </param>
/// <param name="Constrained">Type named by a preceding <c>constrained.</c> prefix, or null.</param>
public sealed record Instruction(int Offset, OpCode OpCode, object? Operand, Type? Constrained)
{
    /// <summary>The called or created method, or null.</summary>
    public MethodBase? Callee => Operand as MethodBase;

    /// <summary>True for <c>call</c>, <c>callvirt</c> and <c>newobj</c>.</summary>
    public bool IsCall => OpCode == OpCodes.Call || OpCode == OpCodes.Callvirt || OpCode == OpCodes.Newobj;

    /// <summary>True where control may go elsewhere than to the next instruction.</summary>
    public bool IsBranch => OpCode.OperandType is OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget or OperandType.InlineSwitch;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"IL_{Offset:x4} {OpCode.Name} {Operand}");
}
