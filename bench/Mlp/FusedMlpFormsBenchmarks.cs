using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Autodiff;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Mlp;
using ILGPU;

namespace DreamFusion.Bench.Mlp;

/// <summary>
/// Fused networks of further forms, 1,024 rows, one thread, per row: SiLU, the narrowest and the widest, few and many layers.
/// </summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams, BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class FusedMlpFormsBenchmarks
{
    private const int RowCount = 1024;

    private TwinDevices _devices = null!;
    private MlpOptions _options = null!;
    private IFusedMlp _portable = null!;
    private IFusedMlp _tuned = null!;
    private ArrayView<float> _parameters;
    private ArrayView<float> _input;
    private ArrayView<float> _output;
    private ArrayView<float> _dLdOutput;
    private ArrayView<float> _dLdInput;
    private ArrayView<float> _dLdParameters;
    private ArrayView<float> _gradient;
    private ArrayView<float> _scratch;

    [Params("32-64-64-4 SiLU", "32-16-4 ReLU", "32-4x128-4 ReLU")]
    public string Network { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        _options = Network switch
        {
            "32-64-64-4 SiLU" => new MlpOptions { HiddenActivation = HiddenActivation.Silu },
            "32-16-4 ReLU" => new MlpOptions { Width = 16, HiddenLayers = 1 },
            _ => new MlpOptions { Width = 128, HiddenLayers = 4 },
        };
        _portable = Load(_devices.Portable);
        _tuned = Load(_devices.Tuned);
        _parameters = _devices.Uniform(_options.ParameterCount, 0.2f);
        _input = _devices.Uniform(RowCount * _options.InputCount);
        _output = _devices.Uniform(RowCount * _options.OutputCount);
        _dLdOutput = _devices.Uniform(RowCount * _options.OutputCount);
        _dLdInput = _devices.Uniform(RowCount * _options.InputCount);
        _dLdParameters = _devices.Uniform(_options.ParameterCount);
        _gradient = _devices.Uniform(RowCount * _options.InputCount);
        _scratch = _devices.Uniform((int)FusedMlp<Relu>.ScratchLength(_options));
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = RowCount)]
    [BenchmarkCategory("1 forward")]
    public void ForwardPortable() => _portable.Forward(_options, _parameters, _input, _output);

    [Benchmark(OperationsPerInvoke = RowCount)]
    [BenchmarkCategory("1 forward")]
    public void ForwardTuned() => _tuned.Forward(_options, _parameters, _input, _output);

    [Benchmark(Baseline = true, OperationsPerInvoke = RowCount)]
    [BenchmarkCategory("2 backward")]
    public void BackwardPortable() => Backward(_portable);

    [Benchmark(OperationsPerInvoke = RowCount)]
    [BenchmarkCategory("2 backward")]
    public void BackwardTuned() => Backward(_tuned);

    [Benchmark(Baseline = true, OperationsPerInvoke = RowCount)]
    [BenchmarkCategory("3 input gradient backward")]
    public void InputGradientBackwardPortable() => InputGradientBackward(_portable);

    [Benchmark(OperationsPerInvoke = RowCount)]
    [BenchmarkCategory("3 input gradient backward")]
    public void InputGradientBackwardTuned() => InputGradientBackward(_tuned);

    private void Backward(IFusedMlp mlp) => mlp.Backward(_options, _parameters, _input, _dLdOutput, _dLdParameters, _dLdInput, _scratch);

    private void InputGradientBackward(IFusedMlp mlp)
        => mlp.InputGradientBackward(_options, _parameters, _input, 0, _gradient, _dLdParameters, _scratch, mlp.IsPiecewiseLinear ? default : _dLdInput);

    private IFusedMlp Load(DeviceContext device)
        => _options.HiddenActivation == HiddenActivation.Silu ? device.Kernels<FusedMlp<Silu>>() : device.Kernels<FusedMlp<Relu>>();
}
