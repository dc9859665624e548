using System;
using System.Linq;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Composite;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Composite;

/// <summary>The host twin against the kernels: the same numbers, not close ones.</summary>
public sealed class AlphaCompositeHostTests
{
    private static readonly int[][] _counts =
    [
        [],
        [0, 0, 0],
        [1],
        [3, 0, 1, 2, 4],
        [7, 8, 9, 15, 16, 17, 31, 32, 33],
        [63, 64, 65, 127, 128, 129, 200],
        .. Enumerable.Range(0, 3).Select(k => Enumerable.Range(0, 97 + k).Select(ray => (ray * 37 + k) % 41).ToArray()),
    ];

    public static TheoryData<int, int> ScenesAndOutputs()
    {
        var data = new TheoryData<int, int>();
        for (int scene = 0; scene < _counts.Length; scene++)
        {
            data.Add(scene, -1);
        }
        for (int output = 0; output < Outputs.Count; output++)
        {
            data.Add(4, output);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(ScenesAndOutputs))]
    public void Both_passes_give_the_kernels_numbers(int scene, int leftOut)
    {
        var data = new Data(_counts[scene], leftOut);
        float[][] expected = Run(data, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            RequireSame(expected, Run(data, threads, KernelChoice.Tuned));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Every_vector_width_gives_the_kernels_numbers(int scene)
    {
        var data = new Data(_counts[scene], -1);
        float[][] expected = Run(data, 2, KernelChoice.Portable);
        using var threads = new HostThreads(2);
        RequireSame(expected, Run(
            data, a => AlphaCompositeHost.Forward<Lanes512, Vector512<float>>(threads, a), a => AlphaCompositeHost.Backward<Lanes512, Vector512<float>>(threads, a)));
        RequireSame(expected, Run(
            data, a => AlphaCompositeHost.Forward<Lanes256, Vector256<float>>(threads, a), a => AlphaCompositeHost.Backward<Lanes256, Vector256<float>>(threads, a)));
        RequireSame(expected, Run(
            data, a => AlphaCompositeHost.Forward<Lanes128, Vector128<float>>(threads, a), a => AlphaCompositeHost.Backward<Lanes128, Vector128<float>>(threads, a)));
        RequireSame(expected, Run(
            data, a => AlphaCompositeHost.Forward<Lanes32, float>(threads, a), a => AlphaCompositeHost.Backward<Lanes32, float>(threads, a)));
    }

    // NaN and infinity anywhere must come out where the kernel lets them out, not be lost in a lane.
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e30f)]
    [InlineData(-1f)]
    public void What_is_not_finite_comes_out_where_the_kernel_lets_it(float value)
    {
        foreach (int at in (int[])[0, 5, 20, 37])
        {
            var data = new Data(_counts[4], -1);
            data.Densities[at] = value;
            data.Colours[at] = new Float3(0.5f, value, 0.25f);
            float[][] expected = Run(data, 2, KernelChoice.Portable);
            float[][] actual = Run(data, 2, KernelChoice.Tuned);
            Assert.Contains(expected, array => array.Any(v => !float.IsFinite(v)) || float.IsFinite(value));
            RequireSame(expected, actual);
        }
    }

    [Fact]
    public void Rays_may_own_their_samples_in_any_order()
    {
        var data = new Data(_counts[5], -1);
        Array.Reverse(data.Ranges);
        RequireSame(Run(data, 1, KernelChoice.Portable), Run(data, 2, KernelChoice.Tuned));
    }

    private static void RequireSame(float[][] expected, float[][] actual)
    {
        for (int array = 0; array < expected.Length; array++)
        {
            SameOrNan.Require($"array {array}", expected[array], actual[array]);
        }
    }

    private static float[][] Run(Data data, int threads, KernelChoice choice)
    {
        using var device = new TestDevice(threads, choice);
        AlphaComposite composite = device.Kernels<AlphaComposite>();
        return data.Run(device, a => composite.Forward(a), a => composite.Backward(a));
    }

    private static float[][] Run(Data data, Action<AlphaCompositeKernels.Args> forward, Action<AlphaCompositeKernels.Args> backward)
    {
        using var device = new TestDevice();
        return data.Run(device, forward, backward);
    }

    private static class Outputs
    {
        public const int Count = 9;
    }

    private sealed class Data
    {
        private readonly Random _random = new(3);
        private readonly int _leftOut;

