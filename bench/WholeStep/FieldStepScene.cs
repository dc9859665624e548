using System;
using System.Numerics;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;

namespace DreamFusion.Bench.WholeStep;

/// <summary>
/// What the field step is measured on: a field of full size with a thin, soft ball in it, seen by 64x64 rays.
/// </summary>
/// <remarks>
/// The ball (exp of a Gaussian blob of height 2) stays below the optical depth at which rays end early, so that every sample gets a
/// gradient and no pass may skip any.
/// </remarks>
public static class FieldStepScene
{
    public const int ImageSize = 64;
    public const int SampleCount = 65536;
    public const uint Seed = 1;

    /// <summary>16 levels of 2 features from 16 to 2048, tables of 2^19, MLP 32-64-64-4 with biases.</summary>
    public static NerfConfiguration Nerf { get; } = new()
    {
        Bound = 1f,
        DensityActivation = DensityActivation.Exp,
        BlobKind = BlobKind.Gaussian,
        BlobDensity = 2f,
        BlobRadius = 0.5f,
        DensityGain = 1f,
        DensityBias = 0f,
        DensityScale = 1f,
        AlbedoGain = 1f,
        Encoder = new EncoderConfiguration
        {
            Levels = 16,
            FeaturesPerLevel = 2,
            Log2HashmapSize = 19,
            BaseResolution = 16,
            DesiredResolution = 2048,
            // A field in the midst of training: untrained features of 1e-4 would leave the normals to the blob alone.
            InitScale = 0.1f,
        },
        Net = new MlpConfiguration { NumHiddenDims = 64, NumLayers = 3, Bias = true },
    };

    public static RendererConfiguration Renderer { get; } = new() { GridResolution = 64, DensityThreshold = 3f };

    public static AdanOptions Adan { get; } = new();

    public const double TableLearningRate = 1e-4;
    public const double NetworkLearningRate = 1e-4;

    public static OrbitCamera Camera { get; } = new(AzimuthDegrees: 30f, PolarDegrees: 75f, Radius: 2.5f, HalfWidth: 0.9f);

    public static Rgb Background { get; } = new(0.9f, 0.8f, 0.7f);

    public static ViewShading Shading { get; } = new(
        ShadingMode.Lambertian, Vector3.Normalize(Camera.Back + new Vector3(0.3f, 0.5f, -0.2f)), Ambient: 0.1f, Background);

    /// <summary>dL/dimage as score distillation would inject it: noise of standard deviation 1/1000 [rays, 3].</summary>
    public static float[] ImageGradient()
    {
        var key = new RandomKey(Seed, 0, RandomPurpose.DiffusionNoise);
        float[] gradient = new float[ImageSize * ImageSize * 3];
        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] = 1e-3f * CounterRandom.Normal(key, (uint)i, 0);
        }
        return gradient;
    }

    /// <summary>
    /// The step length and ray jitter with which the march gives exactly <see cref="SampleCount"/> samples: a bisection over the length,
    /// again with another jitter should the count jump over the number.
    /// </summary>
    public static (RayMarchOptions March, RandomKey Jitter) FindMarch(DeviceContext device, Renderer renderer, OccupancyGridBuffers grid)
    {
        using var castTape = new Tape(device, recording: false);
        RayBatch rays = renderer.CastRays(castTape, Camera, ImageSize, ImageSize);
        for (uint draw = 0; draw < 100; draw++)
        {
            var jitter = new RandomKey(Seed, draw, RandomPurpose.RayJitter);
            float tooShort = 0.005f;
            float tooLong = 0.5f;
            while (MathF.BitIncrement(tooShort) < tooLong)
            {
                float length = 0.5f * (tooShort + tooLong);
                var march = new RayMarchOptions { StepLength = length };
                int count = Count(device, rays, grid, march, jitter);
                if (count == SampleCount)
                {
                    return (march, jitter);
                }
                if (count > SampleCount)
                {
                    tooShort = length;
                }
                else
                {
                    tooLong = length;
                }
            }
        }
        throw new InvalidOperationException($"No step length gives {SampleCount} samples; change the camera or the density threshold of the scene.");
    }

    private static int Count(DeviceContext device, in RayBatch rays, OccupancyGridBuffers grid, RayMarchOptions march, RandomKey jitter)
    {
        using var tape = new Tape(device, recording: false);
        return device.Kernels<RayMarch>().Count(
            rays, grid, march, jitter, tape.Scratch<SampleRange>(rays.Count), tape.Scratch<int>(RayMarch.ScratchLength(rays.Count)));
    }
}
