using System.Collections.Generic;
using System.IO;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Runs;

/// <summary>A field that is opened for pictures and meshes is the one that the run itself shows.</summary>
public sealed class TrainedFieldTests
{
    private const int Steps = 5;
    private const int Size = 24;

    private static readonly OrbitCamera _camera = new(30f, 60f, 4f, 1.15f);

    // Origin of the truth: the trainer that wrote the checkpoint, rendered in its own process with its average in place.
    [Theory]
    [InlineData("average")]
    [InlineData("no average")]
    [InlineData("levels by a schedule")]
    [InlineData("levels by the run's length")]
    [InlineData("integrated encoding")]
    public void It_looks_as_the_trainer_shows_it(string name)
    {
        RunConfiguration configuration = Configuration(name);
        using var device = DeviceContext.CreateCpu(2, choice: KernelChoice.Tuned);
        using var target = new TargetImage(new FloatImage(16, 16, 3));
        using var trainer = new Trainer(configuration, device, target, PromptEmbeddings.Compute(Toybox.Model, "a donut", "", new ViewPrompts(configuration.ViewPrompts)));
        while (trainer.Step < Steps)
        {
            trainer.Advance();
        }

        ViewLayers shown;
        using (trainer.Average?.InPlace())
        {
            shown = new LayeredRenderer(device, trainer.Renderer, trainer.Occupancy).Render(_camera, Size, Size, 64, 0.4f);
        }

        using var folder = new TemporaryFolder();
        string file = new CheckpointFolder(folder.File("checkpoints"), keep: 1).Save(TrainerCheckpoint.Capture(trainer, configuration, new Dictionary<string, string>()));
        foreach (string path in (string[])[folder.Path, file])
        {
            using var opened = TrainedField.Open(path, 2);
            Assert.Equal((file, Steps), (opened.CheckpointPath, opened.Step));
            ViewLayers seen = new LayeredRenderer(opened.Device, opened.Renderer, opened.Occupancy).Render(_camera, Size, Size, 64, 0.4f);
            Assert.Equal(shown.Opacity.Data, seen.Opacity.Data);
            Assert.Equal(shown.Colour.Data, seen.Colour.Data);
            Assert.Equal(shown.Normal.Data, seen.Normal.Data);
            Assert.Equal(seen.Opacity.Data, opened.Render(_camera, Size, Size).Opacity.Data);
        }
    }

    [Fact]
    public void What_is_no_object_is_bad_input()
    {
        using var folder = new TemporaryFolder();
        void Refuses(string path, string expected)
        {
            DfkException error = Assert.Throws<DfkException>(() => TrainedField.Open(path, 1));
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
            Assert.Contains(expected, error.Message, System.StringComparison.Ordinal);
        }

        Refuses(folder.File("nothing"), "nothing of that name");
        Refuses(folder.Path, "a folder without checkpoints/latest");
        string picture = folder.File("picture.safetensors");
        CheckpointFile.Write(picture, new Checkpoint
        {
            Step = 1,
            Seed = 0,
            Configuration = ConfigurationFile.WriteDetermining(Configuration("average") with { Task = TrainingTask.Pictures }),
            ModelHashes = new Dictionary<string, string>(),
            Tensors = new Dictionary<string, Tensor> { ["latent"] = Tensor.From([1f], 1) },
        });
        Refuses(picture, "a run of --2d");
        File.WriteAllText(picture, "no checkpoint");
        Refuses(picture, picture);
    }

    private static RunConfiguration Configuration(string name)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        RunConfiguration tiny = toybox with
        {
            Prompt = "a donut",
            Iters = 20,
            EmaDecay = 0.9f,
            EmaInterval = 2,
            EmaWarmup = false,
            UpdateExtraInterval = 3,
            Renderer = toybox.Renderer with { GridResolution = 16, MaxSteps = 16, EvalMaxSteps = 64 },
            Data = toybox.Data with { Train = toybox.Data.Train with { Width = 16, Height = 16 } },
        };
        EncoderConfiguration encoder = tiny.Nerf.Encoder;
        return name switch
        {
            "average" => tiny,
            "no average" => tiny with { EmaDecay = 0f },
            "levels by a schedule" => tiny with
            {
                Nerf = tiny.Nerf with { Encoder = encoder with { ProgressiveLevels = new ScheduledValue(new SchedulePoint(2, 1f), new SchedulePoint(10, encoder.Levels)) } },
            },
            "levels by the run's length" => tiny with { ProgressiveLevel = true },
            _ => tiny with { Nerf = tiny.Nerf with { Encoder = encoder with { EncoderType = EncoderType.Integrated, EncoderMultiRes = 5 } } },
        };
    }
}
