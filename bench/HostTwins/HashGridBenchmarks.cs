using System;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DreamFusion.Bench.Baselines;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.HostTwins;

/// <summary>
/// The passes of a hash grid over 16,384 samples on one thread: kernels as written (the loop driver) and host twins. Samples lie along the rays of a
/// camera, 16 on each, or anywhere. Targets on rays with 16 levels of 2^19: encode 1.5 times faster than the loop driver, backward at most
/// 3 times the encode. Copy moves 32 MiB, which is 64 MiB of traffic.
/// </summary>
[Config(typeof(SingleCallConfig))]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams, BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public unsafe class HashGridBenchmarks
{
    private const int SampleCount = 16384;
    private const int SamplesPerRay = 16;
    private const int CopyLength = 8 << 20;

    private TwinDevices _devices = null!;
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
    private ArrayView<float> _copySource;
    private ArrayView<float> _copyTarget;

    [Params("toybox", "16 x 2^19")]
    public string Grid { get; set; } = "";

    [Params("rays", "anywhere")]
    public string Points { get; set; } = "";

    private int Levels => _options.LevelCount;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        _options = (Grid == "toybox" ? HashGridOptions.Toybox : new HashGridOptions()).InCube(1.15f);
        _portable = _devices.Portable.Kernels<HashGrid<LinearInterpolation>>();
        _tuned = _devices.Tuned.Kernels<HashGrid<LinearInterpolation>>();
        int parameters = new HashGridLayout(_options).ParameterCount;
        _table = _devices.Uniform(parameters);
        _dLdTable = _devices.Uniform(parameters);
        _features = _devices.Uniform(SampleCount * _options.FeatureCount);
        _cotangent = _devices.Uniform(SampleCount * _options.FeatureCount);
        _positions = _devices.Upload(Points == "rays" ? AlongRays() : Anywhere());
        _gradient = _devices.Upload(new Float3[SampleCount]);
        _directions = _devices.Upload(Anywhere());
        _copySource = _devices.Uniform(CopyLength);
        _copyTarget = _devices.Uniform(CopyLength);
    }

    [GlobalCleanup]
    public void Cleanup() => _devices.Dispose();

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

    [Benchmark]
    [BenchmarkCategory("6 copy")]
    public void Copy()
        => MachinePeaks.Copy((void*)_copySource.LoadEffectiveAddressAsPtr(), (void*)_copyTarget.LoadEffectiveAddressAsPtr(), CopyLength * sizeof(float));

    // A camera at distance 2.5 with a field of view of about 50 degrees; the samples span the sphere of radius 1.15 around the origin.
    private static Float3[] AlongRays()
    {
        var positions = new Float3[SampleCount];
        int side = (int)Math.Sqrt(SampleCount / SamplesPerRay);
        var eye = new Float3(0.8f, 1.1f, 2.1f);
        Float3 forward = Float3.Normalize(-eye);
        Float3 right = Float3.Normalize(Float3.Cross(forward, new Float3(0f, 1f, 0f)));
        Float3 up = Float3.Cross(right, forward);
        for (int i = 0; i < SampleCount; i++)
        {
            int ray = i / SamplesPerRay;
            float u = ((ray % side) + 0.5f) / side - 0.5f;
            float v = ((ray / side) + 0.5f) / side - 0.5f;
            Float3 direction = Float3.Normalize(forward + (0.9f * u * right) + (0.9f * v * up));
            positions[i] = eye + (direction * (eye.Length - 1.15f + (2.3f * (i % SamplesPerRay + 0.5f) / SamplesPerRay)));
        }

        return positions;
    }

    private static Float3[] Anywhere()
    {
        var random = new Random(2);
        var positions = new Float3[SampleCount];
        for (int i = 0; i < SampleCount; i++)
        {
            positions[i] = (new Float3(random.NextSingle(), random.NextSingle(), random.NextSingle()) - new Float3(0.5f)) * 2.3f;
        }

        return positions;
    }
}
