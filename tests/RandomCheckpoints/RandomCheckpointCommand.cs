using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.RandomCheckpoints;

/// <summary>Writes a random checkpoint of true size, for measurements: <c>sd15|sd21 FILE.safetensors|FOLDER [F16|F32|BF16] [seed]</c>.</summary>
public static class RandomCheckpointCommand
{
    /// <summary>Runs the command.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The exit code: 0, or 2 for wrong usage.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [("sd15" or "sd21") and var name, var path, .. { Length: <= 2 } rest] || TensorTypes.FromFileName(rest.Length > 0 ? rest[0] : "F16") is not { } type
            || !uint.TryParse(rest.Length > 1 ? rest[1] : "0", NumberStyles.None, CultureInfo.InvariantCulture, out uint seed))
        {
            Console.Error.WriteLine("expected: sd15|sd21 FILE.safetensors|FOLDER [F16|F32|BF16] [seed]");
            return 2;
        }

        StableDiffusionArchitecture architecture = name == "sd15" ? StableDiffusionArchitecture.StableDiffusion1 : StableDiffusionArchitecture.StableDiffusion2;
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            List<CheckpointTensor> tensors = RandomCheckpoint.SingleFile(architecture, type, seed);
            TensorSource.Write(path, tensors);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {tensors.Count} tensors, {new FileInfo(path).Length} bytes"));
        }
        else
        {
            RandomCheckpoint.WriteFolder(path, architecture, type, seed);
            Console.WriteLine(path);
        }

        return 0;
    }
}
