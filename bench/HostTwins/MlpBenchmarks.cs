using System;
using System.Threading.Tasks;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Bench.Baselines;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Mlp;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.HostTwins;

/// <summary>
/// The passes of a network over 8,192 rows: kernels as written and host twins on as many threads; for the forward pass also plain C# and the same number
/// of floating-point operations as bare multiply-adds, whose time is the floor, both split among the same number of threads. Targets for 32-64-64-4 forward: at most 1/0.6 of the floor, 30
/// times faster than plain C#.
/// </summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams, BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public unsafe class MlpBenchmarks
{
    private const int RowCount = 8192;

    private TwinDevices _devices = null!;
    private IFusedMlp _portable = null!;
    private IFusedMlp _tuned = null!;
    private MlpOptions _options = null!;
    private ArrayView<float> _parameters;
    private ArrayView<float> _input;
    private ArrayView<float> _output;
    private ArrayView<float> _dLdOutput;
    private ArrayView<float> _dLdInput;
    private ArrayView<float> _dLdParameters;
    private ArrayView<float> _gradient;
    private ArrayView<float> _scratch;

    [Params("12-32-4", "32-64-64-4", "32-64-64-4 SiLU")]
    public string Network { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create(Threads);
        _options = Network switch
        {
            "12-32-4" => MlpOptions.Toybox,
            "32-64-64-4" => new MlpOptions { HasBias = false },
            _ => new MlpOptions { HasBias = false, HiddenActivation = HiddenActivation.Silu },
        };
        bool isSilu = _options.HiddenActivation == HiddenActivation.Silu;
        _portable = isSilu ? _devices.Portable.Kernels<FusedMlp<Silu>>() : _devices.Portable.Kernels<FusedMlp<Relu>>();
        _tuned = isSilu ? _devices.Tuned.Kernels<FusedMlp<Silu>>() : _devices.Tuned.Kernels<FusedMlp<Relu>>();
        _parameters = _devices.Uniform(_options.ParameterCount, 0.2f);
        _input = _devices.Uniform(RowCount * _options.InputCount);
        _output = _devices.Uniform(RowCount * _options.OutputCount);
        _dLdOutput = _devices.Uniform(RowCount * _options.OutputCount);
        _dLdInput = _devices.Uniform(RowCount * _options.InputCount);
        _dLdParameters = _devices.Uniform(_options.ParameterCount);
        _gradient = _devices.Uniform(RowCount * _options.InputCount);
        _scratch = _devices.Uniform(FusedMlp<Relu>.ScratchLength(_options));
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("1 forward")]
    public void ForwardPortable() => _portable.Forward(_options, _parameters, _input, _output);

    [Benchmark]
    [BenchmarkCategory("1 forward")]
    public void ForwardTuned() => _tuned.Forward(_options, _parameters, _input, _output);

    /// <summary>Plain C# for 32-64-64-4 without biases, whichever network is chosen.</summary>
    [Benchmark]
    [BenchmarkCategory("1 forward")]
    public void ForwardPlain()
    {
        if (_options.Width == 64)
        {
            int rows = RowCount / Threads;
            Split(thread => PointerLoops.Mlp(
                At(_input) + (thread * rows * _options.InputCount), At(_parameters), At(_output) + (thread * rows * _options.OutputCount), rows));
        }
    }

    [Benchmark]
    [BenchmarkCategory("1 forward")]
    public void ForwardFloor()
    {
        double products = ((double)_options.InputCount * _options.Width)
            + ((_options.HiddenLayers - 1d) * _options.Width * _options.Width) + ((double)_options.Width * _options.OutputCount);
        Split(_ => MachinePeaks.MultiplyAdds(2 * products * RowCount / Threads));
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("2 backward")]
    public void BackwardPortable() => _portable.Backward(_options, _parameters, _input, _dLdOutput, _dLdParameters, _dLdInput, _scratch);

    [Benchmark]
    [BenchmarkCategory("2 backward")]
    public void BackwardTuned() => _tuned.Backward(_options, _parameters, _input, _dLdOutput, _dLdParameters, _dLdInput, _scratch);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("3 input gradient")]
    public void InputGradientPortable() => _portable.InputGradient(_options, _parameters, _input, 0, _gradient);

    [Benchmark]
    [BenchmarkCategory("3 input gradient")]
    public void InputGradientTuned() => _tuned.InputGradient(_options, _parameters, _input, 0, _gradient);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("4 input gradient backward")]
    public void InputGradientBackwardPortable()
        => _portable.InputGradientBackward(_options, _parameters, _input, 0, _gradient, _dLdParameters, _scratch);

    [Benchmark]
    [BenchmarkCategory("4 input gradient backward")]
    public void InputGradientBackwardTuned()
        => _tuned.InputGradientBackward(_options, _parameters, _input, 0, _gradient, _dLdParameters, _scratch);

    private void Split(Action<int> work)
    {
        if (Threads == 1)
        {
            work(0);
        }
        else
        {
            Parallel.For(0, Threads, work);
        }
    }

    private static float* At(ArrayView<float> view) => (float*)view.LoadEffectiveAddressAsPtr();
}