        public Data(int[] counts, int leftOut)
        {
            _leftOut = leftOut;
            Ranges = new SampleRange[counts.Length];
            int samples = 0;
            for (int ray = 0; ray < counts.Length; ray++)
            {
                Ranges[ray] = new SampleRange { Offset = samples, Count = counts[ray] };
                samples += counts[ray];
            }
            // Every third ray thin, every third with samples of no density, every third opaque after a while.
            Densities = Uniform(samples, 0, 1);
            for (int ray = 0; ray < counts.Length; ray++)
            {
                for (int i = Ranges[ray].Offset; i < Ranges[ray].Offset + counts[ray]; i++)
                {
                    Densities[i] *= (ray % 3) switch { 0 => 0.5f, 1 => _random.Next(2) * 4f, _ => 20f };
                }
            }
            Colours = Vectors(samples);
        }

        public SampleRange[] Ranges { get; }

        public float[] Densities { get; }

        public Float3[] Colours { get; }

        public float[][] Run(TestDevice device, Action<AlphaCompositeKernels.Args> forward, Action<AlphaCompositeKernels.Args> backward)
        {
            var random = new Random(4);
            int rays = Ranges.Length, samples = Densities.Length;
            var args = new AlphaCompositeKernels.Args
            {
                Ranges = device.Upload(Ranges),
                Densities = device.Upload(Densities),
                Lengths = device.Upload(Uniform(random, samples, 0.02f, 0.2f)),
                Distances = device.Upload(Uniform(random, samples, 2, 4)),
                Colours = device.Upload(Colours),
                Normals = device.Upload(Vectors(random, samples)),
                Backgrounds = device.Upload(Vectors(random, rays)),
                Image = device.Zeros<Float3>(rays),
                Opacity = device.Zeros<float>(rays),
                Depth = device.Zeros<float>(rays),
                NormalImage = Unless(0, device.Zeros<Float3>(rays)),
                Weights = device.Upload(Enumerable.Repeat(float.NaN, samples).ToArray()),
                Transmittance = device.Zeros<float>(rays),
                UsedCounts = device.Zeros<int>(rays),
                DLdImage = Unless(1, device.Upload(Vectors(random, rays))),
                DLdOpacity = Unless(2, device.Upload(Uniform(random, rays, -1, 1))),
                DLdDepth = Unless(3, device.Upload(Uniform(random, rays, -1, 1))),
                DLdNormalImage = Unless(4, device.Upload(Vectors(random, rays))),
                DLdWeights = Unless(5, device.Upload(Uniform(random, samples, -1, 1))),
                // What gradients are added to is not zero, so that overwriting shows.
                DLdDensities = Unless(6, device.Upload(Uniform(random, samples, -1, 1))),
                DLdColours = Unless(7, device.Upload(Vectors(random, samples))),
                DLdNormals = Unless(8, device.Upload(Vectors(random, samples))),
                DLdBackgrounds = device.Upload(Vectors(random, rays)),
            };
            if (rays > 0)
            {
                forward(args);
                backward(args);
            }
            return
            [
                device.ReadRows(args.Image), device.Read(args.Opacity), device.Read(args.Depth), device.ReadRows(args.NormalImage),
                device.Read(args.Weights), device.Read(args.Transmittance), Array.ConvertAll(device.Read(args.UsedCounts), n => (float)n),
                device.Read(args.DLdDensities), device.ReadRows(args.DLdColours), device.ReadRows(args.DLdNormals), device.ReadRows(args.DLdBackgrounds),
            ];
        }

        private ArrayView<T> Unless<T>(int output, ArrayView<T> view)
            where T : unmanaged => output == _leftOut ? default : view;

        private float[] Uniform(int length, float low, float high) => Uniform(_random, length, low, high);

        private Float3[] Vectors(int length) => Vectors(_random, length);

        private static float[] Uniform(Random random, int length, float low, float high)
        {
            var values = new float[length];
            for (int i = 0; i < length; i++)
            {
                values[i] = low + (high - low) * random.NextSingle();
            }
            return values;
        }

        private static Float3[] Vectors(Random random, int length)
        {
            float[] values = Uniform(random, 3 * length, -1, 1);
            var vectors = new Float3[length];
            for (int i = 0; i < length; i++)
            {
                vectors[i] = new Float3(values[3 * i], values[3 * i + 1], values[3 * i + 2]);
            }
            return vectors;
        }
    }
}
