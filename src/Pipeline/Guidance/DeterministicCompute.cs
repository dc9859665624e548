using System;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>The one function of ONNX Runtime's C interface that its C# binding lists and does not offer: SetDeterministicCompute, which kernels on GPUs ask for.</summary>
internal static unsafe partial class DeterministicCompute
{
    // The version of the interface that brought it.
    private const uint InterfaceVersion = 17;

    /// <summary>Makes sessions with these options take kernels that give the same bits every run, where there are some.</summary>
    /// <param name="options">The options.</param>
    public static void Enable(SessionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var getInterface = (delegate* unmanaged<uint, nint*>)((nint*)OrtGetApiBase())[0];
        nint* functions = getInterface(InterfaceVersion);
        if (functions is null)
        {
            throw new InvalidOperationException($"This ONNX Runtime is older than 1.{InterfaceVersion} and has no deterministic compute; leave --deterministic out, or take a newer one.");
        }

        int place = (int)Marshal.OffsetOf<OrtApi>(nameof(OrtApi.SetDeterministicCompute)) / sizeof(nint);
        var set = (delegate* unmanaged<nint, byte, nint>)functions[place];
        if (set(options.DangerousGetHandle(), 1) != 0)
        {
            throw new InvalidOperationException("ONNX Runtime refuses deterministic compute.");
        }

        GC.KeepAlive(options);
    }

    // The same library as the binding's, under the binding's name of it.
    [LibraryImport("onnxruntime")]
    private static partial nint OrtGetApiBase();
}
