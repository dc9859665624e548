using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Rendering;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>
/// Estimates what a run needs, before anything of it is done. Parameters, optimiser, grids and buffers are counted as the code allocates them;
/// samples are forecast (<see cref="SampleForecast"/>); sessions follow from the model's files and sizes (<see cref="GuidanceLedger"/>); the program
/// itself is a measured constant.
/// </summary>
public sealed class ResourcePlanner : IDisposable
{
    /// <summary>.NET, ONNX Runtime and this program's code, with their heaps, before any model: measured.</summary>
    private const long ProgramBytes = 125L << 20;

    // Managed garbage and ONNX Runtime's arenas of the embedded prior, beside its files: measured.
    private const long SessionOverhead = 20L << 20;

    // Driver, cuDNN and cuBLAS on a card: what is usual, not measured here.
    private const long CardProgramBytes = 700L << 20;

    /// <summary>Name of the checkpoints among what is written.</summary>
    internal const string Checkpoints = "checkpoints";

    /// <summary>Name of the watchdog's snapshots among what is written.</summary>
    internal const string Snapshots = "snapshots";

    /// <summary>Name of the results among what is written.</summary>
    internal const string Pictures = "pictures, video and mesh";

    // Features, hidden units and optimisers of the three paintings, and the decoder's activations: measured.
    private const long PaintingBytesPerPixel = 5_000;

    // Of an encoder of 137 MB the cache keeps 325 MB.
    private const double CopiesInCache = 2.5;

    // Above this the collector clears what earlier results have left: fitted, see docs/benchmarks.md.
    private const long MostGarbage = 130_000_000;

    private const int BytesOfMetricsLine = 700;

    private readonly DeviceContext _device = DeviceContext.CreateCpu(threads: 1);
    private readonly ModelFolder _model;
    private readonly Dictionary<object, SampleForecast> _forecasts = [];

    /// <summary>Plans runs with a model.</summary>
    /// <param name="model">The opened folder.</param>
    public ResourcePlanner(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
    }

    /// <summary>Kernels on a card; by default those that are written for it.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Tuned;

    /// <summary>Estimates a run.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="outputFolder">Run folder, or null for the default.</param>
    public ResourcePlan Plan(RunConfiguration configuration, string? outputFolder = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var field = new FieldLedger(FieldOptions.From(configuration.Nerf, configuration.Background), _device);
        var state = new FieldState(configuration, field);
        var guidance = new GuidanceLedger(_model, configuration);
        bool paints = configuration.Task == TrainingTask.Pictures;
        SampleForecast? forecast = paints ? null : Forecast(configuration);
        long samples = forecast is null ? 0 : Samples(configuration, forecast);
        var pictures = new PictureLedger(configuration, _model);
        var pool = new PoolLedger();
        var view = new ViewLedger(configuration, field);
        if (forecast is not null)
        {
            Train(pool, view, configuration, state, samples);
        }
        long trained = pool.TouchedBytes;
        if (forecast is not null)
        {
            foreach (PictureTile picture in pictures.Tiles)
            {
                long busiest = (long)(picture.Rays * forecast.PerPictureRay((double)picture.Rays / picture.Pixels));
                for (int octave = PoolLedger.Octaves; octave >= 0; octave--)
                {
                    view.Picture(pool, picture.Cast, picture.Rays, Math.Max(1, busiest >> octave));
                }
            }
        }
        int threads = configuration.Threads > 0 ? configuration.Threads : Environment.ProcessorCount;
        PlanPart program = new("program", ProgramBytes);
        PlanPart[] kept = [program, .. Kept(state, paints)];
        PlanPart overhead = new("ONNX Runtime beside the models", SessionOverhead);
        return new ResourcePlan
        {
            Host =
            [
                new PlanPhase("start", [program, .. guidance.Start()]),
                new PlanPhase("training step", [.. kept, new("sample buffers", trained), overhead, .. guidance.Step(threads)]),
                new PlanPhase("checkpoint", [.. kept, new("sample buffers", trained), overhead, .. guidance.Weights(), new("copy of the state", state.CheckpointBytes)]),
                .. End(configuration, pictures, guidance.JudgeBytes).Select(phase => phase with
                {
                    Parts = [.. kept, new("sample buffers", pool.TouchedBytes), overhead, .. guidance.Weights(), new("copy of the state", state.CheckpointBytes), .. phase.Parts],
                }),
            ],
            Device = configuration.Guidance.Device == GuidanceDeviceChoice.Cuda ? Card(configuration, isHalf: false) : [],
            Disk = Disk(configuration, state, guidance, pictures, outputFolder),
            Samples = samples,
        };
    }

