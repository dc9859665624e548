using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Machine.Planning;
using DreamFusion.Pipeline.Tests.Training;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Machine;

/// <summary>Estimates, refusals and the settings that they offer.</summary>
public sealed class ResourcePlanTests : IDisposable
{
    private const long Megabyte = 1_000_000;

    private readonly ResourcePlanner _planner = new(Toybox.Model);

    public void Dispose() => _planner.Dispose();

    [Fact]
    public void More_pixels_levels_and_samples_need_more()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        long plain = Peak(toybox);
        Assert.True(Peak(WithSize(toybox, 256)) > plain);
        Assert.True(Peak(toybox with { Nerf = toybox.Nerf with { Encoder = toybox.Nerf.Encoder with { Log2HashmapSize = 22, DesiredResolution = 2048 } } }) > plain + (50 * Megabyte));
        Assert.True(Peak(toybox with { Data = toybox.Data with { Test = toybox.Data.Test with { Width = 4096, Height = 4096 } } }) > plain + (300 * Megabyte));
        Assert.True(_planner.Plan(WithSize(toybox, 64)).Samples < _planner.Plan(toybox).Samples);
    }

    [Fact]
    public void The_sample_budget_bounds_the_samples()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        Assert.Equal(10_000, _planner.Plan(toybox with { Renderer = toybox.Renderer with { SampleBudget = 10_000 } }).Samples);
    }

    // Of the embedded prior: 40,879 samples in the first step of 1,200; in the busiest the hamburger 118,098, the blue cube 180,290.
    [Fact]
    public void The_forecast_begins_where_a_run_begins()
    {
        using var device = Autodiff.DeviceContext.CreateCpu(1);
        var forecast = new SampleForecast(PresetCatalogue.Get("toybox"), device);
        Assert.InRange(forecast.PerRayAtStart * 128 * 128, 36_000, 60_000);
        Assert.InRange(forecast.PerRay * 128 * 128, 118_000, 181_000);
        Assert.True(forecast.PerRayWhenFull <= 14);
    }

    [Fact]
    public void Adan_keeps_twice_what_adam_keeps()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        long adam = Part(toybox, "optimiser");
        OptimConfiguration adan = toybox.Optim with { Name = OptimizerKind.Adan, Betas = new Moments(0.98f, 0.92f, 0.99f) };
        Assert.Equal(2 * adam, Part(toybox with { Optim = adan }, "optimiser"));
        Assert.Equal(adam, Part(toybox, "parameters and gradients"));
        Assert.Equal(adam / 2, Part(toybox, "moving average"));
    }

    [Fact]
    public void What_is_left_out_of_the_end_is_left_out_of_the_plan()
    {
        RunConfiguration all = PresetCatalogue.Get("toybox");
        Assert.Equal(["start", "training step", "checkpoint", "preview", "pictures", "video", "mesh", "scores"], Phases(all));
        RunConfiguration Without(TrainingRequest request) => request.Wanted(all);
        Assert.Equal(["start", "training step", "checkpoint", "preview", "video", "mesh", "scores"], Phases(Without(new TrainingRequest { NoSheet = true })));
        Assert.Equal(["start", "training step", "checkpoint", "preview", "pictures", "mesh", "scores"], Phases(Without(new TrainingRequest { NoVideo = true })));
        Assert.Equal(["start", "training step", "checkpoint", "preview", "pictures", "video", "scores"], Phases(Without(new TrainingRequest { NoMesh = true })));
        Assert.Equal(["start", "training step", "checkpoint", "preview", "pictures", "video", "mesh"], Phases(Without(new TrainingRequest { NoScores = true })));
        RunConfiguration none = Without(new TrainingRequest { NoSheet = true, NoVideo = true, NoMesh = true, NoScores = true });
        Assert.Equal(["start", "training step", "checkpoint"], Phases(none with { PreviewInterval = 0 }));
        // Large pictures are nothing to a run that makes none.
        var large = new ViewDataConfiguration { Size = 100, Width = 8192, Height = 8192 };
        Assert.True(Peak(none with { Data = none.Data with { Test = large } }) == Peak(none));
        Assert.True(Peak(all with { Data = all.Data with { Test = large } }) > Peak(all) + (2_000 * Megabyte));
        Assert.True(Peak(none) < Peak(all));
        // Views of the sheet wait for the scores; without a sheet none do.
        Assert.Contains(_planner.Plan(all).Host.Single(phase => phase.Name == "mesh").Parts, part => part.Name == "final pictures");
        Assert.DoesNotContain(_planner.Plan(Without(new TrainingRequest { NoSheet = true })).Host.Single(phase => phase.Name == "mesh").Parts, part => part.Name == "final pictures");
        // What a result leaves to the collector is still there when the next one is made.
        PlanPart left = Assert.Single(_planner.Plan(all).Host.Single(phase => phase.Name == "scores").Parts, part => part.Name == "garbage of the results before");
        Assert.InRange(left.Bytes, 100 * Megabyte, 200 * Megabyte);
        long files = DiskPart(all, "pictures, video and mesh");
        foreach (TrainingRequest request in (TrainingRequest[])[new() { NoSheet = true }, new() { NoVideo = true }, new() { NoMesh = true }])
        {
            Assert.True(DiskPart(Without(request), "pictures, video and mesh") < files);
        }
    }

    [Fact]
    public void The_watchdogs_snapshots_are_on_the_disk()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        // 1,200 steps: the newest two of 100, 200, ..., and one being written; as large as a checkpoint, of which two and one are.
        Assert.Equal(DiskPart(toybox, "checkpoints"), DiskPart(toybox, "snapshots"));
        Assert.Equal(2 * DiskPart(toybox, "snapshots") / 3, DiskPart(toybox with { Iters = 250 }, "snapshots"));
        Assert.Equal(0, DiskPart(toybox with { Watchdog = new WatchdogConfiguration { Enabled = false } }, "snapshots"));
        Assert.Equal(0, DiskPart(toybox with { Task = TrainingTask.Pictures }, "snapshots"));
        // Patience of 1,000 steps reaches back past 100 snapshots.
        RunConfiguration patient = toybox with { Watchdog = new WatchdogConfiguration { SnapshotInterval = 10, Patience = 1000 } };
        ResourcePlan plan = _planner.Plan(patient, "out");
        string problem = Assert.Single(ResourceCheck.DiskProblems(plan, _ => plan.Disk.Sum(need => need.Bytes) - 1, _ => "one"));
        Assert.Contains("Largest: snapshots", problem, StringComparison.Ordinal);
        Assert.Contains("--set watchdog.snapshot_interval=1000", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_mesh_alone_does_not_fit_it_is_what_is_left_out()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox") with { Threads = 1, ExportScores = false };
        ResourcePlan plan = _planner.Plan(toybox);
        Assert.Equal("mesh", plan.HostPeak.Name);
        SmallerSetting found = SmallerSetting.Find(toybox, c => _planner.Plan(c), smaller => smaller.HostPeak.Bytes < plan.HostPeak.Bytes)!;
        Assert.Equal("--no-mesh", found.Options);
    }

    [Fact]
    public void The_text_encoder_is_gone_before_the_first_step()
    {
        ResourcePlan plan = _planner.Plan(PresetCatalogue.Get("toybox"));
        Assert.Contains(plan.Host[0].Parts, part => part.Name == "text encoder");
        Assert.Contains(plan.Host[1].Released(plan.Host[0]), part => part.Name == "text encoder");
        Assert.DoesNotContain(plan.Host[1].Released(plan.Host[0]), part => part.Name == "program");
        Assert.All(plan.Host.Skip(1), phase => Assert.DoesNotContain(phase.Parts, part => part.Name == "text encoder"));
    }

    [Fact]
    public void What_fits_is_no_problem()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        ResourcePlan plan = _planner.Plan(toybox);
        Assert.Null(ResourceCheck.MemoryProblem(plan, new MemoryLimit(plan.HostPeak.Bytes, "test"), toybox, c => _planner.Plan(c)));
    }

    [Fact]
    public void A_refusal_has_both_numbers_the_largest_part_and_a_setting_that_fits()
    {
        RunConfiguration large = WithSize(PresetCatalogue.Get("toybox"), 1024) with { Threads = 1 };
        large = large with { Renderer = large.Renderer with { SampleBudget = 1 << 26 } };
        ResourcePlan plan = _planner.Plan(large);
        var limit = new MemoryLimit(700 * Megabyte, "memory limit of the control group");
        string problem = ResourceCheck.MemoryProblem(plan, limit, large, c => _planner.Plan(c))!;
        Assert.Contains($"needs about {ResourceCheck.Text(plan.HostPeak.Bytes)}, 700 MB are available (memory limit of the control group)", problem, StringComparison.Ordinal);
        Assert.Contains("Largest: sample buffers", problem, StringComparison.Ordinal);
        Assert.Contains("This fits: ", problem, StringComparison.Ordinal);
        RunConfiguration smaller = Apply(large, problem);
        Assert.True(Peak(smaller) <= limit.AvailableBytes, problem);
    }

    [Fact]
    public void The_first_setting_that_is_enough_alone_is_offered()
    {
        RunConfiguration large = PresetCatalogue.Get("toybox");
        large = large with { Threads = 1, Data = large.Data with { Test = new ViewDataConfiguration { Size = 100, Width = 8192, Height = 8192 } } };
        SmallerSetting found = SmallerSetting.Find(large, c => _planner.Plan(c), plan => plan.HostPeak.Bytes < 2_000 * Megabyte)!;
        Assert.StartsWith("--set data.test_dataset.width=", found.Options, StringComparison.Ordinal);
        Assert.DoesNotContain("--size", found.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void More_final_views_take_no_more_memory_once_they_wait_on_disk()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        ResourcePlan Views(int count) =>
            _planner.Plan(toybox with { Data = toybox.Data with { Test = new ViewDataConfiguration { Size = count, Width = 800, Height = 800 } } }, "out");
        ResourcePlan hundred = Views(100), thousand = Views(1000);
        Assert.Equal(hundred.HostPeak.Bytes, thousand.HostPeak.Bytes);
        // 900 views more: eight samples of a byte while they wait, four layers of 1.5 bytes in the file.
        Assert.Equal(900L * 800 * 800 * (8 + 6), thousand.Disk.Sum(need => need.Bytes) - hundred.Disk.Sum(need => need.Bytes));
    }

    [Fact]
    public void Where_nothing_fits_the_advice_is_another_model()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        string problem = ResourceCheck.MemoryProblem(_planner.Plan(toybox), new MemoryLimit(50 * Megabyte, "test"), toybox, c => _planner.Plan(c))!;
        Assert.Contains("--model toybox --preset draft", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("This fits", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_is_checked_by_disk_with_what_all_folders_on_it_need()
    {
        ResourcePlan plan = _planner.Plan(PresetCatalogue.Get("toybox"), "out");
        long needed = plan.Disk.Sum(need => need.Bytes);
        Assert.Empty(ResourceCheck.DiskProblems(plan, _ => needed, _ => "one"));
        string problem = Assert.Single(ResourceCheck.DiskProblems(plan, _ => needed - 1, _ => "one"));
        Assert.Contains("are free there", problem, StringComparison.Ordinal);
        Assert.Contains("Largest: ", problem, StringComparison.Ordinal);
        Assert.Equal(2, ResourceCheck.DiskProblems(plan, _ => 1, folder => folder).Count());
        Assert.Empty(ResourceCheck.DiskProblems(plan, _ => null, _ => "unknown"));
    }

    [Fact]
    public void Free_space_is_asked_where_the_folder_will_be()
    {
        using var folder = new TemporaryFolder();
        string later = Path.Combine(folder.Path, "not", "yet");
        Assert.InRange(DiskSpace.FreeBytes(later) ?? -1, 0, long.MaxValue);
        Assert.Equal(DiskSpace.DiskOf(folder.Path), DiskSpace.DiskOf(later));
        Assert.False(Directory.Exists(later));
    }

    [Fact]
    public void A_card_needs_less_with_half_precision_and_more_than_the_driver()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        IReadOnlyList<PlanPhase> own = _planner.Card(toybox, isHalf: false), half = _planner.Card(toybox, isHalf: true);
        Assert.True(half.Max(phase => phase.Bytes) < own.Max(phase => phase.Bytes));
        Assert.Contains(own[^1].Parts, part => part.Name == "driver and libraries");
    }

    [Theory]
    [InlineData(KernelChoice.Tuned, false, 0)]
    [InlineData(KernelChoice.Tuned, true, sizeof(long))]
    [InlineData(KernelChoice.Half, false, 2 * sizeof(short))]
    [InlineData(KernelChoice.Half, true, sizeof(short) + sizeof(long))]
    public void Sums_and_tables_of_the_kernels_are_counted_on_a_card(KernelChoice kernels, bool deterministic, int bytesOfParameter)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox") with { Deterministic = deterministic };
        using var planner = new ResourcePlanner(Toybox.Model) { Kernels = kernels };
        FieldOptions field = FieldOptions.From(toybox.Nerf);
        var layout = new HashGridLayout(((HashGridEncodingOptions)field.Encoding).Grid);
        var networks = (JointNetworkOptions)field.Networks;
        // 256 groups sum the gradients of the network.
        long expected = ((long)bytesOfParameter * layout.ParameterCount) + (256L * sizeof(float) * networks.Network.ParameterCount);
        Assert.Equal(expected, planner.Card(toybox, isHalf: false)[^1].Parts.Single(part => part.Name == "sums and tables of the kernels").Bytes);
    }

    [Fact]
    public void A_run_that_does_not_fit_is_refused_before_its_folder_is_made()
    {
        using var folder = new TemporaryFolder();
        RunConfiguration huge = PresetCatalogue.Get("toybox");
        // A hundred thousand checkpoints of more than 500 MB each.
        huge = huge with { Prompt = "a donut", Iters = 100_000, CheckpointKeep = 100_000, CheckpointInterval = 1, Nerf = huge.Nerf with { Encoder = huge.Nerf.Encoder with { Log2HashmapSize = 22, DesiredResolution = 2048 } } };
        string run = Path.Combine(folder.Path, "run");
        DfkException refused = Assert.Throws<DfkException>(
            () => TrainingSession.Run(huge, new TrainingRequest { OutputFolder = run }, new SilentObserver(), System.Threading.CancellationToken.None));
        Assert.Equal(ExitCode.MachineLacks, refused.ExitCode);
        Assert.Contains("--anyway", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run));
    }

    [Fact]
    public void Anyway_turns_the_refusal_into_a_note()
    {
        RunConfiguration huge = PresetCatalogue.Get("toybox");
        huge = huge with { Data = huge.Data with { Test = new ViewDataConfiguration { Size = 1000, Width = 32_768, Height = 32_768 } } };
        Assert.Contains(ResourceCheck.Require(huge, Toybox.Model, null, anyway: true), note => note.Contains("Started all the same", StringComparison.Ordinal));
        Assert.Empty(ResourceCheck.Require(PresetCatalogue.Get("draft"), Toybox.Model, null, anyway: false));
    }

    private static RunConfiguration WithSize(RunConfiguration c, int side) => c with { Data = c.Data with { Train = c.Data.Train with { Width = side, Height = side } } };

    private long Peak(RunConfiguration configuration) => _planner.Plan(configuration).HostPeak.Bytes;

    private long Part(RunConfiguration configuration, string name) => _planner.Plan(configuration).Host[1].Parts.Single(part => part.Name == name).Bytes;

    private IEnumerable<string> Phases(RunConfiguration configuration) => _planner.Plan(configuration).Host.Select(phase => phase.Name);

    private long DiskPart(RunConfiguration configuration, string name) => _planner.Plan(configuration, "out").Disk[0].Parts.Single(part => part.Name == name).Bytes;

    // What a user would do: takes the options out of the message.
    private static RunConfiguration Apply(RunConfiguration configuration, string problem)
    {
        const string Start = "This fits: ";
        int at = problem.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        string options = problem[at..problem.IndexOf(" (about", at, StringComparison.Ordinal)];
        foreach (string option in options.Split("--", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = (option.StartsWith("size", StringComparison.Ordinal) ? option.Replace('x', ' ') : option).Split(' ', '=');
            configuration = words switch
            {
                ["no-mesh"] => configuration with { ExportMesh = false },
                ["threads", string n] => configuration with { Threads = int.Parse(n) },
                ["size", string w, _] => WithSize(configuration, int.Parse(w)),
                ["set", "renderer.field_memory", string n] => configuration with { Renderer = configuration.Renderer with { FieldMemoryMebibytes = int.Parse(n) } },

                _ => throw new InvalidOperationException($"The test does not know the option '{option}' of: {problem}"),
            };
        }
        return configuration;
    }
}
