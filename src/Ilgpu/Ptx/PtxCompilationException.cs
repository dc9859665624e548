using System;
using System.Reflection;

namespace ILGPU.Ptx;

/// <summary>A kernel holds something that cannot be compiled to PTX. The message says method, C# line and reason.</summary>
public sealed class PtxCompilationException : NotSupportedException
{
    /// <summary>No position.</summary>
    public PtxCompilationException()
    {
    }

    /// <summary>A message without a position.</summary>
    public PtxCompilationException(string message)
        : base(message)
    {
    }

    /// <summary>A message and its cause.</summary>
    public PtxCompilationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal PtxCompilationException(string kernel, SourcePosition position, string reason)
        : base($"Kernel '{kernel}': {position.Describe()}: {reason}")
    {
        Method = position.Method;
    }

    /// <summary>The method that holds the offending code; null if unknown.</summary>
    public MethodBase? Method { get; }
}
