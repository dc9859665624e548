using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Fuzz.Targets;

/// <summary>safetensors files, and checkpoints in them.</summary>
internal static class CheckpointTargets
{
    private const string File = "000500.safetensors";

    /// <summary>Any file of the format: header and every tensor.</summary>
    public static FuzzTarget SafeTensors() => new()
    {
        Name = "safetensors",
        What = "a safetensors file: header and every tensor",
        Seeds = [Tensors(), Written()],
        Mutations = [SafeTensorsMutations.Any],
        Parse = (folder, file) =>
        {
            using SafeTensorsReader reader = SafeTensorsReader.Open(Path.Combine(folder, file));
            foreach (TensorEntry entry in reader.Tensors)
            {
                reader.Read(entry.Name);
            }
        },
        Error = typeof(DfkException),
        Allocation = new AllocationBound(200, 256 << 10),
    };

    /// <summary>A checkpoint with its configuration.</summary>
    public static FuzzTarget Checkpoint() => new()
    {
        Name = "checkpoint",
        What = "a checkpoint: format, checksums, configuration",
        Seeds = [Written()],
        Mutations = [SafeTensorsMutations.Any, SafeTensorsMutations.Metadata, SafeTensorsMutations.Metadata],
        Parse = (folder, file) =>
        {
            Checkpoint checkpoint = CheckpointFile.Read(Path.Combine(folder, file));
            ConfigurationFile.ReadDetermining(checkpoint.Configuration, file);
        },
        Error = typeof(DfkException),
        Allocation = new AllocationBound(2000, 16 << 20),
    };

    private static FuzzSeed Tensors()
    {
        Dictionary<string, Tensor> tensors = new()
        {
            ["a"] = Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], 2, 3),
            ["b.scalar"] = Tensor.From([7], []),
            ["c.empty"] = Tensor.From(System.ReadOnlySpan<byte>.Empty, 0, 4),
            ["d.half"] = new Tensor(TensorType.F16, [3], new byte[6]),
            ["é"] = new Tensor(TensorType.F64, [1], new byte[8]),
        };
        using MemoryStream stream = new();
        SafeTensorsWriter.Write(stream, new Dictionary<string, string> { ["format"] = "pt" }, tensors);
        return new FuzzSeed(File, stream.ToArray());
    }

    private static FuzzSeed Written()
    {
        using Scratch scratch = new();
        string path = Path.Combine(scratch.Path, File);
        CheckpointFile.Write(path, new Checkpoint
        {
            Step = 500,
            Seed = 3,
            RandomCounters = ImmutableSortedDictionary<string, long>.Empty.Add("camera", 12),
            Configuration = "prompt: \"a hamburger\"\niters: 600\nnerf:\n  bound: 1.15\n  encoder_cfg:\n    num_levels: 8\nloss:\n  lambda_tv: [0, 1, 2, 3]\n",
            ModelHashes = new Dictionary<string, string> { ["unet/model.onnx"] = new string('a', 64) },
            Tensors = new Dictionary<string, Tensor> { ["parameters.encoder"] = Tensor.From([1f, 2f], 2), ["occupancy"] = Tensor.From([1u], 1) },
        });
        return new FuzzSeed(File, System.IO.File.ReadAllBytes(path));
    }
}
