using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Machine;

/// <summary>What this machine can do for <c>dfk</c>.</summary>
public sealed record MachineReport
{
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <summary>Versions of this program and of what it runs on, by name.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>Processors that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Bits of the widest accelerated vector.</summary>
    public required int VectorBits { get; init; }

    /// <summary>Instruction sets that matter to the kernels.</summary>
    public required IReadOnlyList<string> InstructionSets { get; init; }

    /// <summary>The NVIDIA driver.</summary>
    public required CudaDriver Cuda { get; init; }

    /// <summary>The libraries that ONNX Runtime's CUDA provider needs.</summary>
    public required IReadOnlyList<CudaLibraryState> CudaLibraries { get; init; }

    /// <summary>Whether this build of the program has ONNX Runtime's CUDA provider.</summary>
    public bool HasCudaProvider => OnnxProviders.Contains(CudaProvider, StringComparer.Ordinal);

    /// <summary>ONNX Runtime's execution providers.</summary>
    public required IReadOnlyList<string> OnnxProviders { get; init; }

    /// <summary>ffmpeg, which writes mp4 videos.</summary>
    public required ExternalProgram Ffmpeg { get; init; }

    /// <summary>Memory that this process may use, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The folder for which the disk is reported.</summary>
    public required string DiskFolder { get; init; }

    /// <summary>Free bytes on the disk of <see cref="DiskFolder"/>, or null if the system does not say.</summary>
    public required long? DiskFreeBytes { get; init; }

    /// <summary>The cache folder.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Bytes in the cache folder.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Models in the cache that were imported from checkpoints; part of <see cref="CacheBytes"/>.</summary>
    public required IReadOnlyList<ImportedModel> ImportedModels { get; init; }

    /// <summary>Folder of the embedded prior.</summary>
    public required string ToyboxFolder { get; init; }

    /// <summary>Why the embedded prior cannot be used, or null if it can.</summary>
    public required string? ToyboxProblem { get; init; }

    /// <summary>Whether this machine can run <c>dfk train</c> with the embedded prior.</summary>
    public bool CanTrain => ToyboxProblem is null && Problems.Count == 0;

    /// <summary>What keeps this machine from training, in words; empty if nothing does.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            const long LeastMemory = 1L << 30;
            const long LeastDisk = 100L << 20;
            List<string> problems = [];
            if (ToyboxProblem is not null)
            {
                problems.Add(ToyboxProblem);
            }

            if (MemoryBytes < LeastMemory)
            {
                problems.Add("less than 1 GB of memory may be used; training with the embedded prior needs about that");
            }

            if (DiskFreeBytes < LeastDisk)
            {
                problems.Add($"less than 100 MB are free on the disk of {DiskFolder}; free some, or write elsewhere with --out");
            }

            return problems;
        }
    }

    /// <summary>Looks at this machine.</summary>
    public static MachineReport Make()
    {
        string folder = Directory.GetCurrentDirectory();
        return new MachineReport
        {
            Versions = ProgramVersions.All,
            Cores = Environment.ProcessorCount,
            VectorBits = CpuFeatures.VectorBits,
            InstructionSets = CpuFeatures.Names,
            Cuda = CudaDriver.Probe(),
            CudaLibraries = Machine.CudaLibraries.Find(),
            OnnxProviders = [.. OrtEnv.Instance().GetAvailableProviders().Order(StringComparer.Ordinal)],
            Ffmpeg = ExternalProgram.Find("ffmpeg", "-version"),
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            DiskFolder = folder,
            DiskFreeBytes = FreeBytes(folder),
            CacheFolder = Machine.CacheFolder.Path,
            CacheBytes = Machine.CacheFolder.Bytes(),
            ImportedModels = Import.ImportedModels.In(Machine.CacheFolder.Path),
            ToyboxFolder = ModelLocator.ToyboxFolder,
            ToyboxProblem = ProblemOfToybox(),
        };
    }

    private static string? ProblemOfToybox()
    {
        try
        {
            ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox));
            return null;
        }
        catch (DfkException e)
        {
            return e.Message;
        }
    }

    private static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Network folders of some systems have no drive; the report then says that it does not know.
            return null;
        }
    }
}
