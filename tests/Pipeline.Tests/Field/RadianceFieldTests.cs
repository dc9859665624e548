using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Field;

public sealed class RadianceFieldTests
{
    [Theory]
    [InlineData(0.01f, 1)]
    [InlineData(0.25f, 2)]
    [InlineData(1f / 6f, 1)]
    [InlineData(3f / 6f, 3)]
    [InlineData(5f / 6f, 5)]
    [InlineData(0.9f, 6)]
    [InlineData(1f, 6)]
    public void A_share_of_the_levels_is_rounded_up_and_the_finer_ones_get_no_gradient(float share, int levels)
    {
        using DeviceContext device = DeviceContext.CreateCpu(1, assertions: true, KernelChoice.Portable);
        using var field = new RadianceField(device, FieldOptions.From(new NerfConfiguration()));
        field.Initialise(1);
        field.MaxLevel = share;
        using var tape = new Tape(device);
        ArrayView<float> positions = tape.Scratch<float>(3 * 50);
        var random = new Random(2);
        positions.CopyFromCPU([.. Enumerable.Range(0, 150).Select(_ => random.NextSingle() - 0.5f)]);
        FieldSamples samples = field.Evaluate(tape, tape.Constant(positions, 50, 3), withNormals: true);
        ArrayView<float> ones = tape.Scratch<float>(150);
        ones.CopyFromCPU([.. Enumerable.Repeat(1f, 150)]);
        tape.Seed(samples.Albedo, ones);
        tape.Seed(samples.Normals!, ones);
        tape.Backward();
        (var layout, Variable table) = field.Grid!.Value;
        float[] gradient = Read(table.Gradient);
        for (int level = 0; level < 6; level++)
        {
            int first = layout.Levels[level].Offset * 2;
            Assert.Equal(level < levels, gradient.AsSpan(first, layout.Levels[level].EntryCount * 2).ContainsAnyExcept(0f));
        }
    }

    [Fact]
    public void A_share_outside_its_range_is_refused()
    {
        using DeviceContext device = DeviceContext.CreateCpu(1);
        using var field = new RadianceField(device, FieldOptions.From(new NerfConfiguration()));
        Assert.Throws<ArgumentOutOfRangeException>(() => field.MaxLevel = 0f);
        Assert.Throws<ArgumentOutOfRangeException>(() => field.MaxLevel = float.NaN);
    }

    // Values of text-to-3d 1.7: λ_Σ from 5e-2 to 2e-3 over 5000 steps; as a standard deviation the variance is its square.
    [Fact]
    public void The_integrated_encoding_sharpens_over_five_thousand_steps()
    {
        NerfConfiguration nerf = new() { Encoder = new EncoderConfiguration { EncoderType = EncoderType.Integrated } };
        var options = (IntegratedEncodingOptions)FieldOptions.From(nerf).Encoding;
        Assert.Equal(2.5e-3f, options.VarianceAt(0), 1e-7f);
        Assert.Equal(0.026f * 0.026f, options.VarianceAt(2500), 1e-7f);
        Assert.Equal(4e-6f, options.VarianceAt(9000), 1e-9f);
        var asVariance = (IntegratedEncodingOptions)FieldOptions.From(nerf with { Encoder = nerf.Encoder with { CovarianceScale = CovarianceScale.Variance } }).Encoding;
        Assert.Equal(0.026f, asVariance.VarianceAt(2500), 1e-7f);
        using DeviceContext device = DeviceContext.CreateCpu(1);
        using var field = new RadianceField(device, FieldOptions.From(nerf));
        field.Initialise(3);
        float[] early = Densities(device, field);
        field.Prepare(5000);
        Assert.NotEqual(early, Densities(device, field));
        field.Prepare(0);
        Assert.Equal(early, Densities(device, field));
    }

    [Fact]
    public void Each_group_of_parameters_has_its_role_and_starts_at_random()
    {
        NerfConfiguration nerf = new() { SigmaNet = new MlpConfiguration(), FeaturesNet = new MlpConfiguration() };
        using DeviceContext device = DeviceContext.CreateCpu(1);
        using var field = new RadianceField(device, FieldOptions.From(nerf, new BackgroundConfiguration { Kind = BackgroundKind.Environment }));
        field.Initialise(3);
        Assert.Equal(
            [
                (RadianceField.TableName, ParameterRole.Encoder),
                (RadianceField.SigmaNetworkName, ParameterRole.Network),
                (RadianceField.FeaturesNetworkName, ParameterRole.Network),
                (RadianceField.BackgroundName, ParameterRole.Background),
            ],
            field.Parameters.Groups.Select(group => (group.Name, group.Shape.Role)));
        Assert.All(field.Parameters.Groups, group => Assert.Contains(Read(group.Variable.Value), value => value != 0f));
    }

