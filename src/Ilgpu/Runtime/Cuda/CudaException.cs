using System;

namespace ILGPU.Runtime.Cuda;

/// <summary>The NVIDIA driver refused a call, or there is none. The message says the function, the driver's name for the error and what is known about it.</summary>
public sealed class CudaException : Exception
{
    /// <summary>No message.</summary>
    public CudaException()
    {
    }

    /// <summary>A message.</summary>
    public CudaException(string message)
        : base(message)
    {
    }

    /// <summary>A message and its cause.</summary>
    public CudaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal CudaException(string message, int status)
        : base(message)
    {
        Status = status;
    }

    /// <summary>The driver's number of the error (CUresult); 0 if the driver was not asked.</summary>
    public int Status { get; }
}
