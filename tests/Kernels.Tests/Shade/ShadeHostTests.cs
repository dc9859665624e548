using System;
using System.Linq;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Kernels.Tests.Shade;

/// <summary>The host twins of density, albedo and Lambertian shading against the kernels: the same numbers, not close ones.</summary>
public sealed class ShadeHostTests
{
    private static readonly DensityOptions[] _densities =
    [
        DensityOptions.Toybox,
        new(),
        new() { Gain = 3f, Bias = -0.5f, Scale = 2f, Bound = 1.2f },
    ];

    // Not a multiple of any vector, more than one work item, and none at all.
    public static TheoryData<int> SampleCounts() => [0, 1, 3, 7, 8, 9, 17, 1023, 1024, 1030, 5003];

    [Theory]
    [MemberData(nameof(SampleCounts))]
    public void Densities_are_the_kernels(int count)
    {
        var data = new Data(count);
        foreach (DensityOptions options in _densities)
        {
            CompareDensity<ExpDensity, LinearBlob>(data, options);
            CompareDensity<ExpDensity, GaussianBlob>(data, options);
            CompareDensity<ExpDensity, AddedGaussianBlob>(data, options);
            CompareDensity<SoftplusDensity, LinearBlob>(data, options);
            CompareDensity<SoftplusDensity, GaussianBlob>(data, options);
            CompareDensity<SoftplusDensity, AddedGaussianBlob>(data, options);
        }
    }

    [Theory]
    [MemberData(nameof(SampleCounts))]
    public void Albedos_are_the_kernels(int count)
    {
        var data = new Data(count);
        float[] expected = Albedo(data, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            SameOrNan.Require("albedo", expected, Albedo(data, threads, KernelChoice.Tuned));
        }
    }

    [Theory]
    [MemberData(nameof(SampleCounts))]
    public void Shaded_colours_are_the_kernels(int count)
    {
        var data = new Data(count);
        foreach (Light light in (Light[])[Light.Directional(new Float3(1f, 2f, -0.5f)), Light.Point(new Float3(0.3f, 2f, 1f))])
        {
            CompareShading(data, light, new Lambertian(0.1f, 0.9f));
            CompareShading(data, light, new Textureless(0.25f, 0.75f));
            // Models without a twin run the kernels on a tuned device.
            CompareShading(data, light, default(NormalColour));
            CompareShading(data, light, default(AlbedoOnly));
        }
    }

    [Fact]
    public void Every_vector_width_gives_the_kernels_numbers()
    {
        var data = new Data(45);
        using var threads = new HostThreads(2);
        using var device = new TestDevice();
        float[] expected = Density<SoftplusDensity, LinearBlob>(data, _densities[2], 1, KernelChoice.Portable)[0];
        var args = new DensityKernels.Args
        {
            Raw = device.Upload(data.Raw),
            Positions = device.Upload(data.Positions),
            Sigma = device.Zeros<float>(45),
            Stride = 4,
            BlobDensity = _densities[2].BlobDensity,
            BlobRadius = _densities[2].BlobRadius,
            Gain = _densities[2].Gain,
            Bias = _densities[2].Bias,
            Scale = _densities[2].Scale,
            Bound = _densities[2].Bound,
        };
        DensityWork work = DensityWork.Of(DensityHost.FormulaOf<SoftplusDensity, LinearBlob>(), args, isBackward: 0);
        foreach (Action run in (Action[])
        [
            () => DensityHost.Run<Lanes512, Vector512<float>>(threads, work),
            () => DensityHost.Run<Lanes256, Vector256<float>>(threads, work),
            () => DensityHost.Run<Lanes128, Vector128<float>>(threads, work),
            () => DensityHost.Run<Lanes32, float>(threads, work),
        ])
        {
            args.Sigma.CopyFromCPU(new float[45]);
            run();
            SameOrNan.Require("density", expected, device.Read(args.Sigma));
        }
    }

