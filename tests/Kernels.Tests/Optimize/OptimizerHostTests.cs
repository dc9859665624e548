using System;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Kernels.Tests.Optimize;

/// <summary>The host twins of the optimisers against the kernels: the same numbers, not close ones.</summary>
public class OptimizerHostTests
{
    public static TheoryData<int, bool> LengthsAndDecay()
    {
        var data = new TheoryData<int, bool>();
        foreach (int length in (int[])[1, 7, 8, 9, 8191, 8192, 20001])
        {
            data.Add(length, length % 2 == 0);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(LengthsAndDecay))]
    public void Adam_gives_the_kernels_numbers(int length, bool decoupled)
    {
        float[][] expected = RunAdam(length, decoupled, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            RequireSame(expected, RunAdam(length, decoupled, threads, KernelChoice.Tuned));
        }
    }

    [Theory]
    [MemberData(nameof(LengthsAndDecay))]
    public void Adan_gives_the_kernels_numbers(int length, bool proximal)
    {
        float[][] expected = RunAdan(length, proximal, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            RequireSame(expected, RunAdan(length, proximal, threads, KernelChoice.Tuned));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(100_003)]
    public void Inspection_gives_the_kernels_numbers(int length)
    {
        float[] finite = Uniform(new Random(length), length);
        float[] damaged = [.. finite];
        damaged[length / 2] = float.NaN;
        damaged[length - 1] = float.NegativeInfinity;
        foreach (float[] gradients in (float[][])[finite, damaged])
        {
            using var portable = new TestDevice(2);
            OptimizerReport expected = portable.Kernels<GradientInspection>().Inspect(portable.Upload(gradients), 1);
            foreach (int threads in (int[])[1, 2, 4])
            {
                using var device = new TestDevice(threads, KernelChoice.Tuned);
                Assert.Equal(expected, device.Kernels<GradientInspection>().Inspect(device.Upload(gradients), 1));
            }
        }
    }

    // The kernels zero the gradients they read; what lies between, before and behind the groups must be zero as well.
    [Theory]
    [InlineData(KernelChoice.Portable)]
    [InlineData(KernelChoice.Tuned)]
    public void No_gradient_is_left_between_groups(KernelChoice choice)
    {
        OptimizerGroup[] groups = [new(70, 20, 1e-3), new(10, 13, 1e-3), new(23, 7, 0), new(50, 0, 1e-3)];
        float[] values = Uniform(new Random(9), 100);
        using var device = new TestDevice(2, choice);
        ArrayView<float> forAdam = device.Upload(values), forAdan = device.Upload(values);
        ArrayView<float> parameters = device.Upload(values);
        device.Kernels<Adam>().Step(
            new AdamOptions(), groups, 1, parameters, forAdam, device.Zeros<float>(100), device.Zeros<float>(100));
        Assert.All(device.Read(forAdam), g => Assert.Equal(0f, g));
        float[] updated = device.Read(parameters);
        Assert.Equal(values[30..70], updated[30..70]);
        Assert.NotEqual(values[10..23], updated[10..23]);
        var state = new AdanState(device.Zeros<float>(100), device.Zeros<float>(100), device.Zeros<float>(100), device.Zeros<float>(100));
        device.Kernels<Adan>().Step(new AdanOptions(), groups, 1, parameters, forAdan, state);
        Assert.All(device.Read(forAdan), g => Assert.Equal(0f, g));
    }

    [Fact]
    public void Every_vector_width_gives_the_kernels_numbers()
    {
        using var threads = new HostThreads(2);
        float[][] expected = UpdateOnce((a, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                AdamKernels.Update(i, a);
            }
        });
        RequireSame(expected, UpdateOnce((a, count) => ParameterSweep.Run<AdamSweep, Lanes512, Vector512<float>>(threads, count, AdamSweep.Of(a))));
        RequireSame(expected, UpdateOnce((a, count) => ParameterSweep.Run<AdamSweep, Lanes256, Vector256<float>>(threads, count, AdamSweep.Of(a))));
        RequireSame(expected, UpdateOnce((a, count) => ParameterSweep.Run<AdamSweep, Lanes128, Vector128<float>>(threads, count, AdamSweep.Of(a))));
        RequireSame(expected, UpdateOnce((a, count) => ParameterSweep.Run<AdamSweep, Lanes32, float>(threads, count, AdamSweep.Of(a))));
    }

