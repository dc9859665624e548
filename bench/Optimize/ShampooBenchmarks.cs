using System.Linq;
using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Optimize;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.Optimize;

/// <summary>
/// A step of Shampoo for the weights of a network 32-64-64-4, one thread, time per step over ten steps, of which one computes the inverse roots on the
/// host.
/// </summary>
[Config(typeof(FamilyConfig))]
public class ShampooBenchmarks
{
    private const int StepCount = 10;

    private readonly MlpOptions _network = new() { HasBias = false };
    private TwinDevices _devices = null!;
    private ShampooState _state = null!;
    private OptimizerGroup[] _groups = [];
    private ArrayView<float> _parameters;
    private ArrayView<float> _gradients;
    private ArrayView<float> _noise;
    private int _step;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        int[] layers = [.. Enumerable.Range(0, _network.HiddenLayers + 1)];
        _groups = [.. layers.Select(layer => new OptimizerGroup(_network.WeightOffset(layer), Shape(layer).Length, 1e-3))];
        _state = Allocate(_devices, [.. layers.Select(Shape)]);
        _parameters = _devices.Uniform(_network.ParameterCount);
        _gradients = _devices.Uniform(_network.ParameterCount);
        _noise = _devices.Uniform(_network.ParameterCount);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _state.Dispose();
        _devices.Dispose();
    }

    [Benchmark(OperationsPerInvoke = StepCount)]
    public void Steps()
    {
        for (int i = 0; i < StepCount; i++)
        {
            _gradients.CopyFrom(_noise);
            _devices.Portable.Kernels<Shampoo>().Step(_state, _groups, ++_step, _parameters, _gradients);
        }
    }

    private static ShampooState Allocate(TwinDevices devices, ShampooMatrix[] matrices)
        => new(devices.Portable.Accelerator, new ShampooOptions(), matrices);

    private ShampooMatrix Shape(int layer) => new(_network.LayerOutputs(layer), _network.LayerInputs(layer));
}
