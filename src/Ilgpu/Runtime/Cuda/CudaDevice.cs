using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;

namespace ILGPU.Runtime.Cuda;

/// <summary>An NVIDIA GPU of compute capability 7.5 (Turing) or newer.</summary>
public sealed class CudaDevice : Device
{
    private const int OldestArchitecture = 75;
    private const int HopperArchitecture = 90;
    private const int AmpereArchitecture = 80;

    private CudaDevice(CudaLibrary library, int ordinal, int handle)
        : base(library.DeviceName(handle), AcceleratorType.Cuda)
    {
        int Value(CudaDeviceAttribute attribute) => library.DeviceAttribute(attribute, handle);
        Library = library;
        Handle = handle;
        DeviceId = ordinal;
        var architecture = new CudaArchitecture(Value(CudaDeviceAttribute.ComputeCapabilityMajor), Value(CudaDeviceAttribute.ComputeCapabilityMinor));
        Architecture = architecture;
        Capability = (10 * architecture.Major) + architecture.Minor;
        DriverVersion = new CudaDriverVersion(library.Version());
        MemorySize = library.DeviceMemory(handle);
        MaxGridSize = new Index3D(Value(CudaDeviceAttribute.MaxGridDimX), Value(CudaDeviceAttribute.MaxGridDimY), Value(CudaDeviceAttribute.MaxGridDimZ));
        MaxGroupSize = new Index3D(Value(CudaDeviceAttribute.MaxBlockDimX), Value(CudaDeviceAttribute.MaxBlockDimY), Value(CudaDeviceAttribute.MaxBlockDimZ));
        MaxNumThreadsPerGroup = Value(CudaDeviceAttribute.MaxThreadsPerBlock);
        // More than 48 KB must be asked for by function, which the launch does.
        MaxSharedMemoryPerGroup = Value(CudaDeviceAttribute.MaxSharedMemoryPerBlockOptin);
        MaxConstantMemory = Value(CudaDeviceAttribute.TotalConstantMemory);
        WarpSize = Value(CudaDeviceAttribute.WarpSize);
        NumMultiprocessors = Value(CudaDeviceAttribute.MultiprocessorCount);
        MaxNumThreadsPerMultiprocessor = Value(CudaDeviceAttribute.MaxThreadsPerMultiprocessor);
        ClockRate = Value(CudaDeviceAttribute.ClockRate) / 1000;
        L2CacheSize = Value(CudaDeviceAttribute.L2CacheSize);
        HasMemoryPools = Value(CudaDeviceAttribute.MemoryPoolsSupported) != 0;
    }

    /// <summary>The position among the driver's devices.</summary>
    public int DeviceId { get; }

    /// <summary>Compute capability; always known here.</summary>
    public CudaArchitecture? Architecture { get; }

    /// <summary>The CUDA version that the driver supports.</summary>
    public CudaDriverVersion DriverVersion { get; }

    /// <summary>The clock in MHz.</summary>
    public int ClockRate { get; }

    /// <summary>The size of the second-level cache in bytes.</summary>
    public int L2CacheSize { get; }

    /// <summary>Compute capability times 10, such as 90 for an H100.</summary>
    internal int Capability { get; }

    /// <summary>The architecture that PTX is made for: 75, 80 or 90.</summary>
    internal int PtxArchitecture => Capability >= HopperArchitecture ? HopperArchitecture : Capability >= AmpereArchitecture ? AmpereArchitecture : OldestArchitecture;

    internal CudaLibrary Library { get; }

    internal int Handle { get; }

    internal bool HasMemoryPools { get; }

    /// <summary>All devices that kernels can run on, in the driver's order.</summary>
    /// <exception cref="CudaException">There is no driver, or it does not answer.</exception>
    public static ImmutableArray<CudaDevice> All()
    {
        CudaLibrary library = CudaLibrary.Open();
        List<CudaDevice> devices = [];
        for (int ordinal = 0; ordinal < library.DeviceCount(); ordinal++)
        {
            var device = new CudaDevice(library, ordinal, library.Device(ordinal));
            if (device.Capability >= OldestArchitecture)
            {
                devices.Add(device);
            }
        }

        return [.. devices];
    }

    /// <summary>Why no kernel can run on a GPU here; null if one can.</summary>
    public static string? FindProblem()
    {
        if (CudaLibrary.Find().Problem is { } problem)
        {
            return problem;
        }

        try
        {
            return All().IsEmpty ? "the driver knows no device of compute capability 7.5 or newer (Turing, 2018)" : null;
        }
        catch (CudaException exception)
        {
            return exception.Message;
        }
    }

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreateCudaAccelerator(context);

    /// <summary>An accelerator that runs kernels on this device.</summary>
    public CudaAccelerator CreateCudaAccelerator(Context context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new CudaAccelerator(context, this);
    }

    /// <summary>Name and compute capability.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({Architecture})");
}
