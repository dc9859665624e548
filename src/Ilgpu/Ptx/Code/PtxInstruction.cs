using System;
using System.Linq;
using System.Reflection;

namespace ILGPU.Ptx.Code;

/// <summary>One instruction: a result or none, and what it reads.</summary>
internal sealed class PtxInstruction(Operation operation, DataType type, Register? result, params Operand[] sources)
{
    public Operation Operation { get; } = operation;

    /// <summary>Type of the operation, with its sign; of the comparison for SetP.</summary>
    public DataType Type { get; init; } = type;

    public Register? Result { get; set; } = result;

    public Operand[] Sources { get; } = sources;

    /// <summary>What Cvt converts from.</summary>
    public DataType SourceType { get; init; }

    public Comparison Comparison { get; init; }

    public Rounding Rounding { get; init; }

    /// <summary>Bytes added to the address in Sources[0], or where a parameter lies.</summary>
    public long Offset { get; set; }

    /// <summary>Where the address points; found before emission.</summary>
    public AddressSpace Space { get; set; }

    /// <summary>Name of a parameter or special register, of the operation of an atomic, the mode of a shuffle, the level of a fence, the form of a vector access.</summary>
    public string? Name { get; init; }

    /// <summary>What a HostCall calls.</summary>
    public MethodInfo? Method { get; init; }

    public SourcePosition Position { get; init; }

    /// <summary>True if it must stay although nobody reads its result.</summary>
    public bool HasEffect => Operation is Operation.Store or Operation.Atomic or Operation.Barrier or Operation.BarrierReduce or Operation.WarpBarrier
        or Operation.Fence or Operation.Shuffle or Operation.Ballot or Operation.StoreVector or Operation.ReduceVector or Operation.CopyAsync or Operation.WaitCopies;

    /// <summary>True if it can be computed at compile time from constants.</summary>
    public bool IsPure => !HasEffect && Operation is not (Operation.Load or Operation.LoadParameter or Operation.SpecialRegister or Operation.ToGeneric
        or Operation.LoadVector or Operation.MultiplyMatrix or Operation.LoadMatrix or Operation.Extract or Operation.PackHalves);

    /// <summary>True if Sources[0] is an address.</summary>
    public bool IsMemory => Operation is Operation.Load or Operation.Store or Operation.Atomic or Operation.LoadVector or Operation.StoreVector or Operation.ReduceVector
        or Operation.LoadMatrix or Operation.CopyAsync;

    /// <summary>The same instruction on other registers.</summary>
    public PtxInstruction With(Register? newResult, Operand[] newSources) => new(Operation, Type, newResult, newSources)
    {
        SourceType = SourceType,
        Comparison = Comparison,
        Rounding = Rounding,
        Offset = Offset,
        Space = Space,
        Name = Name,
        Method = Method,
        Position = Position,
    };

    public override string ToString() => $"{Result}{(Result is null ? string.Empty : " = ")}{Operation}.{Type} {string.Join(", ", Sources.AsEnumerable())}{(IsMemory ? FormattableString.Invariant($" +{Offset}") : string.Empty)}";
}
