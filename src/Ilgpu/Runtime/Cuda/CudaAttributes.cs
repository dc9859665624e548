namespace ILGPU.Runtime.Cuda;

/// <summary>Numbers of the driver API (CUdevice_attribute) that this runtime asks for.</summary>
internal enum CudaDeviceAttribute
{
    MaxThreadsPerBlock = 1,
    MaxBlockDimX = 2,
    MaxBlockDimY = 3,
    MaxBlockDimZ = 4,
    MaxGridDimX = 5,
    MaxGridDimY = 6,
    MaxGridDimZ = 7,
    TotalConstantMemory = 9,
    WarpSize = 10,
    ClockRate = 13,
    MultiprocessorCount = 16,
    L2CacheSize = 38,
    MaxThreadsPerMultiprocessor = 39,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    MaxSharedMemoryPerBlockOptin = 97,
    MemoryPoolsSupported = 115,
}

/// <summary>Numbers of the driver API (CUfunction_attribute).</summary>
internal enum CudaFunctionAttribute
{
    MaxThreadsPerBlock = 0,
    LocalSizeBytes = 3,
    RegisterCount = 4,
    MaxDynamicSharedSizeBytes = 8,
}

/// <summary>What a stream does about the legacy default stream.</summary>
public enum StreamFlags
{
    /// <summary>Waits for the default stream, and it for this one.</summary>
    CU_STREAM_DEFAULT = 0,

    /// <summary>No order between this stream and the default one.</summary>
    CU_STREAM_NON_BLOCKING = 1,
}

/// <summary>A GPU's compute capability.</summary>
/// <param name="major">Generation.</param>
/// <param name="minor">Variant.</param>
public readonly struct CudaArchitecture(int major, int minor)
{
    /// <summary>Generation.</summary>
    public int Major { get; } = major;

    /// <summary>Variant.</summary>
    public int Minor { get; } = minor;

    /// <summary>As compilers name it, such as sm_90.</summary>
    public override string ToString() => $"sm_{Major}{Minor}";
}

/// <summary>The CUDA version that a driver supports.</summary>
public readonly struct CudaDriverVersion
{
    internal CudaDriverVersion(int number)
    {
        Major = number / 1000;
        Minor = number % 1000 / 10;
    }

    /// <summary>Major number.</summary>
    public int Major { get; }

    /// <summary>Minor number.</summary>
    public int Minor { get; }

    /// <summary>Major and minor number.</summary>
    public override string ToString() => $"{Major}.{Minor}";
}
