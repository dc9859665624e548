using System.IO;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline.Import.Reading;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Fuzz.Targets;

/// <summary>The index of a checkpoint in several files.</summary>
internal static class ShardIndexTarget
{
    /// <summary>The target.</summary>
    public static FuzzTarget Create() => new()
    {
        Name = "shard-index",
        What = "*.safetensors.index.json: which tensor lies in which file",
        Seeds =
        [
            new(
                "model.safetensors.index.json",
                """{ "metadata": { "total_size": 1719000000 }, "weight_map": { "conv_in.bias": "model-00001-of-00002.safetensors", "conv_in.weight": "model-00001-of-00002.safetensors", "conv_out.bias": "model-00002-of-00002.safetensors" } }"""u8.ToArray()),
        ],
        Mutations = [TextMutations.Any],
        Parse = (folder, file) => ShardIndex.Read(Path.Combine(folder, file)),
        Error = typeof(InvalidModelException),
        Allocation = new AllocationBound(400, 2 << 20),
    };
}
