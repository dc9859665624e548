using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Mlp;
using ILGPU;

namespace DreamFusion.Bench.Mlp;

/// <summary>The activations of a network's four outputs for 65,536 samples, one thread, per sample.</summary>
[Config(typeof(FamilyConfig))]
public class OutputLayerBenchmarks
{
    private const int OutputCount = 4;

    private MarchedScene _scene = null!;
    private IOutputLayer _layer = null!;
    private ArrayView<float> _preactivations;
    private ArrayView<float> _outputs;
    private ArrayView<float> _dLdOutputs;
    private ArrayView<float> _dLdPreactivations;

    [Params(OutputActivation.Sigmoid, OutputActivation.Softplus, OutputActivation.Exp)]
    public OutputActivation Activation { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create();
        _layer = Activation switch
        {
            OutputActivation.Sigmoid => _scene.Devices.Portable.Kernels<OutputLayer<SigmoidOutput>>(),
            OutputActivation.Softplus => _scene.Devices.Portable.Kernels<OutputLayer<SoftplusOutput>>(),
            _ => _scene.Devices.Portable.Kernels<OutputLayer<ExpOutput>>(),
        };
        _preactivations = _scene.PerSample(OutputCount, 4f);
        _outputs = _scene.PerSample(OutputCount);
        _dLdOutputs = _scene.PerSample(OutputCount);
        _dLdPreactivations = _scene.PerSample(OutputCount);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(8 * OutputCount)]
    public void Forward() => _layer.Forward(_preactivations, _outputs);

    [Benchmark(OperationsPerInvoke = MarchedScene.SampleCount)]
    [Traffic(16 * OutputCount)]
    public void Backward() => _layer.Backward(_preactivations, _dLdOutputs, _dLdPreactivations);
}
