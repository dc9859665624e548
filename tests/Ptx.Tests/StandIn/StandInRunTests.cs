using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Reflection;
using System.Threading;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Selftest;
using DreamFusion.Pipeline.Training;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>The self-test and a short training run on the stand-in driver: everything that <c>--device cuda</c> does, without a GPU.</summary>
[Collection(StandInTests.Name)]
public sealed class StandInRunTests(ITestOutputHelper output) : IDisposable
{
    private readonly PrivateCache _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void TheSelftestIsGreen()
    {
        using var driver = StandInDriver.Install(isFast: true);
        SelftestReport report = SelftestSession.Run("cuda", 1, KernelChoice.Tuned);
        output.WriteLine($"{report.Results.Count} checks, {driver.LaunchCount} launches, {report.Duration.TotalSeconds:0.0} s");
        foreach ((string kernel, (int launches, TimeSpan time)) in driver.Times.OrderByDescending(pair => pair.Value.Time).Take(20))
        {
            output.WriteLine($"{kernel}: {launches} launches, {time.TotalSeconds:0.00} s");
        }

        output.WriteLine($"all kernels: {driver.Times.Values.Sum(value => value.Time.TotalSeconds):0.0} s");
        Assert.Equal("cuda (Stand-in 0)", report.Device);
        Assert.All(report.Results, result => Assert.True(result.Kind != SelfCheckKind.Failure, $"{result.Family}: {result.Message}"));
        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal((0, 0), (driver.LiveAllocations, driver.RetainedContexts));
        IEnumerable<string> kernels = KernelDiscovery.Find(Assembly.Load("DreamFusion.Kernels")).Select(kernel => $"{kernel.Method.DeclaringType!.Name}_{kernel.Method.Name}").Distinct();
        string[] missing = [.. kernels.Where(kernel => !driver.Times.Keys.Any(entry => entry == kernel || entry.StartsWith($"{kernel}_", StringComparison.Ordinal)))];
        // Three kernels of the hash grid belong to its halves and to sums in any order; Gpu/HashGridPairTests has them.
        Assert.All(missing, kernel => Assert.StartsWith("HashGridPairKernels_", kernel, StringComparison.Ordinal));
    }

