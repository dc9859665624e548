using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.References.Onnx;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>
/// Small encoders of Stable Diffusion's structure as torch.onnx.export writes them, with PyTorch's own latents and image
/// gradients in double precision. Written by tests/Golden/tools/export_vae_encoder.py.
/// </summary>
internal static class EncoderGoldens
{
    public const int Channels = 4;

    private static readonly JsonElement _golden = JsonDocument.Parse(File.ReadAllText(PathOf("vae_encoder_gradient.json"))).RootElement;

    public static IReadOnlyList<string> Forms { get; } = ["static_sample", "dynamic_sample", "static_parameters", "dynamic_parameters"];

    public static int Size => _golden.GetProperty("size").GetInt32();

    public static int[] LatentShape => [.. _golden.GetProperty("latent_shape").EnumerateArray().Select(d => d.GetInt32())];

    public static int LatentLength => LatentShape.Aggregate(1, (a, b) => a * b);

    public static float[] Image => Sequence(3 * Size * Size, 7919);

    public static float[] Noise => Sequence(LatentLength, 7933);

    // As the script has it: the first channel's deviation is about e^10.
    public static float[] Cotangent => [.. Sequence(LatentLength, 7927).Select((v, i) => i < LatentLength / Channels ? v / 8192 : v)];

    public static string ModelPath(string form) => PathOf($"vae_encoder_{form}.onnx");

    public static EncoderGraph Graph(string form, LatentPosterior posterior, int? size = null)
    {
        string path = ModelPath(form);
        return new EncoderGraph(
            OnnxModel.Load(path, Path.GetDirectoryName(path)!), "sample", "latent_" + form.Split('_')[1], Channels, size ?? Size, posterior);
    }

    /// <summary>Latent or image gradient by PyTorch, for the mean or for a draw with <see cref="Noise"/>.</summary>
    public static DoubleTensor Expected(LatentPosterior posterior, string what)
    {
        string text = _golden.GetProperty(posterior == LatentPosterior.Mean ? "mean" : "sample").GetProperty(what).GetString()!;
        double[] values = MemoryMarshal.Cast<byte, double>(Convert.FromBase64String(text)).ToArray();
        return new DoubleTensor(what == "latent" ? LatentShape : [1, 3, Size, Size], values);
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "vae_encoder", name);

    // The script's numbers, exact in any language.
    private static float[] Sequence(int count, int step) => [.. Enumerable.Range(0, count).Select(i => (float)((((i * (long)step) + 13) % 1009 / 1009.0 * 2) - 1))];
}
