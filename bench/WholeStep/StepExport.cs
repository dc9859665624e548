using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Runs;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.WholeStep;

/// <summary>
/// Writes a field step as a safetensors file: samples, parameters and settings for a peer to run it, and our results for it to compare:
/// image and gradients of the first step, the parameters after the second one.
/// </summary>
public static class StepExport
{
    private const string FileName = "step.safetensors";

    public static void Write(string folder)
    {
        using var step = new FieldStep(Environment.ProcessorCount, KernelChoice.Tuned);
        var tensors = new Dictionary<string, Tensor>();
        (HashGridLayout layout, Variable table) = step.Field.Grid!.Value;
        Variable network = step.Field.Parameters[RadianceField.NetworkName].Variable;
        Add(tensors, "table", table.Value, layout.EntryCount, layout.Options.FeaturesPerLevel);
        Add(tensors, "network", network.Value, network.Length);
        OptimizerReport report = step.Run(view =>
        {
            long samples = view.Samples.Count;
            var ranges = new SampleRange[view.Samples.RayCount];
            view.Samples.Ranges.CopyToCPU(ranges);
            tensors["positions"] = Vectors(view.Samples.Positions);
            tensors["offsets"] = Tensor.From([.. ranges.Select(range => range.Offset)], ranges.Length);
            tensors["counts"] = Tensor.From([.. ranges.Select(range => range.Count)], ranges.Length);
            Add(tensors, "lengths", view.Samples.Lengths, samples);
            Add(tensors, "distances", view.Samples.Distances, samples);
            Add(tensors, "expected.image", view.Image.Value, ranges.Length, 3);
            Add(tensors, "expected.opacity", view.Opacity.Value, ranges.Length);
            Add(tensors, "expected.normals", view.Normals!.Value, samples, 3);
            Add(tensors, "expected.table_gradient", table.Gradient, layout.EntryCount, layout.Options.FeaturesPerLevel);
            Add(tensors, "expected.network_gradient", network.Gradient, network.Length);
        });
        step.Run();
        Add(tensors, "expected.table_after_two", table.Value, layout.EntryCount, layout.Options.FeaturesPerLevel);
        Add(tensors, "expected.network_after_two", network.Value, network.Length);
        tensors["image_gradient"] = Tensor.From(FieldStepScene.ImageGradient(), FieldStepScene.ImageSize * FieldStepScene.ImageSize, 3);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FileName);
        Dictionary<string, string> metadata = new() { ["step"] = Settings(step.Field, report) };
        WholeFile.Write(path, stream => SafeTensorsWriter.Write(stream, metadata, tensors));
        Console.WriteLine(path);
    }

    private static string Settings(RadianceField field, OptimizerReport report)
    {
        HashGridLayout layout = field.Grid!.Value.Layout;
        HashGridOptions grid = layout.Options;
        DensityOptions density = field.Options.Density;
        MlpOptions network = ((JointNetworkOptions)field.Options.Networks).Network;
        AdanOptions adan = FieldStepScene.Adan;
        Float3 light = Light.Directional(new Float3(
            FieldStepScene.Shading.LightDirection.X, FieldStepScene.Shading.LightDirection.Y, FieldStepScene.Shading.LightDirection.Z)).Vector;
        return JsonSerializer.Serialize(new
        {
            levels = layout.Levels.Select(level => new
            {
                scale = level.Scale,
                resolution = level.Resolution,
                offset = level.Offset,
                entries = level.EntryCount,
                dense = level.IsDense != 0,
            }),
            position_scale = grid.PositionScale,
            position_offset = grid.PositionOffset,
            layers = Enumerable.Range(0, network.HiddenLayers + 1).Select(layer => new
            {
                inputs = network.LayerInputs(layer),
                outputs = network.LayerOutputs(layer),
                weights = network.WeightOffset(layer),
                bias = network.BiasOffset(layer),
            }),
            blob_density = density.BlobDensity,
            blob_radius = density.BlobRadius,
            bound = density.Bound,
            light = (float[])[light.X, light.Y, light.Z],
            ambient = FieldStepScene.Shading.Ambient,
            background = (float[])[FieldStepScene.Background.R, FieldStepScene.Background.G, FieldStepScene.Background.B],
            beta1 = adan.Beta1,
            beta2 = adan.Beta2,
            beta3 = adan.Beta3,
            epsilon = adan.Epsilon,
            max_gradient_norm = adan.MaxGradientNorm,
            table_learning_rate = FieldStepScene.TableLearningRate,
            network_learning_rate = FieldStepScene.NetworkLearningRate,
            gradient_norm = report.GradientNorm.ToString("R", CultureInfo.InvariantCulture),
        });
    }

    private static void Add(Dictionary<string, Tensor> tensors, string name, ArrayView<float> values, params long[] shape)
    {
        float[] host = new float[values.Length];
        values.CopyToCPU(host);
        tensors[name] = Tensor.From(host, [.. shape]);
    }

    private static Tensor Vectors(ArrayView<Float3> values)
    {
        var host = new Float3[values.Length];
        values.CopyToCPU(host);
        return Tensor.From(MemoryMarshal.Cast<Float3, float>(host), host.Length, 3);
    }
}
