using System;
using System.IO;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Training;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Runs;

/// <summary>A field that was trained, to look at: read from a checkpoint, which holds its configuration, too. The prior is not needed.</summary>
public sealed class TrainedField : IFieldViews, IDisposable
{
    private const int RaysPerTile = 8192;

    private TrainedField(string checkpointPath, Checkpoint checkpoint, RunConfiguration configuration, int threads, string device)
    {
        CheckpointPath = checkpointPath;
        Step = checkpoint.Step;
        Configuration = configuration;
        Device = DeviceSelection.Open(device, threads, KernelChoice.Tuned, configuration.Deterministic);
        Field = new RadianceField(Device, FieldOptions.From(configuration.Nerf, configuration.Background));
        Occupancy = new OccupancyUpdater(Device, Field, configuration.Renderer, configuration.Seed);
        Renderer = new Renderer(Field, Occupancy, RendererOptions.From(configuration.Renderer, configuration.Loss));
    }

    /// <summary>The checkpoint that was read.</summary>
    public string CheckpointPath { get; }

    /// <summary>Steps that it was trained for.</summary>
    public int Step { get; }

    /// <summary>What it was trained with; paths, device and intervals have their defaults.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>Where its kernels run.</summary>
    public DeviceContext Device { get; }

    /// <summary>The field.</summary>
    public RadianceField Field { get; }

    /// <summary>Its occupancy grid.</summary>
    public OccupancyUpdater Occupancy { get; }

    /// <summary>Its renderer.</summary>
    public Renderer Renderer { get; }

    /// <summary>Reads a run's newest checkpoint, or a checkpoint by its own path.</summary>
    /// <param name="path">A run folder or a file <c>*.safetensors</c>.</param>
    /// <param name="threads">CPU threads, at least 1.</param>
    /// <param name="device">Where the kernels run: auto, cpu, cuda or cuda:N.</param>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>: nothing there, damaged, or no checkpoint of an object. With <see cref="ExitCode.MachineLacks"/>: the device is not there.
    /// </exception>
    public static TrainedField Open(string path, int threads, string device = DeviceSelection.Automatic)
    {
        DeviceSelection.RequireExisting(device);
        string file = Locate(path);
        Checkpoint checkpoint = CheckpointFile.Read(file);
        var configuration = ConfigurationFile.ReadDetermining(checkpoint.Configuration, file);
        if (configuration.Task != TrainingTask.Asset)
        {
            throw new DfkException(ExitCode.BadInput, $"{path}: expected the run of an object, got a run of --2d, whose pictures lie in its folder.");
        }

        var trained = new TrainedField(file, checkpoint, configuration, threads, device);
        try
        {
            TrainerCheckpoint.FillScene(trained.Field, trained.Occupancy, checkpoint, configuration);
            return trained;
        }
        catch
        {
            trained.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public FieldView Render(OrbitCamera camera, int width, int height)
    {
        var view = new FieldView(camera, new FloatImage(width, height, 3), new FloatImage(width, height, 1));
        RayMarchOptions march = Renderer.Steps(Configuration.Renderer.EvalMaxSteps, int.MaxValue);
        using var cast = new Tape(Device, recording: false);
        RayBatch rays = Renderer.CastRays(cast, camera, width, height);
        for (int first = 0; first < rays.Count; first += RaysPerTile)
        {
            int count = Math.Min(RaysPerTile, rays.Count - first);
            var tile = new RayBatch(
                rays.Origins.SubView(first, count), rays.Directions.SubView(first, count), rays.Near.SubView(first, count), rays.Far.SubView(first, count));
            using var tape = new Tape(Device, recording: false);
            RenderedView rendered = Renderer.RenderRays(tape, tile, ViewShading.AlbedoOn(Rgb.White), march, jitter: null);
            rendered.Image.Value.CopyToCPU(view.Colour.Data.AsSpan(3 * first, 3 * count));
            rendered.Opacity.Value.CopyToCPU(view.Opacity.Data.AsSpan(first, count));
        }

        return view;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Occupancy.Dispose();
        Field.Dispose();
        Device.Dispose();
    }

    /// <summary>Says whether there is a checkpoint at a path, without reading it: before work on another one.</summary>
    /// <param name="path">A run folder or a file <c>*.safetensors</c>.</param>
    /// <returns>The checkpoint's path.</returns>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: nothing there.</exception>
    public static string Locate(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0)
        {
            throw new DfkException(ExitCode.BadInput, "the run: expected a run folder with a checkpoint, or a checkpoint file, got an empty name; runs lie in runs/ where nothing else was said.");
        }

        if (File.Exists(path))
        {
            return path;
        }

        string checkpoints = Path.Combine(path, "checkpoints");
        return Directory.Exists(checkpoints) && new CheckpointFolder(checkpoints, keep: 1).LatestPath is { } latest
            ? latest
            : throw new DfkException(
                ExitCode.BadInput,
                $"{path}: expected a run folder with a checkpoint, or a checkpoint file, got {(Directory.Exists(path) ? "a folder without checkpoints/latest" : "nothing of that name")}. Train one first: dfk train \"a hamburger\".");
    }
}
