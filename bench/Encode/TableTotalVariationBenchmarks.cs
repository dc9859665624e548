using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Bench.Encode;

/// <summary>Total variation of the dense levels of the table, value and gradient, one thread, time per call.</summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public class TableTotalVariationBenchmarks
{
    private TwinDevices _devices = null!;
    private HashGridOptions _options = null!;
    private ArrayView<float> _table;
    private ArrayView<float> _dLdTable;
    private ArrayView<float> _value;

    [Params("toybox", "16 x 2^19")]
    public string Grid { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        _options = Grid == "toybox" ? HashGridOptions.Toybox : new HashGridOptions();
        int parameters = new HashGridLayout(_options).ParameterCount;
        _table = _devices.Uniform(parameters);
        _dLdTable = _devices.Uniform(parameters);
        _value = _devices.Uniform(1);
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

    [Benchmark(Baseline = true)]
    public void Portable() => _devices.Portable.Kernels<TableTotalVariation>().ValueAndGradient(_options, 1e-3f, _table, _dLdTable, _value);

    [Benchmark]
    public void Tuned() => _devices.Tuned.Kernels<TableTotalVariation>().ValueAndGradient(_options, 1e-3f, _table, _dLdTable, _value);
}
