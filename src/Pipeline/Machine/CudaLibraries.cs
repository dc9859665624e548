using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace DreamFusion.Pipeline.Machine;

/// <summary>A library that ONNX Runtime's CUDA provider needs besides the driver. Our own kernels need none of them.</summary>
/// <param name="Name">What NVIDIA calls it.</param>
/// <param name="FileName">The file that the system's loader looks for.</param>
/// <param name="IsThere">Whether the loader finds it.</param>
/// <param name="IsRequired">Whether diffusion models need it: Fourier transforms they have none.</param>
public sealed record CudaLibraryState(string Name, string FileName, bool IsThere, bool IsRequired = true);

/// <summary>The libraries of ONNX Runtime's CUDA provider on this machine.</summary>
public static class CudaLibraries
{
    private const string FourierTransforms = "cuFFT";

    // The provider of -p:OnnxRuntimeCuda=true is built for CUDA 13 and cuDNN 9 (docs/decisions/onnx-runtime.md).
    private static readonly (string Name, string Linux, string Windows)[] _needed =
    [
        ("CUDA runtime (cudart)", "libcudart.so.13", "cudart64_13.dll"),
        ("cuBLAS", "libcublas.so.13", "cublas64_13.dll"),
        ("cuBLASLt", "libcublasLt.so.13", "cublasLt64_13.dll"),
        ("cuRAND", "libcurand.so.10", "curand64_10.dll"),
        (FourierTransforms, "libcufft.so.12", "cufft64_12.dll"),
        ("cuDNN 9", "libcudnn.so.9", "cudnn64_9.dll"),
    ];

    /// <summary>Looks for each of them.</summary>
    public static IReadOnlyList<CudaLibraryState> Find() => Find(IsThere);

    /// <summary>What is missing and where it comes from, in one line; null if nothing is.</summary>
    /// <param name="libraries">What <see cref="Find()"/> gave.</param>
    public static string? Missing(IReadOnlyList<CudaLibraryState> libraries)
    {
        ArgumentNullException.ThrowIfNull(libraries);
        string[] missing = [.. libraries.Where(library => !library.IsThere).Select(library => $"{library.Name} ({library.FileName})")];
        return missing.Length == 0
            ? null
            : $"install {string.Join(", ", missing)}: NVIDIA's CUDA 13 toolkit or its runtime packages, and cuDNN 9 for CUDA 13, on the loader's path";
    }

    internal static IReadOnlyList<CudaLibraryState> Find(Func<string, bool> isThere)
    {
        ArgumentNullException.ThrowIfNull(isThere);
        return [.. _needed.Select(library => (library.Name, File: OperatingSystem.IsWindows() ? library.Windows : library.Linux))
            .Select(library => new CudaLibraryState(library.Name, library.File, isThere(library.File), library.Name != FourierTransforms))];
    }

    private static bool IsThere(string file)
    {
        if (!NativeLibrary.TryLoad(file, out nint handle))
        {
            return false;
        }

        NativeLibrary.Free(handle);
        return true;
    }
}
