using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Training;
using DreamFusion.Ptx.Tests.StandIn;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Ptx.Tests.Gpu;

/// <summary>Training with the kernels for GPUs on the stand-in driver: with <c>--deterministic</c> the CPU's gradient norms but for 16-bit storage. That sums do not depend on the schedule is shown where they are taken.</summary>
[Collection(StandInTests.Name)]
public sealed class TunedTrainingTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-2;

    [Fact]
    public void TwoStepsAreTheCpus()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"tuned-{Guid.NewGuid():n}");
        string? cache = Environment.GetEnvironmentVariable("DFK_CACHE");
        try
        {
            Environment.SetEnvironmentVariable("DFK_CACHE", Path.Combine(folder, "cache"));
            Directory.CreateDirectory(folder);
            List<double> cpu = Train(Path.Combine(folder, "cpu"), "cpu");
            using var driver = StandInDriver.Install();
            List<double> first = Train(Path.Combine(folder, "first"), "cuda");
            output.WriteLine($"{driver.LaunchCount} launches; {string.Join(' ', cpu)} on the CPU, {string.Join(' ', first)} on the stand-in");
            Assert.Equal(2, first.Count);
            for (int step = 0; step < first.Count; step++)
            {
                Assert.True(Math.Abs(first[step] - cpu[step]) <= Tolerance * cpu[step], $"step {step + 1}: {cpu[step]} on the CPU, {first[step]} on the stand-in");
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("DFK_CACHE", cache);
            AppContext.SetData("ILGPU.CubinCacheFolder", null);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<double> Train(string folder, string device)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        RunConfiguration configuration = toybox with
        {
            Prompt = "a hamburger",
            Device = device,
            Threads = 1,
            Deterministic = true,
            PreviewInterval = 0,
            Data = toybox.Data with { Train = toybox.Data.Train with { Width = 8, Height = 8 } },
        };
        using var stop = new CancellationTokenSource();
        var observer = new Norms(stop);
        TrainingResult result = TrainingSession.Run(configuration, new TrainingRequest { OutputFolder = folder, Kernels = KernelChoice.Tuned }, observer, stop.Token);
        Assert.Equal(TrainingOutcome.Interrupted, result.Outcome);
        return observer.Values;
    }

    /// <summary>Stops after two steps and keeps the norm of each step's gradient.</summary>
    private sealed class Norms(CancellationTokenSource stop) : ITrainingObserver
    {
        public List<double> Values { get; } = [];

        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
            Values.Add(report.GradientNorm);
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
