using System;

namespace ILGPU.Runtime.CPU;

/// <summary>An exception that a kernel threw, with the kernel and the index at which it happened.</summary>
public sealed class KernelException : Exception
{
    /// <summary>An exception without a message.</summary>
    public KernelException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public KernelException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and what caused it.</summary>
    public KernelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
