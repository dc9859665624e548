using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// A linear map from the mean colour of a square of pixels to the latent of an encoder, z = A·m + b, fitted by least squares
/// to what the encoder makes of smooth synthetic pictures.
/// </summary>
/// <param name="Coefficients">A and b [C, 4]: red, green, blue, 1; for colours in [-1, 1], before the latent scale.</param>
/// <param name="Explained">Share of the latents' variance on those pictures that the map explains, at most 1.</param>
internal sealed record LatentMap(double[] Coefficients, double Explained)
{
    /// <summary>Inputs of the map: three colours and 1.</summary>
    public const int Terms = 4;

    private const int Pictures = 6;
    private const int Waves = 4;
    private const string Kind = "latent-maps";
    private const string FileName = "map.json";

    /// <summary>Fits the map to an encoder, or loads what was cached.</summary>
    /// <param name="graph">The encoder, for its posterior's mean.</param>
    /// <param name="cache">Where the result is kept; null for nowhere.</param>
    /// <returns>The map.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the encoder.</exception>
    public static LatentMap Of(EncoderGraph graph, DiskCache? cache)
    {
        string? folder = cache?.Find(Kind, graph.Key());
        if (folder is not null && JsonSerializer.Deserialize<LatentMap>(File.ReadAllText(Path.Combine(folder, FileName))) is LatentMap cached)
        {
            return cached;
        }

        LatentMap map = Fit(graph);
        cache?.Add(Kind, graph.Key(), path => File.WriteAllText(Path.Combine(path, FileName), JsonSerializer.Serialize(map)));
        return map;
    }

    private static LatentMap Fit(EncoderGraph graph)
    {
        ForwardGraph forward = graph.Fold();
        forward.Prune();
        using OnnxSession session = OnnxSession.Load(forward.ToModel([]).ToByteArray(), graph.Model.FilePath);
        TensorType output = session.OutputType(forward.Output);
        int channels = graph.LatentChannels;
        double[,] normal = new double[Terms, Terms];
        double[,] right = new double[Terms, channels];
        double[] sum = new double[channels];
        double[] squares = new double[channels];
        int count = 0;
        for (int picture = 0; picture < Pictures; picture++)
        {
            float[] planes = Picture(graph.ImageSize, (uint)picture);
            float[] latent = Encode(session, forward, planes);
            float[] means = LinearEncoder.Pool(planes, graph.ImageSize, output.Shape[2]);
            int cells = means.Length / 3;
            for (int cell = 0; cell < cells; cell++, count++)
            {
                double[] m = [means[cell], means[cells + cell], means[(2 * cells) + cell], 1];
                for (int c = 0; c < channels; c++)
                {
                    double z = latent[(c * cells) + cell];
                    sum[c] += z;
                    squares[c] += z * z;
                    for (int i = 0; i < Terms; i++)
                    {
                        right[i, c] += m[i] * z;
                    }
                }

                for (int i = 0; i < Terms * Terms; i++)
                {
                    normal[i / Terms, i % Terms] += m[i / Terms] * m[i % Terms];
                }
            }
        }

        double[] coefficients = Solve(normal, (double[,])right.Clone(), channels);
        // Σ(z - fit)² = Σz² - ⟨coefficients, right⟩ at the least-squares solution.
        double residual = squares.Sum() - Enumerable.Range(0, channels * Terms).Sum(k => coefficients[k] * right[k % Terms, k / Terms]);
        double variance = squares.Sum() - sum.Sum(s => s * s / count);
        return new LatentMap(coefficients, 1 - (residual / variance));
    }

    private static float[] Encode(OnnxSession session, ForwardGraph forward, float[] planes)
    {
        using OrtValue image = Value(session.InputType(forward.Input), planes);
        OrtValue[] noise = [.. forward.Noise.Select(name => Value(session.InputType(name), new float[session.InputType(name).Count]))];
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run([(forward.Input, image), .. forward.Noise.Zip(noise)], [forward.Output]);
            return TensorValue.ToFloats(outputs[0]);
        }
        finally
        {
            Array.ForEach(noise, value => value.Dispose());
        }
    }

    private static OrtValue Value(TensorType type, float[] values) =>
        TensorValue.FromFloats((TensorElement)(int)type.Element, values, [.. type.Shape.Select(d => (long)d)]);

    // Planes in [-1, 1]: per colour a few cosines of random direction, at most three periods across the picture.
    private static float[] Picture(int size, uint number)
    {
        RandomKey key = new(0, number, RandomPurpose.Posterior);
        float[] planes = new float[3 * size * size];
        for (int channel = 0; channel < 3; channel++)
        {
            for (int wave = 0; wave < Waves; wave++)
            {
                uint index = (uint)((channel * Waves) + wave);
                float fx = 6 * (CounterRandom.Uniform(key, index, 0) - 0.5f);
                float fy = 6 * (CounterRandom.Uniform(key, index, 1) - 0.5f);
                float phase = 2 * CounterRandom.Uniform(key, index, 2);
                for (int p = 0; p < size * size; p++)
                {
                    float turn = ((fx * (p % size)) + (fy * (p / size))) / size;
                    planes[(channel * size * size) + p] += MathF.Cos(MathF.PI * ((2 * turn) + phase)) / Waves;
                }
            }
        }

        return planes;
    }

    // Gaussian elimination; four cosines per colour make the system far from singular, so no pivoting is needed.
    private static double[] Solve(double[,] normal, double[,] right, int channels)
    {
        for (int pivot = 0; pivot < Terms; pivot++)
        {
            for (int row = 0; row < Terms; row++)
            {
                double factor = row == pivot ? 0 : normal[row, pivot] / normal[pivot, pivot];
                for (int i = 0; i < Terms; i++)
                {
                    normal[row, i] -= factor * normal[pivot, i];
                }

                for (int c = 0; c < channels; c++)
                {
                    right[row, c] -= factor * right[pivot, c];
                }
            }
        }

        return [.. Enumerable.Range(0, channels * Terms).Select(k => right[k % Terms, k / Terms] / normal[k % Terms, k % Terms])];
    }
}
