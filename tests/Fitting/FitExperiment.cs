using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Fitting.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Fitting;

/// <summary>The whole experiment: 24 pictures of the scene, a field fitted to them, and eight views that it has not seen. The test and the benchmark run the same.</summary>
public static class FitExperiment
{
    /// <summary>Width and height of every view, pixels.</summary>
    public const int ViewSize = 128;

    private const int TrainingCount = 24;
    private const int HeldOutCount = 8;

    /// <summary>The cameras.</summary>
    public static ViewRig Rig { get; } = ViewRig.AllAround(TrainingCount, HeldOutCount);

    /// <summary>Traces the pictures, fits the field, and looks at it from the held-out cameras.</summary>
    public static FitReport Run(DeviceContext device, FitOptions options)
    {
        SceneView[] training = See(Rig.Training);
        using var fit = new FieldFit(device, training, options);
        fit.Run();
        return Report(training, options.Seed, (truth, background) => fit.See(truth.Camera, truth.Size, background));
    }

    /// <summary>Compares pictures from the held-out cameras with the truth.</summary>
    /// <param name="training">The views from the training cameras.</param>
    /// <param name="seed">Seed of the backgrounds.</param>
    /// <param name="render">What is to be tested: the picture of a held-out view on a background.</param>
    public static FitReport Report(IReadOnlyList<SceneView> training, uint seed, Func<SceneView, Rgb, FloatImage> render)
    {
        SceneView[] truths = See(Rig.HeldOut);
        var views = new List<HeldOutView>();
        for (int i = 0; i < truths.Length; i++)
        {
            int nearest = Rig.NearestTraining(truths[i].Camera);
            Float3 colour = Background.Draw(new RandomKey(seed, uint.MaxValue, RandomPurpose.Background), (uint)i, Float3.One, randomShare: 1f);
            var background = new Rgb(colour.X, colour.Y, colour.Z);
            views.Add(new HeldOutView(
                truths[i], training[nearest], ViewRig.AngleDegrees(truths[i].Camera, Rig.Training[nearest]), background, render(truths[i], background)));
        }
        return new FitReport(views);
    }

    /// <summary>The scene from some cameras.</summary>
    public static SceneView[] See(IEnumerable<OrbitCamera> cameras) =>
        [.. cameras.Select(camera => AnalyticScene.Overlapping.See(camera, ViewSize))];
}
