using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Losses;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Training;
using DreamFusion.References.Losses;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Field;

/// <summary>
/// The whole image with every loss term, as the configuration composes it, against the same in double precision: the image, the value of
/// each term, and the gradient of every group of parameters against central differences along random directions.
/// </summary>
public sealed class ViewGradientTests
{
    private const int Step = 700;
    private const int DirectionCount = 8;
    private const double Difference = 1e-7;

    private static readonly RunConfiguration _base = new()
    {
        Prompt = "a test",
        Iters = 1000,
        Nerf = new NerfConfiguration
        {
            Bound = 1f,
            BlobDensity = 1f,
            BlobRadius = 0.5f,
            DensityGain = 1f,
            DensityBias = 0f,
            DensityScale = 2f,
            FiniteDifferenceNormalEps = 0.05f,
            Encoder = new EncoderConfiguration { Levels = 3, Log2HashmapSize = 7, BaseResolution = 3, DesiredResolution = 7, EncoderMultiRes = 3 },
            Net = Small,
        },
        Background = new BackgroundConfiguration { EncoderMultiRes = 2, Net = Small },
        Renderer = new RendererConfiguration { GridResolution = 8, DensityThreshold = 0f, MaxSteps = 9 },
        Loss = new LossConfiguration
        {
            Opacity = 0.3f,
            Opaque = 0.4f,
            Entropy = 0.5f,
            EntropyRamp = 0f,
            Orientation = 2f,
            ImageNormalSmoothness = 0.7f,
            SpaceNormalSmoothness = 0.2f,
            DepthVariance = 0.6f,
            TotalVariation = 0.1f,
            ScaleByLatents = false,
        },
        Data = new DataConfiguration { Train = new TrainDataConfiguration { Width = 6, Height = 5 } },
    };

    private static readonly ViewShading _lambertian = new(ShadingMode.Lambertian, new Vector3(0.3f, 0.8f, 0.52f), 0.3f, new Rgb(0.2f, 0.5f, 0.9f));

    private static MlpConfiguration Small => new() { NumHiddenDims = 16 };

