using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DreamFusion.Pipeline.Machine;

/// <summary>What the NVIDIA driver says, asked through its own library without needing the CUDA toolkit.</summary>
/// <param name="Library">Name of the driver's library on this system.</param>
/// <param name="Problem">Why there is no CUDA device, or null if there is one.</param>
/// <param name="Version">The CUDA version that the driver supports, such as 13.0; null without a driver.</param>
/// <param name="Devices">Names of the devices.</param>
public sealed unsafe record CudaDriver(string Library, string? Problem, string? Version, IReadOnlyList<string> Devices)
{
    /// <summary>Asks the driver.</summary>
    public static CudaDriver Probe()
    {
        string name = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(name, out nint library))
        {
            return new CudaDriver(name, $"{name} is not found: no NVIDIA driver is installed", null, []);
        }

        try
        {
            return Ask(name, library);
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    private static CudaDriver Ask(string name, nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "cuInit", out nint init)
            || !NativeLibrary.TryGetExport(library, "cuDriverGetVersion", out nint getVersion)
            || !NativeLibrary.TryGetExport(library, "cuDeviceGetCount", out nint getCount)
            || !NativeLibrary.TryGetExport(library, "cuDeviceGetName", out nint getName))
        {
            return new CudaDriver(name, $"{name} lacks the driver's functions: it is damaged or a stub", null, []);
        }

        int status = ((delegate* unmanaged<uint, int>)init)(0);
        if (status != 0)
        {
            return new CudaDriver(name, string.Create(CultureInfo.InvariantCulture, $"the driver does not start (CUDA error {status}): no GPU, or no access to it"), null, []);
        }

        int version = 0;
        int count = 0;
        status = ((delegate* unmanaged<int*, int>)getVersion)(&version);
        status = status != 0 ? status : ((delegate* unmanaged<int*, int>)getCount)(&count);
        if (status != 0)
        {
            return new CudaDriver(name, string.Create(CultureInfo.InvariantCulture, $"the driver does not answer (CUDA error {status})"), null, []);
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");
        return count == 0
            ? new CudaDriver(name, "the driver knows no device", text, [])
            : new CudaDriver(name, null, text, Names((delegate* unmanaged<byte*, int, int, int>)getName, count));
    }

    private static List<string> Names(delegate* unmanaged<byte*, int, int, int> getName, int count)
    {
        const int Longest = 256;
        byte* buffer = stackalloc byte[Longest];
        List<string> names = [];
        for (int device = 0; device < count; device++)
        {
            bool known = getName(buffer, Longest, device) == 0;
            ReadOnlySpan<byte> bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer);
            names.Add(known ? Encoding.UTF8.GetString(bytes) : "unnamed device");
        }

        return names;
    }
}