    private static float[][] UpdateOnce(Action<AdamKernels.UpdateArgs, int> update)
    {
        using var device = new TestDevice(1);
        var random = new Random(5);
        const int Count = 1003;
        var args = new AdamKernels.UpdateArgs
        {
            Parameters = device.Upload(Uniform(random, Count)),
            Gradients = device.Upload(Uniform(random, Count)),
            FirstMoments = device.Upload(Uniform(random, Count)),
            SecondMoments = device.Upload(Array.ConvertAll(Uniform(random, Count), Math.Abs)),
            Beta1 = 0.9f,
            Beta2 = 0.99f,
            Epsilon = 1e-15f,
            StepSize = 0.01f,
            SecondMomentCorrection = 3f,
            ClipFactor = 0.7f,
            GradientDecay = 0.01f,
            ParameterFactor = 0.999f,
        };
        update(args, Count);
        return [device.Read(args.Parameters), device.Read(args.FirstMoments), device.Read(args.SecondMoments)];
    }

    private static float[][] RunAdam(int length, bool decoupled, int threads, KernelChoice choice)
    {
        using var device = new TestDevice(threads, choice);
        var random = new Random(length);
        OptimizerGroup[] groups = Groups(length);
        var options = new AdamOptions { DecoupledWeightDecay = decoupled, MaxGradientNorm = 5 };
        ArrayView<float> parameters = device.Upload(Uniform(random, length));
        ArrayView<float> first = device.Zeros<float>(length);
        ArrayView<float> second = device.Zeros<float>(length);
        ArrayView<float> gradients = device.Zeros<float>(length);
        for (int step = 1; step <= 3; step++)
        {
            gradients.CopyFromCPU(Uniform(random, length));
            Assert.True(device.Kernels<Adam>().Step(options, groups, step, parameters, gradients, first, second).Applied);
        }
        return [device.Read(parameters), device.Read(gradients), device.Read(first), device.Read(second)];
    }

    private static float[][] RunAdan(int length, bool proximal, int threads, KernelChoice choice)
    {
        using var device = new TestDevice(threads, choice);
        var random = new Random(length);
        OptimizerGroup[] groups = Groups(length);
        var options = new AdanOptions { ProximalWeightDecay = proximal };
        ArrayView<float> parameters = device.Upload(Uniform(random, length));
        ArrayView<float> gradients = device.Zeros<float>(length);
        var state = new AdanState(
            device.Zeros<float>(length), device.Zeros<float>(length), device.Zeros<float>(length), device.Zeros<float>(length));
        for (int step = 1; step <= 3; step++)
        {
            gradients.CopyFromCPU(Uniform(random, length));
            Assert.True(device.Kernels<Adan>().Step(options, groups, step, parameters, gradients, state).Applied);
        }
        return
        [
            device.Read(parameters), device.Read(gradients), device.Read(state.FirstMoments), device.Read(state.DifferenceMoments),
            device.Read(state.SecondMoments), device.Read(state.PreviousGradients),
        ];
    }

    // Two groups with settings of their own, the last parameter in neither where there are enough.
    private static OptimizerGroup[] Groups(int length)
    {
        int first = length / 3;
        int rest = Math.Max(0, length - first - 1);
        return [new OptimizerGroup(0, first, 1e-2, 0.1), new OptimizerGroup(first, rest, 1e-3, 0)];
    }

    private static float[] Uniform(Random random, int length) => Array.ConvertAll(RandomArrays.Uniform(random, length, -1, 1), v => (float)v);

    private static void RequireSame(float[][] expected, float[][] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Same.Require($"array {i}", expected[i], actual[i]);
        }
    }
}
