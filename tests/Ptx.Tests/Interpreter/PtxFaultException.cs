using System;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>What the interpreter finds wrong with a program or a launch.</summary>
public enum FaultKind
{
    Syntax,
    Type,
    BarrierDivergence,
    Race,
    UninitializedRegister,
    UninitializedMemory,
    OutOfBounds,
    Misaligned,
    InactiveLane,
    EndlessLoop,
}

/// <summary>A program did something that a GPU would not forgive, or would forgive silently.</summary>
public sealed class PtxFaultException(FaultKind kind, string message) : Exception($"{kind}: {message}")
{
    public FaultKind Kind { get; } = kind;
}
