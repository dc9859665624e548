using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Kernels.Tests.Optimize;

/// <summary>
/// A gradient that is not finite, for every optimiser, as kernel and as host twin: the step reports it and leaves no trace, so that
/// the run goes on as if that step had not been.
/// </summary>
public sealed class RefusedStepTests
{
    private const int Length = 4103;

    public enum Method
    {
        Adam,
        Adan,
        Shampoo,
    }

    public static TheoryData<Method, KernelChoice, float, int> Cases
    {
        get
        {
            var data = new TheoryData<Method, KernelChoice, float, int>();
            foreach (Method method in Enum.GetValues<Method>())
            {
                foreach (KernelChoice choice in Enum.GetValues<KernelChoice>())
                {
                    // At the start, between the groups, and at the end, where vectors leave a rest.
                    data.Add(method, choice, float.NaN, 0);
                    data.Add(method, choice, float.PositiveInfinity, 2050);
                    data.Add(method, choice, float.NegativeInfinity, Length - 1);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AStepThatIsNotFiniteIsReportedAndLeavesNoTrace(Method method, KernelChoice choice, float bad, int at)
    {
        using Run run = new(method, choice), undisturbed = new(method, choice);
        double[] first = Gradient(1), second = Gradient(2);
        Assert.True(run.Step(1, first).Applied);
        Assert.True(undisturbed.Step(1, first).Applied);
        float[] before = run.Everything();
        second[at] = bad;
        OptimizerReport report = run.Step(2, second);
        Assert.Equal((false, 1L), (report.Applied, report.NonFiniteCount));
        Assert.Equal(before, run.Everything());
        Assert.All(run.Gradients(), g => Assert.Equal(0f, g));
        Assert.True(run.Step(2, Gradient(3)).Applied);
        Assert.True(undisturbed.Step(2, Gradient(3)).Applied);
        Assert.Equal(undisturbed.Everything(), run.Everything());
    }

    private static double[] Gradient(int seed) => RandomArrays.Uniform(new Random(seed), Length, -1, 1);

    private sealed class Run : IDisposable
    {
        private static readonly OptimizerGroup[] _groups = [new(0, 2048, 1e-2, 1e-3), new(2051, 2052, 1e-3)];
        private static readonly AdamOptions _adam = new() { MaxGradientNorm = 3 };
        private static readonly AdanOptions _adan = new();

        private readonly Method _method;
        private readonly TestDevice _device;
        private readonly ArrayView<float> _parameters;
        private readonly ArrayView<float> _gradients;
        private readonly ArrayView<float>[] _state;
        private readonly ShampooState _shampoo;

        public Run(Method method, KernelChoice choice)
        {
            _method = method;
            _device = new TestDevice(2, choice);
            _parameters = _device.Upload(RandomArrays.Uniform(new Random(9), Length, -1, 1));
            _gradients = _device.Zeros<float>(Length);
            _state = [.. Enumerable.Range(0, 4).Select(_ => _device.Zeros<float>(Length))];
            _shampoo = new ShampooState(_device.Accelerator, new ShampooOptions { PlainSteps = 0, BlockSize = 32 }, [new(64, 32), new(54, 38)]);
        }

        public OptimizerReport Step(int step, double[] gradient)
        {
            _gradients.CopyFromCPU(Array.ConvertAll(gradient, g => (float)g));
            return _method switch
            {
                Method.Adam => _device.Kernels<Adam>().Step(_adam, _groups, step, _parameters, _gradients, _state[0], _state[1]),
                Method.Adan => _device.Kernels<Adan>().Step(_adan, _groups, step, _parameters, _gradients, new AdanState(_state[0], _state[1], _state[2], _state[3])),
                _ => _device.Kernels<Shampoo>().Step(_shampoo, _groups, step, _parameters, _gradients),
            };
        }

        public float[] Gradients() => _device.Read(_gradients);

        public float[] Everything()
        {
            IEnumerable<float> all = _device.Read(_parameters);
            all = _state.Aggregate(all, (values, view) => values.Concat(_device.Read(view)));
            return [.. all, .. _device.Read(_shampoo.Momenta), .. _device.Read(_shampoo.Statistics), .. _device.Read(_shampoo.Roots)];
        }

        public void Dispose()
        {
            _shampoo.Dispose();
            _device.Dispose();
        }
    }
}
