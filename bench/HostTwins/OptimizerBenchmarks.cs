using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Bench.Baselines;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Optimize;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.HostTwins;

/// <summary>
/// One optimiser step over the table of a grid on one thread, inspection of the gradient and zeroing included. Copy moves as many bytes as the
/// update itself reads and writes at least: Adam reads four arrays and writes three, Adan six and six.
/// </summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams, BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public unsafe class OptimizerBenchmarks
{
    private readonly OptimizerGroup[] _groups = new OptimizerGroup[1];
    private readonly AdamOptions _adam = new();
    private readonly AdanOptions _adan = new();
    private TwinDevices _devices = null!;
    private ArrayView<float> _parameters;
    private ArrayView<float> _gradients;
    private ArrayView<float> _first;
    private ArrayView<float> _second;
    private ArrayView<float> _copyTarget;
    private AdanState _state;
    private int _step;

    [Params("toybox", "16 x 2^19")]
    public string Grid { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        int count = new HashGridLayout(Grid == "toybox" ? HashGridOptions.Toybox : new HashGridOptions()).ParameterCount;
        _groups[0] = new OptimizerGroup(0, count, 1e-3);
        _parameters = _devices.Uniform(count);
        _gradients = _devices.Uniform(count);
        _first = _devices.Uniform(count);
        _second = _devices.Upload(new float[count]);
        _copyTarget = _devices.Upload(new float[6 * count]);
        _state = new AdanState(
            _devices.Upload(new float[count]), _devices.Upload(new float[count]), _devices.Upload(new float[count]), _devices.Upload(new float[count]));
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("Adam")]
    public void AdamPortable() => _devices.Portable.Kernels<Adam>().Step(_adam, _groups, ++_step, _parameters, _gradients, _first, _second);

    [Benchmark]
    [BenchmarkCategory("Adam")]
    public void AdamTuned() => _devices.Tuned.Kernels<Adam>().Step(_adam, _groups, ++_step, _parameters, _gradients, _first, _second);

    [Benchmark]
    [BenchmarkCategory("Adam")]
    public void AdamCopy() => Copy(3.5);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("Adan")]
    public void AdanPortable() => _devices.Portable.Kernels<Adan>().Step(_adan, _groups, ++_step, _parameters, _gradients, _state);

    [Benchmark]
    [BenchmarkCategory("Adan")]
    public void AdanTuned() => _devices.Tuned.Kernels<Adan>().Step(_adan, _groups, ++_step, _parameters, _gradients, _state);

    [Benchmark]
    [BenchmarkCategory("Adan")]
    public void AdanCopy() => Copy(6);

    private void Copy(double arrays)
    {
        var target = (float*)_copyTarget.LoadEffectiveAddressAsPtr();
        for (int i = 0; i < (int)arrays; i++)
        {
            MachinePeaks.Copy((void*)_parameters.LoadEffectiveAddressAsPtr(), target + (i * _parameters.Length), _parameters.LengthInBytes);
        }

        long rest = (long)((arrays - (int)arrays) * _parameters.LengthInBytes);
        MachinePeaks.Copy((void*)_gradients.LoadEffectiveAddressAsPtr(), target, rest);
    }
}