    // The table of references: white light is grey, the colour of the background is learnt where a share of the views is not random.
    [Fact]
    public void A_learnt_background_is_replaced_by_a_random_colour_on_its_share_of_the_views_and_never_in_the_latent_phase()
    {
        var sampler = new BackgroundSampler(new BackgroundConfiguration { Kind = BackgroundKind.Torchngp, RandomAugProb = 0.5f }, seed: 4);
        Rgb?[] draws = [.. Enumerable.Range(0, 4000).Select(step => sampler.Sample(step, view: 0, isLatent: false))];
        Assert.InRange(draws.Count(draw => draw is null), 1880, 2120);
        Assert.InRange(draws.Average(draw => draw?.G ?? 0.5f), 0.48, 0.52);
        Assert.All(Enumerable.Range(0, 100), step => Assert.Null(sampler.Sample(step, view: 0, isLatent: true)));
        Assert.Contains(Enumerable.Range(0, 20), step => sampler.Sample(step, 0, false) != sampler.Sample(step, 1, false));
        var always = new BackgroundSampler(new BackgroundConfiguration { Kind = BackgroundKind.Environment }, seed: 4);
        Assert.All(Enumerable.Range(0, 100), step => Assert.Null(always.Sample(step, view: 0, isLatent: false)));
    }

    [Fact]
    public void A_field_without_a_learnt_background_says_so()
    {
        using DeviceContext device = DeviceContext.CreateCpu(1);
        using var field = new RadianceField(device, FieldOptions.From(new NerfConfiguration()));
        using var occupancy = new OccupancyUpdater(device, field, new RendererConfiguration(), 1);
        var renderer = new Renderer(field, occupancy);
        using var tape = new Tape(device);
        Assert.Contains("background.kind", Assert.Throws<InvalidOperationException>(() => renderer.Render(
            tape, new OrbitCamera(0f, 90f, 3f, 1f), 4, 4, ViewShading.AlbedoOn(null), renderer.Steps(8, 1000), jitter: null)).Message, StringComparison.Ordinal);
    }

    // Origin: stable-dreamfusion's and torch-ngp's march (dt = 2√3 / max_steps, dt_max = 2√3 bound / H).
    [Fact]
    public void Steps_are_counted_as_the_rule_says()
    {
        using DeviceContext device = DeviceContext.CreateCpu(1);
        using var field = new RadianceField(device, FieldOptions.From(new NerfConfiguration { Bound = 2f, BoundKind = BoundKind.Cube }));
        using var occupancy = new OccupancyUpdater(device, field, new RendererConfiguration { GridResolution = 64, GridLevels = null, UpdateInterval = 16 }, 1);
        Assert.Equal(2, occupancy.Grid.Options.CascadeCount);
        Assert.True(occupancy.IsDue(32, 8) && !occupancy.IsDue(8, 8) && !occupancy.IsDue(16, 10));
        var rule = new RendererOptions { StepRule = StepRule.StableDreamfusion, ConeAngle = 1e-3f, MinNear = 0.3f };
        RayMarchOptions steps = new Renderer(field, occupancy, rule).Steps(1024, 5);
        Assert.Equal((3.4641016f / 1024, 2f * 3.4641016f / 64, 1024, 0.3f, 5), (steps.StepLength, steps.MaxStepLength, steps.MaxSamples, steps.MinNear, steps.SampleBudget));
        RayMarchOptions across = new Renderer(field, occupancy).Steps(100, 5);
        Assert.Equal((4f * MathF.Sqrt(3f) / 100, 100, 0f), (across.StepLength, across.MaxSteps, across.MinNear));
        across.Validate();
    }

    private static float[] Densities(DeviceContext device, RadianceField field)
    {
        using var tape = new Tape(device, recording: false);
        ArrayView<Float3> positions = tape.Scratch<Float3>(20);
        positions.CopyFromCPU([.. Enumerable.Range(0, 20).Select(i => new Float3(0.03f * i, 0.1f, -0.02f * i))]);
        ArrayView<float> sigma = tape.Scratch<float>(20);
        field.Density(positions, sigma);
        return Read(sigma);
    }

    private static float[] Read(ArrayView<float> view)
    {
        var values = new float[view.Length];
        view.CopyToCPU(values);
        return values;
    }
}
