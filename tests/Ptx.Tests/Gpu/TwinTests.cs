using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Bench.Gpu.Twins;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Ptx.Tests.Interpreter;
using ILGPU;
using Xunit;

namespace DreamFusion.Ptx.Tests.Gpu;

/// <summary>
/// The CUDA C++ twins (bench/Gpu/Twins), compiled by clang to the PTX in tests/Golden/twins and run by the interpreter, launched as the benchmark launches them: the same numbers as
/// our kernels, which the CPU accelerator runs as C#. Sums and products may be contracted in one of them only.
/// </summary>
public sealed class TwinTests
{
    private const int Samples = 75;
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(75, false)]
    [InlineData(80, true)]
    [InlineData(90, false)]
    [InlineData(90, true)]
    public void TheHashGridsAreTheSame(int architecture, bool isHalf)
    {
        var options = new HashGridOptions { LevelCount = 4, Log2TableSize = 9, BaseResolution = 5, PerLevelScale = 4, PositionScale = 0.5f, PositionOffset = 0.4f };
        var layout = new HashGridLayout(options);
        Assert.Contains(layout.Levels, level => level.Resolution > 256);
        Assert.Contains(layout.Levels, level => level.IsDense != 0);
        var random = new Random(2);
        double[] table = GpuLaunch.Uniform(random, layout.ParameterCount, 1);
        double[] upstream = GpuLaunch.Uniform(random, Samples * options.FeatureCount, 1);
        // Some samples without a gradient, and some outside of the cube.
        Array.Clear(upstream, 16 * options.FeatureCount, 9 * options.FeatureCount);
        double[] positions = [.. Enumerable.Range(0, Samples).SelectMany(i => new[] { -0.9 + (0.026 * i), 0.9 - (0.011 * i), 0.2 + (0.007 * i) })];
        using var launch = new GpuLaunch(architecture);
        HashGrid<LinearInterpolation> grid = launch.Own(HashGrid<LinearInterpolation>.Load(launch.Accelerator, null, new GpuTuning(false, isHalf)));
        ArrayView<float> features = launch.Filled(upstream.Length, float.NaN);
        ArrayView<float> gradient = launch.Filled(table.Length, 0f);
        grid.Encode(options, options.LevelCount, launch.Upload(table), launch.UploadVectors(positions), features);
        grid.BackwardTable(options, options.LevelCount, launch.UploadVectors(positions), launch.Upload(upstream), gradient);

        var twins = new Twins(architecture);
        var twin = new GridTwin(layout, Samples, twins.Add<HashGridLevel>([.. layout.Levels]), twins.AddFloats(positions));
        long twinFeatures = twins.Add(Enumerable.Repeat(float.NaN, upstream.Length).ToArray());
        long twinGradient = twins.Add(new float[table.Length]);
        long twinTable = twins.AddFloats(table);
        long words = twins.Add(new uint[layout.EntryCount]);
        long cotangent = twins.AddFloats(upstream);
        twins.Run(isHalf
            ?
            [
                twin.Pack(twinTable, words), twin.Encode(words, true, twinFeatures),
                .. twin.BackwardHalf(cotangent, twinGradient, twins.Add(new uint[layout.EntryCount]), twins.Add(new float[options.LevelCount])),
            ]
            : [twin.Encode(twinTable, false, twinFeatures), .. twin.Backward(cotangent, twinGradient)]);
        AssertClose(GpuLaunch.Read(features), twins.Read(twinFeatures), Tolerance);
        // Sums of 16 bits depend on their order.
        AssertClose(GpuLaunch.Read(gradient), twins.Read(twinGradient), isHalf ? 2e-3 : Tolerance);
    }

    [Theory]
    [InlineData(75)]
    [InlineData(80)]
    public void TheNetworksAreTheSame(int architecture)
    {
        var options = new MlpOptions { OutputCount = 16 };
        var random = new Random(4);
        double[] parameters = GpuLaunch.Uniform(random, options.ParameterCount, 0.3);
        double[] input = GpuLaunch.Uniform(random, Samples * options.InputCount, 1);
        double[] upstream = GpuLaunch.Uniform(random, Samples * options.OutputCount, 1e-6);
        using var launch = new GpuLaunch(architecture);
        FusedMlp<Relu> mlp = launch.Own(FusedMlp<Relu>.Load(launch.Accelerator, null, new GpuTuning(false)));
        ArrayView<float> output = launch.Filled(upstream.Length, float.NaN);
        ArrayView<float> gradient = launch.Filled(parameters.Length, 0f);
        ArrayView<float> inputGradient = launch.Filled(input.Length, 1f);
        mlp.Forward(options, launch.Upload(parameters), launch.Upload(input), output);
        mlp.Backward(
            options, launch.Upload(parameters), launch.Upload(input), launch.Upload(upstream), gradient, inputGradient,
            launch.Filled((int)FusedMlp<Relu>.ScratchLength(options), float.NaN));

        var twins = new Twins(architecture);
        var twin = new MlpTwin(Samples, twins.AddFloats(parameters), twins.AddFloats(input));
        Assert.Equal(MlpTwin.ParameterCount, options.ParameterCount);
        long twinOutput = twins.Add(Enumerable.Repeat(float.NaN, upstream.Length).ToArray());
        long twinGradient = twins.Add(new float[parameters.Length]);
        long twinInputGradient = twins.Add(Enumerable.Repeat(1f, input.Length).ToArray());
        long partials = twins.Add(Enumerable.Repeat(float.NaN, twin.Groups * parameters.Length).ToArray());
        twins.Run([twin.Forward(twinOutput), .. twin.Backward(twins.AddFloats(upstream), twinInputGradient, partials, twins.Add(new uint[1]), twinGradient)]);
        AssertClose(GpuLaunch.Read(output), twins.Read(twinOutput), Tolerance);
        AssertClose(GpuLaunch.Read(gradient), twins.Read(twinGradient), Tolerance);
        AssertClose(GpuLaunch.Read(inputGradient), twins.Read(twinInputGradient), Tolerance);
    }

    private static void AssertClose(float[] ours, float[] twins, double tolerance)
    {
        double error = GpuLaunch.Error(Array.ConvertAll(ours, value => (double)value), twins);
        Assert.True(error <= tolerance, $"{error}");
        Assert.Contains(ours, value => value != 0f);
    }

    /// <summary>Memory and programs of the twins.</summary>
    private sealed class Twins(int architecture)
    {
        private readonly DeviceMemory _memory = new();
        private readonly List<DeviceBuffer> _buffers = [];

        public long AddFloats(double[] values) => Add(Array.ConvertAll(values, value => (float)value));

        public long Add<T>(T[] values)
            where T : unmanaged
        {
            _buffers.Add(_memory.Add((ulong)(_buffers.Count + 1) << 28, MemoryMarshal.AsBytes<T>(values).ToArray()));
            return (long)_buffers[^1].Address;
        }

        public float[] Read(long address) => MemoryMarshal.Cast<byte, float>(_buffers.Single(buffer => (long)buffer.Address == address).Bytes).ToArray();

        public void Run(IEnumerable<TwinLaunch> launches)
        {
            foreach (TwinLaunch launch in launches)
            {
                new Machine(PtxParser.Parse(Text(launch.Entry)), _memory, launch.Arguments)
                    .Launch((launch.GridX, launch.GridY, 1), (TwinLaunch.GroupSize, 1, 1), launch.SharedBytes);
            }
        }

        // The parser takes one entry point: the head of the file and the kernel.
        private string Text(string entry)
        {
            string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "twins", $"twins.sm_{architecture}.ptx"));
            string[] parts = text.Split(".visible .entry ");
            return $"{parts[0]}.visible .entry {parts.Single(part => part.StartsWith(entry + "(", StringComparison.Ordinal))}";
        }
    }
}
