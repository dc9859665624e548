using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;
using DreamFusion.Pipeline.Guidance.Onnx;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>
/// The small networks and inputs of tools/import/goldens.py: both bases, height unlike width, batch 2, distinct timesteps.
/// Groups stay 32: with as many channels a norm would cancel biases and the time embedding.
/// </summary>
internal sealed record TinyNetwork(string Name, string Golden, string Output, IReadOnlyDictionary<string, long[]> Shapes, Action<string, IWeightSource, GraphOptions> Write)
{
    public const int Batch = 2;
    public const int Height = 8;
    public const int Width = 6;

    public static StableDiffusionArchitecture Base1 { get; } = StableDiffusionArchitecture.StableDiffusion1 with
    {
        UNet = StableDiffusionArchitecture.StableDiffusion1.UNet with { Channels = [64, 128], HeadsPerLevel = [4, 4], CrossAttentionWidth = 24 },
        Vae = StableDiffusionArchitecture.StableDiffusion1.Vae with { Channels = [64, 128] },
        Text = StableDiffusionArchitecture.StableDiffusion1.Text with { Layers = 3, Width = 32, Heads = 4, MlpWidth = 64, VocabularySize = 60 },
    };

    public static StableDiffusionArchitecture Base2 { get; } = StableDiffusionArchitecture.StableDiffusion2 with
    {
        UNet = StableDiffusionArchitecture.StableDiffusion2.UNet with { Channels = [64, 128], HeadsPerLevel = [2, 4], CrossAttentionWidth = 40 },
        Vae = Base1.Vae,
        Text = StableDiffusionArchitecture.StableDiffusion2.Text with { Layers = 3, Width = 48, Heads = 3, MlpWidth = 80, VocabularySize = 60 },
    };

    public static IReadOnlyList<TinyNetwork> All { get; } =
    [
        UNet("sd1", Base1.UNet), UNet("sd2", Base2.UNet), Text("sd1", Base1.Text), Text("sd2", Base2.Text),
        new("vae_encoder", "vae", "latent_parameters", ParameterShapes.Vae(Base1.Vae), (folder, weights, options) => VaeEncoderGraph.Write(folder, Base1.Vae, weights, options)),
        new("vae_decoder", "vae", "sample", ParameterShapes.Vae(Base1.Vae), (folder, weights, options) => VaeDecoderGraph.Write(folder, Base1.Vae, weights, options)),
    ];

    /// <summary>The one of a golden file and name.</summary>
    public static TinyNetwork Find(string golden, string name) => All.Single(n => n.Golden == golden && n.Name == name);

    /// <summary>Parameters that the graph uses.</summary>
    public IEnumerable<string> Used => Name switch
    {
        "vae_encoder" => Shapes.Keys.Where(n => n.StartsWith("encoder.", StringComparison.Ordinal) || n.StartsWith("quant_conv.", StringComparison.Ordinal)),
        "vae_decoder" => Shapes.Keys.Where(n => n.StartsWith("decoder.", StringComparison.Ordinal) || n.StartsWith("post_quant_conv.", StringComparison.Ordinal)),
        _ => Shapes.Keys,
    };

    /// <summary>Runs a written graph on the golden inputs.</summary>
    public float[][] Run(OnnxSession session, params string[] outputs) => Run(session, [], outputs);

    /// <summary>Runs a written graph on the golden inputs and further values.</summary>
    public float[][] Run(OnnxSession session, IReadOnlyList<(string Name, OrtValue Value)> further, params string[] outputs)
    {
        List<(string Name, OrtValue Value)> inputs = [.. session.InputNames.Select(name => (name, Input(name, (TensorElement)(int)session.InputType(name).Element)))];
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run([.. inputs, .. further], outputs.Length > 0 ? outputs : [Output]);
        float[][] values = [.. results.Select(TensorValue.ToFloats)];
        inputs.ForEach(i => i.Value.Dispose());
        return values;
    }

    /// <summary>Elements and extents of a floating-point input.</summary>
    public (float[] Values, long[] Shape) Floats(string input)
    {
        (string name, long[] shape) = (Name, input) switch
        {
            ("vae_encoder", _) => ("input.picture", (long[])[Batch, 3, Height, Width]),
            ("vae_decoder", _) => ("input.latent_sample", [Batch, 4, Height / 2, Width / 2]),
            (_, "sample") => ("input.sample", [Batch, 4, Height, Width]),
            (_, "encoder_hidden_states") => ("input.encoder_hidden_states", [Batch, 5, Golden == "sd1" ? 24 : 40]),
            _ => throw new ArgumentException(input, nameof(input)),
        };
        return (FormulaWeights.Values(name, shape.Aggregate(1L, (a, b) => a * b)), shape);
    }

    private OrtValue Input(string input, TensorElement element)
    {
        if (input == "timestep")
        {
            return TensorValue.FromIntegers(element, [981, 20], Batch);
        }

        if (input == "input_ids")
        {
            return TensorValue.FromIntegers(element, [.. from b in Enumerable.Range(0, Batch) from i in Enumerable.Range(0, 77) select ((7 * i) + (11 * b)) % 60], Batch, 77);
        }

        (float[] values, long[] shape) = Floats(input);
        return TensorValue.FromFloats(element, values, shape);
    }

    private static TinyNetwork UNet(string golden, UNetArchitecture unet) =>
        new("unet", golden, "out_sample", ParameterShapes.UNet(unet), (folder, weights, options) => UNetGraph.Write(folder, unet, weights, options));

    private static TinyNetwork Text(string golden, TextArchitecture text) =>
        new("text_encoder", golden, "last_hidden_state", ParameterShapes.Text(text), (folder, weights, options) => TextEncoderGraph.Write(folder, text, weights, options));
}
