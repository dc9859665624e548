using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Machine;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>Where ONNX Runtime evaluates the frozen model.</summary>
/// <param name="CudaDevice">Number of the CUDA device; null for the CPU.</param>
/// <param name="Threads">Threads inside one operator on the CPU, at least 1. Their number may change last digits of results.</param>
public sealed record GuidanceDevice(int? CudaDevice, int Threads)
{
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <summary>One thread of the CPU.</summary>
    public static GuidanceDevice Cpu { get; } = new(null, 1);

    /// <summary>
    /// Whether a session on the CPU keeps a run's memory for its next one, default true: faster, but a large graph holds its peak while others
    /// run. Never changes a bit of the result.
    /// </summary>
    public bool KeepsMemory { get; init; } = true;

    /// <summary>The driver's handle of the CUDA stream that sessions work in; 0, the default, for a stream of their own.</summary>
    public nint Stream { get; init; }

    /// <summary>Whether a CUDA device computes float32 products in full instead of with 10 bits of mantissa (TF32), default false.</summary>
    public bool IsExact { get; init; }

    /// <summary>Whether a session is told to compute the same bits every run where that costs speed (ONNX Runtime's deterministic compute), default false.</summary>
    public bool IsDeterministic { get; init; }

    /// <summary>The device in words, for run.json and the log.</summary>
    public string Description => (CudaDevice is int number
        ? string.Create(CultureInfo.InvariantCulture, $"cuda:{number}{(IsExact ? ", no TF32" : "")}{(IsDeterministic ? ", cuDNN's convolutions by rule" : "")}")
        : string.Create(CultureInfo.InvariantCulture, $"cpu, {Threads} {(Threads == 1 ? "thread" : "threads")}")) + (IsDeterministic ? ", deterministic compute" : "");

    /// <summary>Whether ONNX Runtime's CUDA provider loads and there is a device for it.</summary>
    public static bool HasCuda => ProblemOfCuda() is null;

    /// <summary>
    /// How the texts of a step are evaluated: in one call on a GPU; on the CPU each in a call of its own, side by side if there are
    /// threads for that, which changes no bit.
    /// </summary>
    /// <param name="threads">Threads of the run, at least 1.</param>
    public BranchExecution BranchExecution(int threads) => CudaDevice is not null ? Guidance.BranchExecution.Batched
        : threads >= 2 * Threads ? Guidance.BranchExecution.Concurrent
        : Guidance.BranchExecution.Sequential;

    /// <summary>
    /// The device that a run asks for: <c>guidance.device</c>, where <c>auto</c> follows the kernels' device if ONNX Runtime's CUDA
    /// provider can be loaded.
    /// </summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <returns>The device, and a line that says why it is not the kernels'; null if there is nothing to say.</returns>
    /// <exception cref="DfkException">CUDA was asked for by name and cannot be had; exit code 4.</exception>
    public static (GuidanceDevice Device, string? Note) Select(RunConfiguration configuration) => Select(configuration, ProblemOfCuda);

    /// <inheritdoc cref="Select(RunConfiguration)"/>
    /// <param name="configuration">A valid configuration.</param>
    /// <param name="problemOfCuda">Why the CUDA provider cannot be used; null if it can.</param>
    internal static (GuidanceDevice Device, string? Note) Select(RunConfiguration configuration, Func<string?> problemOfCuda)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        GuidanceConfiguration guidance = configuration.Guidance;
        GuidanceDevice cpu = new(null, guidance.Threads) { IsDeterministic = configuration.Deterministic };
        bool kernelsOnCuda = configuration.Device.StartsWith("cuda", StringComparison.Ordinal);
        if (guidance.Device == GuidanceDeviceChoice.Cpu || (guidance.Device == GuidanceDeviceChoice.Auto && !kernelsOnCuda))
        {
            return (cpu, null);
        }

        if (problemOfCuda() is not { } problem)
        {
            int number = configuration.Device.Split(':') is [_, string text] ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
            return (cpu with { CudaDevice = number }, null);
        }

        return guidance.Device == GuidanceDeviceChoice.Cuda
            ? throw new DfkException(ExitCode.MachineLacks, $"guidance-device cuda: {problem}. Use --guidance-device cpu.")
            : (cpu, $"The guidance runs on the CPU: {problem}.");
    }

    /// <summary>Options of a session on this device.</summary>
    internal SessionOptions NewSessionOptions()
    {
        SessionOptions options = new()
        {
            IntraOpNumThreads = Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            EnableCpuMemArena = KeepsMemory,
            EnableMemoryPattern = KeepsMemory,
        };
        // Threads that wait in a loop for the next operator would take the cores from our kernels.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (IsDeterministic)
        {
            DeterministicCompute.Enable(options);
        }

        if (CudaDevice is not null)
        {
            using OrtCUDAProviderOptions cuda = new();
            cuda.UpdateOptions(CudaOptions());
            options.AppendExecutionProvider_CUDA(cuda);
        }

        return options;
    }

    /// <summary>What the CUDA provider is told, by its own names.</summary>
    internal Dictionary<string, string> CudaOptions()
    {
        Dictionary<string, string> provider = new()
        {
            ["device_id"] = CudaDevice.GetValueOrDefault().ToString(CultureInfo.InvariantCulture),
            // The provider's own choice, EXHAUSTIVE, takes the algorithm that is the fastest at that moment: another one, with other bits, in the next run.
            // DEFAULT is one and the same algorithm always, HEURISTIC what cuDNN's table says for the shapes.
            ["cudnn_conv_algo_search"] = IsDeterministic ? "DEFAULT" : "HEURISTIC",
            ["arena_extend_strategy"] = "kSameAsRequested",
        };
        if (Stream != 0)
        {
            provider["user_compute_stream"] = Stream.ToString(CultureInfo.InvariantCulture);
        }

        if (IsExact)
        {
            provider["use_tf32"] = "0";
        }

        return provider;
    }

    private static string? ProblemOfCuda()
    {
        string? install = CudaLibraries.Missing(CudaLibraries.Find());
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider, StringComparer.Ordinal))
        {
            return $"this program was built without ONNX Runtime's CUDA provider; build it with -p:OnnxRuntimeCuda=true{(install is null ? "" : "; " + install)}";
        }

        if (CudaDriver.Probe().Problem is { } driver)
        {
            return driver;
        }

        try
        {
            using SessionOptions options = new GuidanceDevice(0, 1).NewSessionOptions();
            // The provider loads cuDNN with its first convolution.
            return CudaLibraries.Missing([.. CudaLibraries.Find().Where(library => library.IsRequired)]);
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException)
        {
            return $"ONNX Runtime's CUDA provider cannot be loaded ({ReasonOf(e)}); {install ?? "CUDA and cuDNN are there"}";
        }
    }

    // The message names the library that could not be loaded, behind lines of ONNX Runtime's own sources and its own file.
    private static string ReasonOf(Exception e)
    {
        const string Before = "with error: ";
        string line = e.Message.Split('\n').Select(text => text.Trim()).LastOrDefault(text => text.Length > 0) ?? e.GetType().Name;
        int at = line.LastIndexOf(Before, StringComparison.Ordinal);
        return (at < 0 ? line : line[(at + Before.Length)..]).TrimEnd('.');
    }
}
