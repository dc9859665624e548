using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Machine.Planning;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Import;

/// <summary>
/// Rule 6: what the network gives for a constant input at the last timestep. A network of the velocity then gives about −x, which lies
/// below its input by more than 1; one of the noise gives about x. Source: AUTOMATIC1111, sd_models_config.py.
/// </summary>
internal static class PredictionProbe
{
    private const int Side = 8;
    private const long Timestep = 999;
    private const float Constant = 0.5f;
    private const double MostOfVelocity = -1;

    // Weights that are in memory at a time, and what a run needs with what ONNX Runtime itself takes.
    private const long BytesOfPiece = 256L << 20;
    private const long Needed = 1L << 30;

    /// <summary>Runs the written UNet.</summary>
    /// <param name="folder">Folder with the UNet's model.onnx.</param>
    /// <param name="unet">Its sizes.</param>
    /// <param name="problem">Why it could not be run; null if it was.</param>
    /// <returns>What it predicts; null if it could not be run.</returns>
    public static PredictionDecision? Run(string folder, UNetArchitecture unet, out string? problem)
    {
        MemoryLimit memory = MemoryLimit.OfThisProcess();
        problem = memory.AvailableBytes < Needed
            ? string.Create(CultureInfo.InvariantCulture, $"rule 6, a run of the network, was left out, as it needs {Needed / 1e9:0.0} GB of memory and {memory.AvailableBytes / 1e9:0.0} GB are available")
            : null;
        if (problem is not null)
        {
            return null;
        }

        try
        {
            double difference = MeanDifference(Path.Combine(folder, "model.onnx"), unet);
            bool velocity = difference < MostOfVelocity;
            return new PredictionDecision(
                velocity ? PredictionType.Velocity : PredictionType.Epsilon,
                string.Create(CultureInfo.InvariantCulture, $"rule 6, a run of the network: its output lies {Math.Abs(difference):0.00} {(difference < 0 ? "below" : "above")} its input, {(velocity ? "more" : "not more")} than 1 below"));
        }
        catch (OnnxRuntimeException e)
        {
            problem = $"rule 6, a run of the network, could not be applied ({e.Message.Split('\n')[0].TrimEnd('.')})";
            return null;
        }
    }

    private static double MeanDifference(string path, UNetArchitecture unet)
    {
        PiecewiseRun network = new(path);
        bool half = network.ElementOf("sample") == TensorElement.Float16;
        using OrtValue sample = Filled(half, 1, unet.LatentChannels, Side, Side);
        using OrtValue text = Filled(half, 1, 2, unet.CrossAttentionWidth);
        using OrtValue timestep = OrtValue.CreateTensorValueFromMemory(new long[] { Timestep }, [1]);
        using OrtValue output = network.Run(new Dictionary<string, OrtValue> { ["sample"] = sample, ["timestep"] = timestep, ["encoder_hidden_states"] = text }, "out_sample", BytesOfPiece);
        double sum = 0;
        int count = 0;
        foreach (float value in half ? [.. output.GetTensorDataAsSpan<Float16>().ToArray().Select(value => (float)value)] : output.GetTensorDataAsSpan<float>())
        {
            sum += value - Constant;
            count++;
        }

        return sum / count;
    }

    private static OrtValue Filled(bool half, params long[] shape)
    {
        int count = (int)shape.Aggregate(1L, (product, n) => product * n);
        return half
            ? OrtValue.CreateTensorValueFromMemory([.. Enumerable.Repeat((Float16)Constant, count)], shape)
            : OrtValue.CreateTensorValueFromMemory([.. Enumerable.Repeat(Constant, count)], shape);
    }
}