    /// <summary>
    /// Estimates a run whose kernels and guidance are both on a CUDA card. Computed from the same parts, with buffers as large as the pool
    /// allocates them; no card has been measured.
    /// </summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="isHalf">Whether the model's graphs are float16 ones of the same networks.</param>
    public IReadOnlyList<PlanPhase> Card(RunConfiguration configuration, bool isHalf)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var field = new FieldLedger(FieldOptions.From(configuration.Nerf, configuration.Background), _device);
        var state = new FieldState(configuration, field);
        var guidance = new GuidanceLedger(_model, configuration);
        SampleForecast forecast = Forecast(configuration);
        var pool = new PoolLedger();
        Train(pool, new ViewLedger(configuration, field), configuration, state, Samples(configuration, forecast));
        PlanPart program = new("driver and libraries", CardProgramBytes);
        double width = isHalf ? 0.5 : 1;
        PlanPart[] kernels = Kernels == KernelChoice.Portable
            ? []
            : [new("sums and tables of the kernels", field.CardBytes(new GpuTuning(configuration.Deterministic, Kernels == KernelChoice.Half)))];
        return
        [
            new PlanPhase("start", [program, new("text encoder", (long)(width * guidance.TextBytes))]),
            new PlanPhase("training step", [program, .. Kept(state, paints: false), .. kernels, new("sample buffers", pool.AllocatedBytes), .. guidance.OnCard(isHalf)]),
        ];
    }

    // Densities, faces before decimation, and the baked texture of the mesh that a run ends with; an export of 256 cells takes 258 MB for the same.
    private static long MeshBytes
    {
        get
        {
            const long BytesOfFace = 300, FacesOfCell = 8, BytesOfTexel = 40;
            long cells = AfterTraining.MeshResolution, texels = new ExportOptions().TextureSize;
            return (cells * cells * cells * sizeof(float)) + (FacesOfCell * cells * cells * BytesOfFace) + (texels * texels * BytesOfTexel);
        }
    }

    // What previews and each result of the end take beside the run, and what those before have left: a collector that nobody presses keeps it.
    private static IEnumerable<PlanPhase> End(RunConfiguration configuration, PictureLedger pictures, long judgeBytes)
    {
        long garbage = 0;
        foreach ((string name, IEnumerable<PlanPart> kept, IEnumerable<PlanPart> own, long? left) in Results(configuration, pictures, judgeBytes))
        {
            PlanPart[] parts = [.. own];
            yield return new PlanPhase(name, [.. kept, .. parts, .. garbage > 0 ? (PlanPart[])[new PlanPart("garbage of the results before", garbage)] : []]);
            garbage = Math.Min(MostGarbage, garbage + (left ?? parts.Sum(part => part.Bytes)));
        }
    }

    private static IEnumerable<(string Name, IEnumerable<PlanPart> Kept, IEnumerable<PlanPart> Own, long? Left)> Results(
        RunConfiguration configuration, PictureLedger pictures, long judgeBytes)
    {
        if (configuration.Task == TrainingTask.Pictures)
        {
            yield return ("pictures and scores", [], pictures.Paintings(judgeBytes), null);
            yield break;
        }
        if (pictures.HasPreviews)
        {
            yield return ("preview", [], pictures.Preview(), null);
        }
        if (configuration.ExportSheet)
        {
            yield return ("pictures", pictures.Kept(), pictures.Sheet(), pictures.LeftOfSheet);
        }
        if (configuration.ExportVideo)
        {
            yield return ("video", pictures.Kept(), pictures.Video(), pictures.LeftOfVideo);
        }
        if (configuration.ExportMesh)
        {
            yield return ("mesh", pictures.Kept(), [new PlanPart("mesh, its texture and its report", MeshBytes)], null);
        }
        if (pictures.IsJudged)
        {
            yield return ("scores", pictures.Kept(), pictures.Scores(judgeBytes), null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    private void Train(PoolLedger pool, ViewLedger view, RunConfiguration configuration, FieldState state, long samples)
    {
        view.UpdateOccupancy(pool, state.Cells);
        for (int octave = PoolLedger.Octaves; octave >= 0; octave--)
        {
            view.Train(pool, MostRays(configuration), Math.Max(1, samples >> octave), _model.ImageSize);
        }
    }

    private static IEnumerable<TrainSize> Sizes(TrainDataConfiguration data)
    {
        yield return data.SizeAt(0);
        for (int i = 0; i < data.ResolutionMilestones.Values.Length; i++)
        {
            yield return data.SizeAt(data.ResolutionMilestones.Values[i]);
        }
    }

    private static long MostRays(RunConfiguration configuration) => Sizes(configuration.Data.Train).Max(size => (long)size.Width * size.Height);

    private static long Samples(RunConfiguration configuration, SampleForecast forecast) =>
        Math.Min(configuration.Renderer.SampleBudget, (long)(forecast.PerRay * MostRays(configuration)));

    // What the forecast depends on; settings that only change sizes share one.
    private SampleForecast Forecast(RunConfiguration configuration)
    {
        RendererConfiguration renderer = configuration.Renderer;
        var key = (configuration.Nerf with { Encoder = configuration.Nerf.Encoder with { Log2HashmapSize = 0 } }, renderer with { SampleBudget = 0, FieldMemoryMebibytes = 0 },
            configuration.Data.Train with { Width = 0, Height = 0, BatchSize = 0 }, configuration.Iters, configuration.Seed);
        if (!_forecasts.TryGetValue(key, out SampleForecast? forecast))
        {
            _forecasts[key] = forecast = new SampleForecast(configuration, _device);
        }
        return forecast;
    }

    private IEnumerable<PlanPart> Kept(FieldState state, bool paints)
    {
        if (paints)
        {
            yield return new PlanPart("buffers of the paintings", PaintingBytesPerPixel * _model.ImageSize * _model.ImageSize);
            yield break;
        }
        yield return new PlanPart("parameters and gradients", state.ParameterBytes);
        yield return new PlanPart("optimiser", state.OptimizerBytes);
        if (state.AverageBytes > 0)
        {
            yield return new PlanPart("moving average", state.AverageBytes);
        }
        yield return new PlanPart("occupancy grid", state.OccupancyBytes);
    }

    private static List<DiskNeed> Disk(RunConfiguration configuration, FieldState state, GuidanceLedger guidance, PictureLedger pictures, string? outputFolder)
    {
        bool paints = configuration.Task == TrainingTask.Pictures;
        List<PlanPart> run =
        [
            new(Checkpoints, CheckpointFolder.MostFiles(configuration) * state.CheckpointBytes),
            new(Pictures, pictures.FileBytes),
            new(Snapshots, paints ? 0 : SnapshotFolder.MostFiles(configuration) * state.CheckpointBytes),
            new("metrics and log", (long)BytesOfMetricsLine * configuration.Iters),
        ];
        List<DiskNeed> needs = [new DiskNeed(outputFolder ?? Path.Combine(Directory.GetCurrentDirectory(), "runs"), run)];
        if (guidance.EncoderBytes > 0)
        {
            needs.Add(new DiskNeed(CacheFolder.Path, [new PlanPart("differentiated VAE encoder", (long)(CopiesInCache * guidance.EncoderBytes))]));
        }
        return needs;
    }
}
