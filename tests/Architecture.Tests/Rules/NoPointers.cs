using System.Collections.Generic;
using System.Linq;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Pointers, fixed statements, fixed buffers and native integers (2.4, 4.2): the device has several address spaces.</summary>
public sealed class NoPointers : MethodRule
{
    private static readonly HashSet<OpCode> _conversions =
    [
        OpCodes.Conv_I, OpCodes.Conv_U, OpCodes.Conv_Ovf_I, OpCodes.Conv_Ovf_U, OpCodes.Conv_Ovf_I_Un, OpCodes.Conv_Ovf_U_Un,
        OpCodes.Ldind_I, OpCodes.Stind_I, OpCodes.Cpblk, OpCodes.Initblk,
    ];

    /// <inheritdoc/>
    public override string Id => "K11";

    /// <inheritdoc/>
    public override string Remedy => "Index an ArrayView<T> or pass a ref";

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Check(DeviceMethod method)
    {
        IEnumerable<Finding> pinned = method.Body?.LocalVariables.Where(local => local.IsPinned)
            .Select(_ => new Finding(method, 0, "pins a local")) ?? [];
        IEnumerable<Finding> typed = method.Types.Where(use => use.Type.IsPointer || use.Type.IsFunctionPointer || use.Type == typeof(nint) || use.Type == typeof(nuint))
            .Select(use => new Finding(method, use.Offset, $"uses {Display.NameOf(use.Type)}"));
        IEnumerable<Finding> converted = method.Instructions.Where(instruction => _conversions.Contains(instruction.OpCode))
            .Select(instruction => new Finding(method, instruction.Offset, $"{instruction.OpCode.Name}"));
        return pinned.Concat(typed).Concat(converted);
    }
}
