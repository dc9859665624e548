using System.Collections.Generic;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Instructions that need the .NET runtime: type handles, typed references, argument lists, tail and other jumps.</summary>
public sealed class NoRuntimeServices : InstructionRule
{
    private static readonly HashSet<OpCode> _runtime =
    [
        OpCodes.Ldtoken, OpCodes.Mkrefany, OpCodes.Refanytype, OpCodes.Refanyval, OpCodes.Arglist, OpCodes.Jmp, OpCodes.Tailcall,
        OpCodes.Ldnull, OpCodes.Ldind_Ref, OpCodes.Stind_Ref, OpCodes.Volatile, OpCodes.Unaligned,
    ];

    /// <inheritdoc/>
    public override string Id => "K26";

    /// <inheritdoc/>
    public override string Remedy => "Decide by type parameters and constants; order memory with MemoryFence and Atomic";

    /// <inheritdoc/>
    protected override string? Describe(Instruction instruction) => _runtime.Contains(instruction.OpCode) ? instruction.OpCode.Name : null;
}
