using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>
/// Encoders as large as Stable Diffusion 1.5's at 512x512, too large to commit: DFK_VAE_ENCODERS names a folder that
/// <c>tests/Golden/tools/export_vae_encoder.py FOLDER --channels 128,256,512,512 --groups 32 --size 512</c> wrote.
/// </summary>
public sealed class StableDiffusionEncoderTests(ITestOutputHelper output)
{
    private const int Size = 512;
    private const float Step = 2e-3f;

    [SlowFact]
    public void DirectionalDerivativesMatchDifferencesInAllFourForms()
    {
        string folder = Environment.GetEnvironmentVariable("DFK_VAE_ENCODERS")
            ?? throw new InvalidOperationException("DFK_VAE_ENCODERS must name the folder that export_vae_encoder.py wrote.");
        foreach (string form in EncoderGoldens.Forms)
        {
            string path = Path.Combine(folder, $"vae_encoder_{form}.onnx");
            EncoderGraph graph = new(OnnxModel.Load(path, folder), "sample", "latent_" + form.Split('_')[1], 4, Size, LatentPosterior.Sample);
            using DifferentiableSession session = graph.Load(cache: null);
            double error = DirectionalError(session);
            output.WriteLine($"{form}: off by {error:g3} of |g|·|d|.");
            Assert.True(error <= 1e-3, $"{form}: off by {error}.");
        }
    }

    // |⟨g, d⟩ - Δ⟨c, z⟩/2h| / (|g|·|d|), for a smooth direction d: one of noise would drown in float32's rounding.
    private static double DirectionalError(DifferentiableSession session)
    {
        float[] image = [.. Enumerable.Range(0, 3 * Size * Size).Select(i => 0.5f * MathF.Sin(i % Size * 0.05f) * MathF.Cos(i / Size * 0.03f))];
        float[] direction = [.. Enumerable.Range(0, image.Length).Select(i => MathF.Cos(i % Size * 0.02f) * MathF.Sin(i / Size * 0.04f))];
        float[] noise = RandomValues.Centred(1, (int)session.Output.Count);
        float[] cotangent = RandomValues.Centred(2, (int)session.Output.Count);
        float[] gradient;
        using (Activations activations = session.Run(image, [noise]))
        {
            gradient = session.Gradient(activations, cotangent);
        }

        double Along(float step)
        {
            using Activations activations = session.Run([.. image.Zip(direction, (v, d) => v + (step * d))], [noise]);
            return Dot(activations.Result, cotangent);
        }

        double difference = (Along(Step) - Along(-Step)) / (2 * Step);
        return Math.Abs(Dot(gradient, direction) - difference) / Math.Sqrt(Dot(gradient, gradient) * Dot(direction, direction));
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (u, v) => (double)u * v).Sum();
}
