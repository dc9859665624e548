using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Fitting;
using DreamFusion.Fitting.Scenes;
using DreamFusion.Pipeline.Configuration;
using ILGPU.Runtime;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Field;

/// <summary>
/// Rays, march, hash grid, network, density, composite, loss and optimiser together, against pictures that none of them made: a field fitted
/// to 24 views of an analytic scene must show views that lie far from all of them.
/// </summary>
public sealed class FieldFitTests(ITestOutputHelper output)
{
    private const double LowestPsnr = 28;
    private const double HighestNearestPsnr = 20;

    [Fact]
    public void A_field_fitted_to_24_views_shows_views_that_it_has_not_seen()
    {
        using DeviceContext device = DeviceContext.CreateCpu(threads: 2);
        FitReport report = FitExperiment.Run(device, new FitOptions());
        output.WriteLine(report.ToString());
        Assert.Equal(8, report.Views.Count);
        Assert.True(report.Views.All(view => view.NearestPsnr < HighestNearestPsnr), report.ToString());
        // Every view alone, which the mean of the views and the pooled error follow from.
        Assert.True(report.WorstPsnr >= LowestPsnr, report.ToString());
    }

    [Fact]
    public void A_field_that_has_not_learnt_fails_the_measure()
    {
        SceneView[] training = FitExperiment.See(FitExperiment.Rig.Training);
        FitReport nearest = FitExperiment.Report(training, 1, (truth, background) => training[FitExperiment.Rig.NearestTraining(truth.Camera)].On(background));
        Assert.All(nearest.Views, view => Assert.True(view.Psnr < HighestNearestPsnr, nearest.ToString()));
        FitReport truth = FitExperiment.Report(training, 1, (view, background) => view.On(background));
        Assert.All(truth.Views, view => Assert.Equal(double.PositiveInfinity, view.Psnr));
    }

    [Fact]
    public void Steps_have_the_same_bits_for_any_number_of_threads()
    {
        SceneView[] views = [.. FitExperiment.Rig.Training.Take(3).Select(camera => AnalyticScene.Overlapping.See(camera, 24))];
        float[] one = Parameters(views, 1);
        Assert.Equal(one, Parameters(views, 2));
        Assert.Equal(one, Parameters(views, 4));
    }

    private static float[] Parameters(SceneView[] views, int threads)
    {
        using DeviceContext device = DeviceContext.CreateCpu(threads);
        using var fit = new FieldFit(device, views, new FitOptions
        {
            Steps = 6,
            SamplesPerStep = 2000,
            OccupancyInterval = 2,
            Occupancy = new RendererConfiguration { GridResolution = 16, GridWarmupSteps = 3 },
        });
        fit.Run();
        var values = new float[fit.Field.Parameters.Length];
        fit.Field.Parameters.Values.CopyToCPU(values);
        return values;
    }
}
