using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Machine.Planning;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Machine;

/// <summary>The ledger's counts against what the code itself allocates, for every preset's field.</summary>
public sealed class FieldLedgerTests
{
    // Sums of losses, counters and the like, which the ledger leaves out.
    private const double Tolerance = 0.03;

    // The last segment of one view falls into one size class, those of a run into all of them: at most 1/2 + 1/4 + 1/8 more.
    // Tiny segments also share their size classes with the view's rays, which the ledger takes for free buffers.
    private const double AllSizeClasses = 0.9;
    private const double SharedClasses = 0.1;

    // Late enough that every loss is on.
    private const int Step = 400;

    public static TheoryData<string> Presets => [.. PresetCatalogue.Names];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Parameters_and_bytes_of_a_sample_are_the_fields(string preset)
    {
        RunConfiguration configuration = PresetCatalogue.Get(preset);
        FieldOptions options = FieldOptions.From(configuration.Nerf, configuration.Background);
        using var device = DeviceContext.CreateCpu(1);
        using var field = new RadianceField(device, options);
        var ledger = new FieldLedger(options, device);
        Assert.Equal(field.Parameters.Length, ledger.ParameterCount);
        Assert.Equal(field.BytesPerSample(true), ledger.BytesPerSample(true));
        Assert.Equal(field.BytesPerSample(false), ledger.BytesPerSample(false));
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void The_state_is_what_a_trainer_saves(string preset)
    {
        RunConfiguration configuration = Small(PresetCatalogue.Get(preset));
        FieldOptions options = FieldOptions.From(configuration.Nerf, configuration.Background);
        using var device = DeviceContext.CreateCpu(1);
        using var field = new RadianceField(device, options);
        using var optimizer = new FieldOptimizer(device, field.Parameters, configuration.Optim, configuration.Iters);
        long saved = (field.Parameters.Length + optimizer.State.Sum(tensor => tensor.Values.Length) + (configuration.EmaDecay > 0f ? field.Parameters.Length : 0)) * sizeof(float);
        var state = new FieldState(configuration, new FieldLedger(options, device));
        saved += state.Cells * sizeof(float);
        Assert.InRange(state.CheckpointBytes, saved * (1 - Tolerance), saved * (1 + Tolerance) + 100_000);
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void The_pool_of_a_training_view_is_what_the_renderer_rents(string preset) => CompareTraining(Small(PresetCatalogue.Get(preset)), Tolerance, 2 * Tolerance);

    [Fact]
    public void The_pool_follows_segments() => CompareTraining(InSegments(Small(PresetCatalogue.Get("toybox"))), SharedClasses, AllSizeClasses);

    [Fact]
    public void The_pool_follows_segments_of_differences() => CompareTraining(InSegments(Small(PresetCatalogue.Get("stable-dreamfusion"))), SharedClasses, AllSizeClasses);

    private static RunConfiguration InSegments(RunConfiguration configuration) =>
        configuration with { Renderer = configuration.Renderer with { FieldMemoryMebibytes = 1 } };

    private static void CompareTraining(RunConfiguration configuration, double least, double most)
    {
        const int GuidanceSize = 16;
        FieldOptions options = FieldOptions.From(configuration.Nerf, configuration.Background);
        using var device = DeviceContext.CreateCpu(1);
        using var field = new RadianceField(device, options);
        field.Initialise(0);
        using var occupancy = new OccupancyUpdater(device, field, configuration.Renderer, 0);
        occupancy.Update(0);
        using var guidance = new TargetImage(new FloatImage(GuidanceSize, GuidanceSize, 3));
        var renderer = new Renderer(field, occupancy, RendererOptions.From(configuration.Renderer, configuration.Loss));
        var prompt = PromptEmbeddings.Compute(Toybox.Model, "a donut", "", new ViewPrompts(configuration.ViewPrompts));
        var views = new ViewDistillation(configuration, device, renderer, new ViewGuidance(configuration, guidance, prompt), new Regularizers(configuration, guidance.TermCount));
        views.Begin(Step);
        views.Distil(Step, 0, new StepClock());
        int samples = views.Scene(0).SampleCount;
        Assert.True(samples > 1000, $"{samples} samples say nothing about memory.");

        var pool = new PoolLedger();
        var ledger = new FieldLedger(options, device);
        var view = new ViewLedger(configuration, ledger);
        view.UpdateOccupancy(pool, occupancy.Grid.Options.CellCount);
        TrainSize size = configuration.Data.Train.SizeAt(Step);
        view.Train(pool, (long)size.Width * size.Height, samples, GuidanceSize);
        double ratio = (double)pool.AllocatedBytes / device.Pool.AllocatedBytes;
        Assert.True(
            ratio > 1 - least && ratio < 1 + most,
            $"{samples} samples: the ledger counts {pool.AllocatedBytes:#,0}, the pool {device.Pool.AllocatedBytes:#,0} bytes ({ratio:0.000}).");
    }

    // Enough samples that the ledger's omissions do not show, few enough for a test.
    private static RunConfiguration Small(RunConfiguration configuration) => configuration with
    {
        Prompt = "a donut",
        LatentIterRatio = 0f,
        AlbedoIterRatio = 0f,
        AlbedoIterSteps = 0,
        ShadedRatio = 1f,
        TexturelessRatio = 0f,
        Background = configuration.Background with { RandomAugProb = 0f },
        Nerf = configuration.Nerf with { Encoder = configuration.Nerf.Encoder with { Log2HashmapSize = 10 } },
        Data = configuration.Data with { Train = configuration.Data.Train with { Width = 32, Height = 32, ResolutionMilestones = default } },
        Renderer = configuration.Renderer with { GridResolution = 16, MaxSteps = System.Math.Min(configuration.Renderer.MaxSteps, 64), SampleBudget = 1 << 20 },
    };
}
