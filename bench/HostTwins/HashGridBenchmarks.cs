using System;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Bench.Baselines;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.HostTwins;

/// <summary>
/// The passes of a hash grid over 65,536 samples: kernels as written (the loop driver) and host twins on as many threads. Samples are those of a march
/// through an occupancy grid, ray by ray, or lie anywhere; x1 and x2 are the threads. Targets on marched samples with 16 levels of 2^19: encode
/// 1.5 times faster than the loop driver, table gradient at most 3 times the encode. Copy moves 32 MiB on one thread, which is 64 MiB of traffic.
/// </summary>
[Config(typeof(FamilyConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams, BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public unsafe class HashGridBenchmarks
{
    private const int SampleCount = MarchedScene.SampleCount;
    private const int CopyLength = 8 << 20;

    private MarchedScene _scene = null!;
    private HashGrid<LinearInterpolation> _portable = null!;
    private HashGrid<LinearInterpolation> _tuned = null!;
    private HashGridOptions _options = null!;
    private ArrayView<Float3> _positions;
    private ArrayView<Float3> _gradient;
    private ArrayView<Float3> _directions;
    private ArrayView<float> _table;
    private ArrayView<float> _dLdTable;
    private ArrayView<float> _features;
    private ArrayView<float> _cotangent;
    private ArrayView<float> _jacobian;
    private ArrayView<float> _copySource;
    private ArrayView<float> _copyTarget;

    /// <summary>Grid, points and threads.</summary>
    [Params("2^19 marched x1", "2^19 marched x2", "2^19 anywhere x1", "2^19 anywhere x2", "toybox marched x1")]
    public string Case { get; set; } = "";

    private int Levels => _options.LevelCount;

    [GlobalSetup]
    public void Setup()
    {
        _scene = MarchedScene.Create(Case.EndsWith("x2", StringComparison.Ordinal) ? 2 : 1);
        TwinDevices devices = _scene.Devices;
        _options = (Case.StartsWith("toybox", StringComparison.Ordinal) ? HashGridOptions.Toybox : new HashGridOptions()).InCube(MarchedScene.Bound);
        _portable = devices.Portable.Kernels<HashGrid<LinearInterpolation>>();
        _tuned = devices.Tuned.Kernels<HashGrid<LinearInterpolation>>();
        int parameters = new HashGridLayout(_options).ParameterCount;
        _table = devices.Uniform(parameters);
        _dLdTable = devices.Upload(new float[parameters]);
        _features = devices.Uniform(SampleCount * _options.FeatureCount);
        _cotangent = devices.Uniform(SampleCount * _options.FeatureCount);
        _jacobian = devices.Uniform(SampleCount * 3 * _options.FeatureCount);
        _positions = Case.Contains("marched", StringComparison.Ordinal) ? _scene.Samples.Positions : devices.Upload(Anywhere());
        _gradient = devices.Upload(new Float3[SampleCount]);
        _directions = devices.Upload(Anywhere());
        _copySource = devices.Uniform(CopyLength);
        _copyTarget = devices.Uniform(CopyLength);
    }

    [GlobalCleanup]
    public void Cleanup() => _scene.Dispose();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("1 encode")]
    public void EncodePortable() => _portable.Encode(_options, Levels, _table, _positions, _features);

    [Benchmark]
    [BenchmarkCategory("1 encode")]
    public void EncodeTuned() => _tuned.Encode(_options, Levels, _table, _positions, _features);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("2 table gradient")]
    public void TablePortable() => _portable.BackwardTable(_options, Levels, _positions, _cotangent, _dLdTable);

    [Benchmark]
    [BenchmarkCategory("2 table gradient")]
    public void TableTuned() => _tuned.BackwardTable(_options, Levels, _positions, _cotangent, _dLdTable);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("3 position gradient")]
    public void PositionPortable() => _portable.PositionGradient(_options, Levels, _table, _positions, _cotangent, _gradient);

    [Benchmark]
    [BenchmarkCategory("3 position gradient")]
    public void PositionTuned() => _tuned.PositionGradient(_options, Levels, _table, _positions, _cotangent, _gradient);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("4 second order, table")]
    public void SecondTablePortable()
        => _portable.PositionGradientBackwardTable(_options, Levels, _positions, _cotangent, _directions, _dLdTable);

    [Benchmark]
    [BenchmarkCategory("4 second order, table")]
    public void SecondTableTuned() => _tuned.PositionGradientBackwardTable(_options, Levels, _positions, _cotangent, _directions, _dLdTable);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("5 second order, cotangent")]
    public void SecondCotangentPortable()
        => _portable.PositionGradientBackwardCotangent(_options, Levels, _table, _positions, _directions, _features);

    [Benchmark]
    [BenchmarkCategory("5 second order, cotangent")]
    public void SecondCotangentTuned()
        => _tuned.PositionGradientBackwardCotangent(_options, Levels, _table, _positions, _directions, _features);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("6 encode with Jacobian")]
    public void JacobianPortable() => _portable.Encode(_options, Levels, _table, _positions, _features, _jacobian);

    [Benchmark]
    [BenchmarkCategory("6 encode with Jacobian")]
    public void JacobianTuned() => _tuned.Encode(_options, Levels, _table, _positions, _features, _jacobian);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("7 products with the Jacobian")]
    public void ProductsPortable() => Products(_portable);

    [Benchmark]
    [BenchmarkCategory("7 products with the Jacobian")]
    public void ProductsTuned() => Products(_tuned);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("8 table gradient, both orders")]
    public void BothOrdersPortable() => _portable.BackwardTable(_options, Levels, _positions, _cotangent, _cotangent, _directions, _dLdTable);

    [Benchmark]
    [BenchmarkCategory("8 table gradient, both orders")]
    public void BothOrdersTuned() => _tuned.BackwardTable(_options, Levels, _positions, _cotangent, _cotangent, _directions, _dLdTable);

    [Benchmark]
    [BenchmarkCategory("9 copy")]
    public void Copy()
        => MachinePeaks.Copy((void*)_copySource.LoadEffectiveAddressAsPtr(), (void*)_copyTarget.LoadEffectiveAddressAsPtr(), CopyLength * sizeof(float));

    private void Products(HashGrid<LinearInterpolation> grid)
    {
        grid.JacobianTransposedProduct(_options, _jacobian, _cotangent, _gradient);
        grid.JacobianProduct(_options, _jacobian, _directions, _features);
    }

    private static Float3[] Anywhere()
    {
        var random = new Random(2);
        var positions = new Float3[SampleCount];
        for (int i = 0; i < SampleCount; i++)
        {
            positions[i] = (new Float3(random.NextSingle(), random.NextSingle(), random.NextSingle()) - new Float3(0.5f)) * (2f * MarchedScene.Bound);
        }

        return positions;
    }
}