    private static MlpConfiguration SmallSilu => new() { NumHiddenDims = 16, NumLayers = 3, Bias = false, HiddenActivation = MlpActivation.Silu };

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static Dictionary<string, (RunConfiguration Configuration, ViewShading Shading)> Cases => new()
    {
        ["hash grid, one network, analytic normals, Lambertian"] = (_base, _lambertian),
        ["separate networks, smoothstep, exp, textureless, losses as stable-dreamfusion"] = (
            _base with
            {
                Nerf = _base.Nerf with
                {
                    SigmaNet = Small,
                    FeaturesNet = SmallSilu,
                    DensityActivation = DensityActivation.Exp,
                    Encoder = _base.Nerf.Encoder with { Interpolation = GridInterpolation.Smoothstep },
                },
                Loss = _base.Loss with { OpacityForm = OpacityForm.Square, EntropyOf = EntropyOf.Weights, OrientationOver = OrientationOver.Samples },
            },
            _lambertian with { Mode = ShadingMode.Textureless }),
        ["frequency, SiLU, added blob, point light, environment map"] = (
            Behind(
                _base with
                {
                    Nerf = _base.Nerf with
                    {
                        Net = SmallSilu,
                        DensityActivation = DensityActivation.Exp,
                        BlobKind = BlobKind.AddedGaussian,
                        Encoder = _base.Nerf.Encoder with { EncoderType = EncoderType.Frequency },
                    },
                    Loss = _base.Loss with { OrientationOver = OrientationOver.Foreground },
                },
                BackgroundKind.Environment),
            _lambertian with { LightPosition = new Vector3(1f, 2f, 0.5f), Ambient = 0.1f, Diffuse = 0.9f, Background = null }),
        ["integrated, separate SiLU networks, coloured Phong, learnt background of a frequency encoding"] = (
            Behind(
                _base with
                {
                    Nerf = _base.Nerf with
                    {
                        SigmaNet = SmallSilu,
                        FeaturesNet = Small,
                        AlbedoActivation = AlbedoActivation.Linear,
                        Encoder = _base.Nerf.Encoder with { EncoderType = EncoderType.Integrated, EncoderMultiRes = 5 },
                    },
                },
                BackgroundKind.Torchngp),
            _lambertian with
            {
                Mode = ShadingMode.Phong,
                LightPosition = new Vector3(-1f, 1.5f, 2f),
                LightColour = new Rgb(0.9f, 0.7f, 0.4f),
                Material = new MaterialConfiguration { SpecularExponent = 4f },
                Background = null,
            }),
        ["central differences in a cube, unweighted Lambertian"] = (
            _base with { Nerf = _base.Nerf with { BoundKind = BoundKind.Cube, NormalType = NormalType.CentralFiniteDifference } },
            _lambertian with { Diffuse = 1f }),
        ["forward differences, frequency, normals as colours"] = (
            _base with
            {
                Nerf = _base.Nerf with
                {
                    NormalType = NormalType.ForwardFiniteDifference,
                    SigmaNet = SmallSilu,
                    FeaturesNet = Small,
                    Encoder = _base.Nerf.Encoder with { EncoderType = EncoderType.Frequency },
                },
            },
            _lambertian with { Mode = ShadingMode.Normal }),
        ["backward differences, coloured textureless"] = (
            _base with { Nerf = _base.Nerf with { NormalType = NormalType.BackwardFiniteDifference } },
            _lambertian with { Mode = ShadingMode.Textureless, LightColour = new Rgb(0.5f, 0.8f, 1f) }),
        ["two levels, cascades, growing steps, camera inside"] = (
            _base with
            {
                Nerf = _base.Nerf with
                {
                    Bound = 2f,
                    BoundKind = BoundKind.Cube,
                    NormalType = NormalType.Autograd,
                    Encoder = _base.Nerf.Encoder with { EncoderMaxLevel = 0.5f },
                },
                Renderer = _base.Renderer with { GridLevels = null, DtGamma = 0.2f, MinNear = 0.1f, MaxSteps = 24 },
            },
            _lambertian),
        ["plain albedo with regularised normals, stable-dreamfusion's steps"] = (
            Behind(
                _base with
                {
                    Loss = _base.Loss with { NormalLossesIn = NormalLossesIn.All },
                    Renderer = _base.Renderer with { StepRule = StepRule.StableDreamfusion, MaxSteps = 16 },
                },
                BackgroundKind.Torchngp,
                DirectionEncoderType.SphericalHarmonics),
            ViewShading.AlbedoOn(null)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_image_and_its_gradients_are_those_of_double_precision(string name)
    {
        (RunConfiguration configuration, ViewShading shading) = Cases[name];
        Run run = Render(configuration, shading, KernelChoice.Portable);
        Assert.InRange(run.Samples.RayIndices.Length, 60, 1000);
        (double loss, ViewValues values) = run.Loss(run.Parameters);
        Close.Require("image", values.Output.Image, run.Image, 2e-5);
        Assert.Equal(run.Terms.Count, run.LastTerms.Count);
        foreach ((string term, double value) in run.Terms)
        {
            Assert.True(Math.Abs(value - run.LastTerms[term]) <= 2e-4 * Math.Abs(run.LastTerms[term]), $"{term}: {value}, expected {run.LastTerms[term]}");
        }
        Assert.True(double.IsFinite(loss));
        foreach ((string group, float[] gradient) in run.Gradients)
        {
            (double[] expected, double[] actual) = Directions(run, group, gradient);
            if (group == RadianceField.FeaturesNetworkName && shading.Mode is ShadingMode.Textureless or ShadingMode.Normal)
            {
                // No colour is shown, so nothing reaches the network that makes it.
                Assert.All(expected.Concat(actual), value => Assert.Equal(0d, value));
                continue;
            }
            Assert.Contains(expected, value => Math.Abs(value) > 1e-6);
            double error = GradientCheck.RelativeError(expected, actual);
            Assert.True(error <= 3e-4, $"{group}: relative error {error:g3}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tuned_code_gives_the_same_image_and_gradients(string name)
    {
        (RunConfiguration configuration, ViewShading shading) = Cases[name];
        Run portable = Render(configuration, shading, KernelChoice.Portable), tuned = Render(configuration, shading, KernelChoice.Tuned);
        Close.Require("image", Array.ConvertAll(portable.Image, x => (double)x), tuned.Image, 1e-5);
        foreach ((string group, float[] gradient) in portable.Gradients)
        {
            GradientCheck.Require(group, Array.ConvertAll(gradient, g => (double)g), tuned.Gradients[group], 1e-4);
        }
    }

    [Fact]
    public void A_gradient_without_one_loss_term_is_noticed()
    {
        (RunConfiguration configuration, ViewShading shading) = Cases["hash grid, one network, analytic normals, Lambertian"];
        Run whole = Render(configuration, shading, KernelChoice.Portable);
        Run partial = Render(configuration with { Loss = configuration.Loss with { DepthVariance = 0f } }, shading, KernelChoice.Portable);
        (double[] expected, double[] actual) = Directions(whole, RadianceField.NetworkName, partial.Gradients[RadianceField.NetworkName]);
        Assert.True(GradientCheck.RelativeError(expected, actual) > 3e-3);
    }

    private static RunConfiguration Behind(RunConfiguration configuration, BackgroundKind kind, DirectionEncoderType? encoder = null) =>
        configuration with { Background = configuration.Background with { Kind = kind, EncoderType = encoder } };

    // The directional derivatives of a group: their mean squared error is that of the whole gradient, as the entries are ±1.
    private static (double[] Expected, double[] Actual) Directions(Run run, string group, float[] gradient)
    {
        var random = new Random(17);
        double[] point = run.Parameters[group], expected = new double[DirectionCount], actual = new double[DirectionCount];
        for (int k = 0; k < DirectionCount; k++)
        {
            double[] direction = [.. point.Select(_ => random.Next(2) == 0 ? -1d : 1d)];
            double At(double h) => run.Loss(new(run.Parameters) { [group] = [.. point.Zip(direction, (x, d) => x + (h * d))] }).Loss;
            expected[k] = (At(Difference) - At(-Difference)) / (2 * Difference);
            actual[k] = gradient.Zip(direction, (g, d) => g * d).Sum();
        }
        return (expected, actual);
    }

    private static Run Render(RunConfiguration configuration, ViewShading shading, KernelChoice choice)
    {
        using DeviceContext device = DeviceContext.CreateCpu(2, assertions: choice == KernelChoice.Portable, choice);
        FieldOptions options = FieldOptions.From(configuration.Nerf, configuration.Background);
        using var field = new RadianceField(device, options);
        var random = new Random(5);
        var parameters = new Dictionary<string, double[]>();
        foreach (ParameterGroup group in field.Parameters.Groups)
        {
            double[] values = RandomArrays.Uniform(random, (int)group.Length, -0.5, 0.5);
            group.Variable.Value.CopyFromCPU(Array.ConvertAll(values, x => (float)x));
            parameters.Add(group.Name, values);
        }
        field.Prepare(Step);
        using var occupancy = new OccupancyUpdater(device, field, configuration.Renderer, 3);
        occupancy.Update(0);
        var renderer = new Renderer(field, occupancy, RendererOptions.From(configuration.Renderer, configuration.Loss));
        bool inside = configuration.Nerf.Bound > 1f;
        var camera = new OrbitCamera(30f, 65f, inside ? 1.2f : 2.5f, inside ? 0.8f : 0.9f);
        TrainSize size = configuration.Data.Train.SizeAt(Step);
        using var tape = new Tape(device);
        RenderedView view = renderer.Render(
            tape, camera, size.Width, size.Height, shading, renderer.Steps(configuration.Renderer.MaxSteps, 1 << 16), new RandomKey(1, 2, RandomPurpose.RayJitter));
        double[] upstream = RandomArrays.Uniform(random, 3 * size.Width * size.Height, -0.1, 0.1);
        ArrayView<float> seed = tape.Scratch<float>(upstream.Length);
        seed.CopyFromCPU(Array.ConvertAll(upstream, x => (float)x));
        var regularizers = new Regularizers(configuration, 1);
        regularizers.Add(tape, renderer, view, Step);
        tape.Backward(view.Image, seed);
        double variance = options.Encoding is IntegratedEncodingOptions integrated ? integrated.VarianceAt(Step) : 0;
        int levels = configuration.Nerf.Encoder.EncoderMaxLevel is 0.5f ? 2 : 3;
        return new Run(configuration, shading, new ViewReference(options, variance, levels), Samples(view), parameters, upstream, view.Normals is not null)
        {
            Image = Read(view.Image.Value),
            Gradients = field.Parameters.Groups.ToDictionary(group => group.Name, group => Read(group.Variable.Gradient)),
            Terms = regularizers.ReadValues().ToDictionary(),
        };
    }

    private static ViewSamples Samples(RenderedView view)
    {
        SampleRange[] ranges = Read(view.Samples.Ranges);
        return new ViewSamples(
            [.. ranges.Select(range => range.Offset)], [.. ranges.Select(range => range.Count)], Rows(view.Samples.Positions), Read(view.Samples.RayIndices),
            Array.ConvertAll(Read(view.Samples.Distances), x => (double)x), Array.ConvertAll(Read(view.Samples.Lengths), x => (double)x),
            Rows(view.Rays.Directions));
    }

    private static double[] Rows(ArrayView<Float3> view) => Array.ConvertAll(Read(view.Cast<float>()), x => (double)x);

    private static T[] Read<T>(ArrayView<T> view)
        where T : unmanaged
    {
        var values = new T[view.Length];
        view.CopyToCPU(values);
        return values;
    }

    private sealed class Run
    {
        private readonly RunConfiguration _configuration;
        private readonly ViewShading _shading;
        private readonly ViewReference _reference;
        private readonly double[] _upstream;
        private readonly bool _withNormals;
        private readonly double[] _shifted;
        private readonly double[] _weights;
        private readonly bool[] _opaqueRays;
        private readonly int _orientationCount;

        public Run(
            RunConfiguration configuration, ViewShading shading, ViewReference reference, ViewSamples samples, Dictionary<string, double[]> parameters,
            double[] upstream, bool withNormals)
        {
            _configuration = configuration;
            _shading = shading;
            _reference = reference;
            _upstream = upstream;
            _withNormals = withNormals;
            Samples = samples;
            Parameters = parameters;
            var key = new RandomKey(configuration.Seed, Step, RandomPurpose.NormalShift);
            _shifted = [.. samples.Positions.Select((x, i) => (double)((float)x + (0.01f * CounterRandom.Normal(key, (uint)i, 0))))];
            // What the losses hold fixed while they are differentiated.
            ViewValues values = reference.Render(parameters, samples, shading, withNormals);
            _weights = values.Output.Weights;
            _opaqueRays = [.. values.Output.Opacity.Select(a => a > 0.5)];
            _orientationCount = configuration.Loss.OrientationOver switch
            {
                OrientationOver.Rays => samples.Offsets.Length,
                OrientationOver.Samples => samples.RayIndices.Length,
                _ => values.Output.Opacity.Count(a => a > 0),
            };
        }

        public ViewSamples Samples { get; }

        public Dictionary<string, double[]> Parameters { get; }

        public required float[] Image { get; init; }

        public required Dictionary<string, float[]> Gradients { get; init; }

        public required Dictionary<string, double> Terms { get; init; }

        /// <summary>The weighted terms of the last <see cref="Loss"/>.</summary>
        public Dictionary<string, double> LastTerms { get; private set; } = [];

        public (double Loss, ViewValues Values) Loss(Dictionary<string, double[]> parameters)
        {
            ViewValues values = _reference.Render(parameters, Samples, _shading, _withNormals);
            LossConfiguration loss = _configuration.Loss;
            double[] opacity = values.Output.Opacity;
            LastTerms = new Dictionary<string, double>
            {
                ["opacity"] = loss.Opacity.At(0) * (loss.OpacityForm == OpacityForm.Root ? LossReference.RootOpacity(opacity) : LossReference.SquareOpacity(opacity)),
                ["opaque"] = loss.Opaque.At(0) * Math.Log(2) * LossReference.Entropy(opacity, EntropyLossKernels.OpacityEpsilon),
                ["entropy"] = loss.Entropy.At(0) * (loss.EntropyOf == EntropyOf.Rays
                    ? LossReference.Entropy(opacity, EntropyLossKernels.OpacityEpsilon)
                    : LossReference.Entropy(values.Output.Weights, EntropyLossKernels.WeightEpsilon)),
                ["z_variance"] = loss.DepthVariance.At(0)
                    * SurfaceLossReference.ZVariance(Samples.Offsets, Samples.Counts, values.Output.Weights, Samples.Distances, _opaqueRays),
            };
            if (_withNormals)
            {
                LastTerms["orientation"] = loss.Orientation.At(0)
                    * LossReference.Orientation(_weights, values.Normals, Samples.RayIndices, Samples.Directions, _orientationCount);
                TrainSize size = _configuration.Data.Train.SizeAt(Step);
                LastTerms["2d_normal_smooth"] = loss.ImageNormalSmoothness.At(0)
                    * SurfaceLossReference.ImageSmoothness(values.Output.NormalImage, size.Width, size.Height);
                LastTerms["3d_normal_smooth"] = loss.SpaceNormalSmoothness.At(0)
                    * SurfaceLossReference.SpaceSmoothness(values.Normals, _reference.Normals(parameters, _shifted));
            }
            if (parameters.TryGetValue(RadianceField.TableName, out double[]? table))
            {
                HashGridOptions grid = ((HashGridEncodingOptions)FieldOptions.From(_configuration.Nerf).Encoding).Grid;
                LastTerms["tv"] = loss.TotalVariation.At(0) * References.Encode.TotalVariationReference.Value(grid, table);
            }
            double total = values.Output.Image.Zip(_upstream, (x, g) => x * g).Sum() + LastTerms.Values.Sum();
            return (total, values);
        }
    }
}