    private static void CompareDensity<TActivation, TBlob>(Data data, DensityOptions options)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        float[][] expected = Density<TActivation, TBlob>(data, options, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            float[][] actual = Density<TActivation, TBlob>(data, options, threads, KernelChoice.Tuned);
            SameOrNan.Require("density", expected[0], actual[0]);
            SameOrNan.Require("density gradient", expected[1], actual[1]);
        }
    }

    private static float[][] Density<TActivation, TBlob>(Data data, DensityOptions options, int threads, KernelChoice choice)
        where TActivation : struct, IDensityActivation
        where TBlob : struct, IDensityBlob
    {
        using var device = new TestDevice(threads, choice);
        Density<TActivation, TBlob> density = device.Kernels<Density<TActivation, TBlob>>();
        ArrayView<float> raw = device.Upload(data.Raw), sigma = device.Zeros<float>(data.Count);
        // What gradients are added to is not zero, so that overwriting shows.
        ArrayView<float> dLdRaw = device.Upload(data.Raw);
        ArrayView<Float3> positions = device.Upload(data.Positions);
        density.Forward(options, raw, 0, positions, sigma);
        density.Backward(options, raw, 0, positions, device.Upload(data.Upstream), dLdRaw);
        return [device.Read(sigma), device.Read(dLdRaw)];
    }

    private static float[] Albedo(Data data, int threads, KernelChoice choice)
    {
        using var device = new TestDevice(threads, choice);
        ArrayView<Float3> albedo = device.Zeros<Float3>(data.Count);
        device.Kernels<Albedo>().Forward(2f, device.Upload(data.Raw), 1, albedo);
        return device.ReadRows(albedo);
    }

    private static void CompareShading<TModel>(Data data, Light light, TModel model)
        where TModel : unmanaged, IShadingModel
    {
        float[][] expected = Shade(data, light, model, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            float[][] actual = Shade(data, light, model, threads, KernelChoice.Tuned);
            for (int array = 0; array < expected.Length; array++)
            {
                SameOrNan.Require($"array {array}", expected[array], actual[array]);
            }
        }
    }

    private static float[][] Shade<TModel>(Data data, Light light, TModel model, int threads, KernelChoice choice)
        where TModel : unmanaged, IShadingModel
    {
        using var device = new TestDevice(threads, choice);
        var args = new ShadingKernels.Args<TModel>
        {
            Model = model,
            Light = light,
            Positions = device.Upload(data.Positions),
            Albedo = device.Upload(data.Albedo),
            Normals = device.Upload(data.Normals),
            Colours = device.Zeros<Float3>(data.Count),
            DLdColours = device.Upload(data.DLdColours),
            DLdAlbedo = device.Upload(data.Positions),
            DLdNormals = device.Upload(data.Positions),
        };
        Shading<TModel> shading = device.Kernels<Shading<TModel>>();
        shading.Forward(args);
        shading.Backward(args);
        return [device.ReadRows(args.Colours), device.ReadRows(args.DLdAlbedo), device.ReadRows(args.DLdNormals)];
    }

    private sealed class Data
    {
        private readonly Random _random;

        public Data(int count)
        {
            _random = new Random(count);
            Count = count;
            Raw = Uniform(4 * count, 6f);
            // Values that saturate, overflow and are none.
            float[] special = [100f, -100f, 0f, -0f, 20f, float.NaN, float.PositiveInfinity, float.NegativeInfinity];
            for (int i = 0; i < count; i += 5)
            {
                Raw[4 * i + i % 4] = special[i / 5 % special.Length];
            }
            Upstream = Uniform(count, 1f).Select(g => _random.Next(3) == 0 ? 0f : g).ToArray();
            Positions = Vectors(1f);
            Albedo = Vectors(1f);
            Normals = Vectors(1f);
            DLdColours = Vectors(1f);
            if (count > 4)
            {
                Positions[2] = new Float3(float.NaN, 0f, 0f);
                Normals[1] = Float3.Zero;
                Normals[3] = new Float3(0f, float.NaN, 0f);
                DLdColours[4] = new Float3(float.NaN, 1f, 1f);
            }
        }

        public int Count { get; }

        public float[] Raw { get; }

        public float[] Upstream { get; }

        public Float3[] Positions { get; }

        public Float3[] Albedo { get; }

        public Float3[] Normals { get; }

        public Float3[] DLdColours { get; }

        private float[] Uniform(int length, float bound)
            => Enumerable.Range(0, length).Select(_ => ((2f * _random.NextSingle()) - 1f) * bound).ToArray();

        private Float3[] Vectors(float bound)
        {
            float[] values = Uniform(3 * Count, bound);
            return Enumerable.Range(0, Count).Select(i => new Float3(values[3 * i], values[3 * i + 1], values[3 * i + 2])).ToArray();
        }
    }
}