    [Fact]
    public void TwoStepsOfTrainingGiveTheNumbersOfTheCpu()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"standin-{Guid.NewGuid():n}");
        try
        {
            Directory.CreateDirectory(folder);
            Observer onCpu = Train(Path.Combine(folder, "cpu"), "cpu");
            using var driver = StandInDriver.Install(isFast: true);
            Observer onCuda = Train(Path.Combine(folder, "cuda"), "cuda");
            output.WriteLine($"{driver.LaunchCount} launches");
            Assert.True(driver.LaunchCount > 50);
            Assert.Equal(2, onCuda.Norms.Count);
            foreach ((double cpu, double cuda) in onCpu.Norms.Zip(onCuda.Norms))
            {
                output.WriteLine($"{cpu} {cuda}");
                Assert.True(Math.Abs(cpu - cuda) <= 1e-3 * cpu, $"{cpu} on the CPU, {cuda} on the stand-in");
            }

            AssertLooksTheSame(Path.Combine(folder, "cuda"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ADeviceThatIsNotThereIsExit4()
    {
        using (var driver = StandInDriver.Install())
        {
            DfkException number = Assert.Throws<DfkException>(() => DeviceSelection.RequireExisting("cuda:2"));
            Assert.Equal(ExitCode.MachineLacks, number.ExitCode);
            Assert.Contains("there are 2 CUDA devices", number.Message, StringComparison.Ordinal);
        }

        if (CudaDriver.Probe().Problem is { } problem)
        {
            DfkException none = Assert.Throws<DfkException>(() => DeviceSelection.RequireExisting("cuda"));
            Assert.Equal(ExitCode.MachineLacks, none.ExitCode);
            Assert.Contains(problem, none.Message, StringComparison.Ordinal);
        }

        DeviceSelection.RequireExisting("auto");
    }

    // What render, eval and export ask of a trained field, on both devices.
    private static void AssertLooksTheSame(string run)
    {
        const int Size = 12;
        var camera = new OrbitCamera(30f, 60f, 4f, 1.15f);
        using var onCpu = TrainedField.Open(run, 1);
        using var onCuda = TrainedField.Open(run, 1, "cuda");
        ViewLayers expected = new LayeredRenderer(onCpu.Device, onCpu.Renderer, onCpu.Occupancy).Render(camera, Size, Size, 32, 0.4f);
        ViewLayers shown = new LayeredRenderer(onCuda.Device, onCuda.Renderer, onCuda.Occupancy).Render(camera, Size, Size, 32, 0.4f);
        Assert.Contains(expected.Opacity.Data, opacity => opacity > 0.01f);
        AssertClose(expected.Opacity.Data, shown.Opacity.Data);
        AssertClose(expected.Colour.Data, shown.Colour.Data);
        AssertClose(onCpu.Render(camera, Size, Size).Colour.Data, onCuda.Render(camera, Size, Size).Colour.Data);
        using var cpuSolid = new RadianceFieldSolid(onCpu.Device, onCpu.Field);
        using var cudaSolid = new RadianceFieldSolid(onCuda.Device, onCuda.Field);
        Vector3[] points = [.. Enumerable.Range(0, 64).Select(i => new Vector3(MathF.Sin(i), MathF.Cos(2 * i), MathF.Sin(3 * i)) * 0.5f)];
        float[] densities = new float[points.Length];
        float[] others = new float[points.Length];
        cpuSolid.Density(points, densities);
        cudaSolid.Density(points, others);
        AssertClose(densities, others);
        cpuSolid.Sample(points, densities, new Vector3[points.Length]);
        cudaSolid.Sample(points, others, new Vector3[points.Length]);
        AssertClose(densities, others);
    }

    // The device's own kernels keep tables and weights as halves and use its approximate functions.
    private static void AssertClose(float[] expected, float[] got)
    {
        const float Tolerance = 0.03f;
        Assert.Equal(expected.Length, got.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(MathF.Abs(expected[i] - got[i]) <= Tolerance * MathF.Max(1f, MathF.Abs(expected[i])), $"element {i}: {got[i]}, expected {expected[i]}");
        }
    }

    private static Observer Train(string folder, string device)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        RunConfiguration configuration = toybox with
        {
            Prompt = "a hamburger",
            Device = device,
            Threads = 1,
            PreviewInterval = 0,
            Data = toybox.Data with { Train = toybox.Data.Train with { Width = 16, Height = 16 } },
        };
        using var stop = new CancellationTokenSource();
        var observer = new Observer(stop);
        TrainingResult result = TrainingSession.Run(configuration, new TrainingRequest { OutputFolder = folder, Kernels = KernelChoice.Portable }, observer, stop.Token);
        Assert.Equal(TrainingOutcome.Interrupted, result.Outcome);
        return observer;
    }

    /// <summary>A cache folder of the test's own: what the stand-in calls cubins is for nobody else.</summary>
    private sealed class PrivateCache : IDisposable
    {
        private const string Variable = "DFK_CACHE";

        private readonly string? _before = Environment.GetEnvironmentVariable(Variable);
        private readonly string _folder = Path.Combine(Path.GetTempPath(), $"standin-cache-{Guid.NewGuid():n}");

        public PrivateCache() => Environment.SetEnvironmentVariable(Variable, _folder);

        public void Dispose()
        {
            Environment.SetEnvironmentVariable(Variable, _before);
            AppContext.SetData("ILGPU.CubinCacheFolder", null);
            if (Directory.Exists(_folder))
            {
                Directory.Delete(_folder, recursive: true);
            }
        }
    }

    /// <summary>Stops after two steps and keeps the norm of each step's gradient.</summary>
    private sealed class Observer(CancellationTokenSource stop) : ITrainingObserver
    {
        public List<double> Norms { get; } = [];

        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
            Norms.Add(report.GradientNorm);
            if (report.Step == 2)
            {
                stop.Cancel();
            }
        }

        public void FileWritten(string path)
        {
        }

        public void Note(string message)
        {
        }
    }
}
