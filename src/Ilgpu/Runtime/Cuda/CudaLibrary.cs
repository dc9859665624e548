using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime.Cuda;

/// <summary>
/// The functions of the NVIDIA driver that this runtime calls, found in libcuda.so.1 or nvcuda.dll when they are first needed. Nothing else of CUDA must be installed.
/// Every call checks the driver's answer.
/// </summary>
internal sealed unsafe partial class CudaLibrary
{
    private const int Success = 0;

    private static readonly Lazy<(CudaLibrary? Library, string? Problem)> _installed = new(LoadInstalled);

    private readonly List<string> _missing = [];
    private readonly Func<string, nint> _find;

    private CudaLibrary(Func<string, nint> find)
    {
        _find = find;
        BindFunctions();
    }

    /// <summary>Finds functions in place of the installed driver's library, for tests; null for the library.</summary>
    public static Func<string, nint>? Substitute { get; set; }

    /// <summary>The name of the driver's library on this system.</summary>
    public static string FileName => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>The library, or why it cannot be used.</summary>
    public static (CudaLibrary? Library, string? Problem) Find() => Substitute is { } find ? Start(find) : _installed.Value;

    /// <summary>The library.</summary>
    /// <exception cref="CudaException">It cannot be used.</exception>
    public static CudaLibrary Open()
    {
        (CudaLibrary? library, string? problem) = Find();
        return library ?? throw new CudaException(problem!);
    }

    private static (CudaLibrary? Library, string? Problem) LoadInstalled() => NativeLibrary.TryLoad(FileName, out nint handle)
        ? Start(name => NativeLibrary.TryGetExport(handle, name, out nint function) ? function : 0)
        : (null, $"{FileName} is not found: no NVIDIA driver is installed");

    private static (CudaLibrary? Library, string? Problem) Start(Func<string, nint> find)
    {
        var library = new CudaLibrary(find);
        if (library._missing.Count > 0)
        {
            return (null, $"{FileName} lacks {string.Join(", ", library._missing)}: the driver is older than 470 (CUDA 11.4), or the file is a stub; install a newer driver");
        }

        int status = library.Initialize();
        return status == Success
            ? (library, null)
            : (null, string.Create(CultureInfo.InvariantCulture, $"the NVIDIA driver does not start ({library.NameOf(status)}, CUDA error {status}): no GPU, or no access to it"));
    }

    private nint Function(string name)
    {
        nint address = _find(name);
        if (address == 0)
        {
            _missing.Add(name);
        }

        return address;
    }

    private void Check(int status, string function, string? details = null)
    {
        if (status != Success)
        {
            throw Failure(status, function, details);
        }
    }

    private CudaException Failure(int status, string function, string? details)
    {
        string hint = status switch
        {
            OutOfMemory => " The device has too little free memory: close other programs, or make the batch or the model smaller.",
            InvalidPtx or UnsupportedPtxVersion => " The driver does not take this PTX; a newer driver may.",
            IllegalAddress or LaunchFailed => " A kernel accessed memory that it must not; nothing more can be done on this device in this process.",
            _ => string.Empty,
        };
        string log = string.IsNullOrWhiteSpace(details) ? string.Empty : $"\n{details.TrimEnd()}";
        return new CudaException(string.Create(CultureInfo.InvariantCulture, $"{function} failed: {NameOf(status)} (CUDA error {status}): {DescriptionOf(status)}.{hint}{log}"), status);
    }
}
