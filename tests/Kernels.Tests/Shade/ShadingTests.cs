using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Shade;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Shade;

public sealed class ShadingTests
{
    private const int SampleCount = 57;

    private sealed record Scene(double[] Positions, double[] Albedo, double[] Normals, double[] DLdColours, double[] Light, bool IsPoint)
    {
        public static Scene Random(int seed, bool isPoint)
        {
            var random = new Random(seed);
            return new Scene(
                RandomArrays.Uniform(random, 3 * SampleCount, -1, 1),
                RandomArrays.Uniform(random, 3 * SampleCount, 0, 1),
                RandomArrays.UnitVectors(random, SampleCount),
                RandomArrays.Uniform(random, 3 * SampleCount, -1, 1),
                isPoint ? [1.5, 2, -1] : RandomArrays.UnitVectors(random, 1),
                isPoint);
        }

        public double[] Shade(ShadingReference.Model model, double ambient, double diffuse, double[] albedo, double[] normals)
        {
            var colours = new double[3 * SampleCount];
            for (int i = 0; i < SampleCount; i++)
            {
                Range row = (3 * i)..(3 * i + 3);
                ShadingReference.Shade(model, ambient, diffuse, Light, IsPoint, Positions[row], albedo[row], normals[row]).CopyTo(colours, 3 * i);
            }
            return colours;
        }

        public ShadingKernels.Args<TModel> Upload<TModel>(TestDevice device, TModel model)
            where TModel : unmanaged, IShadingModel
        {
            var vector = new Float3((float)Light[0], (float)Light[1], (float)Light[2]);
            return new ShadingKernels.Args<TModel>
            {
                Model = model,
                Light = IsPoint ? Kernels.Shade.Light.Point(vector) : Kernels.Shade.Light.Directional(vector),
                Positions = device.UploadVectors(Positions),
                Albedo = device.UploadVectors(Albedo),
                Normals = device.UploadVectors(Normals),
                Colours = device.Zeros<Float3>(SampleCount),
                DLdColours = device.UploadVectors(DLdColours),
                DLdAlbedo = device.Zeros<Float3>(SampleCount),
                DLdNormals = device.Zeros<Float3>(SampleCount),
            };
        }
    }

    private static void Check<TModel>(TModel model, ShadingReference.Model reference, double ambient, double diffuse, bool isPoint)
        where TModel : unmanaged, IShadingModel
    {
        using var device = new TestDevice();
        Scene scene = Scene.Random(21, isPoint);
        ShadingKernels.Args<TModel> args = scene.Upload(device, model);
        Shading<TModel> kernels = device.Kernels<Shading<TModel>>();
        kernels.Forward(args);
        Close.Require("colour", scene.Shade(reference, ambient, diffuse, scene.Albedo, scene.Normals), device.ReadRows(args.Colours), 1e-6);

        double Loss(double[] albedo, double[] normals)
        {
            double[] colours = scene.Shade(reference, ambient, diffuse, albedo, normals);
            return colours.Zip(scene.DLdColours, (c, g) => c * g).Sum();
        }
        kernels.Backward(args);
        GradientCheck.Require("dρ", GradientCheck.CentralDifferences(x => Loss(x, scene.Normals), scene.Albedo), device.ReadRows(args.DLdAlbedo), 1e-6, floor: 1e-3);
        GradientCheck.Require("dn", GradientCheck.CentralDifferences(x => Loss(scene.Albedo, x), scene.Normals), device.ReadRows(args.DLdNormals), 1e-6, floor: 1e-3);
    }

    [Theory]
    [InlineData(0.1f, 0.9f, false)]
    [InlineData(0.1f, 0.9f, true)]
    [InlineData(0.35f, 0.65f, true)]
    public void Lambertian(float ambient, float diffuse, bool isPoint) =>
        Check(new Lambertian(ambient, diffuse), ShadingReference.Model.Lambertian, ambient, diffuse, isPoint);

    [Theory]
    [InlineData(0.1f, 0.9f, false)]
    [InlineData(0.4f, 0.6f, true)]
    public void Textureless(float ambient, float diffuse, bool isPoint) =>
        Check(new Textureless(ambient, diffuse), ShadingReference.Model.Textureless, ambient, diffuse, isPoint);

    [Fact]
    public void Albedo() => Check(default(AlbedoOnly), ShadingReference.Model.Albedo, 0, 0, false);

    [Fact]
    public void NormalAsColour() => Check(default(NormalColour), ShadingReference.Model.Normal, 0, 0, true);

    // One surface lit head on, at 60 degrees and from behind: a + b, a + b / 2, a.
    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(60.0, 0.55)]
    [InlineData(120.0, 0.1)]
    public void LambertsLaw(double degrees, double expected)
    {
        double angle = degrees * Math.PI / 180;
        var surface = new Surface
        {
            Albedo = Float3.One,
            Normal = new Float3(0f, 0f, 1f),
            ToLight = Light.Directional(new Float3((float)Math.Sin(angle), 0f, (float)Math.Cos(angle))).From(Float3.Zero),
        };
        Close.Require("colour", expected, new Lambertian(0.1f, 0.9f).Shade(surface).X, 1e-6);
    }

    [Theory]
    [InlineData(1e-4f)]
    [InlineData(-1e-4f)]
    [InlineData(0f)]
    public void GradientStopsAtTheTerminator(float cosine)
    {
        var surface = new Surface { Albedo = Float3.One, Normal = new Float3(1f, 0f, cosine), ToLight = new Float3(0f, 0f, 1f) };
        SurfaceGradient gradient = new Lambertian(0.1f, 0.9f).Gradient(surface, Float3.One);
        Assert.Equal(cosine > 0f ? 2.7f : 0f, gradient.Normal.Z, 1e-6f);
    }

    [Fact]
    public void SurfaceWithoutNormalShowsAmbientLightOnly()
    {
        var surface = new Surface { Albedo = new Float3(0.5f), ToLight = new Float3(0f, 0f, 1f) };
        Assert.Equal(0.05f, new Lambertian(0.1f, 0.9f).Shade(surface).X, 1e-7f);
    }

    [Fact]
    public void NoSamplesAndNoGradientsAreLegal()
    {
        using var device = new TestDevice();
        Shading<Lambertian> kernels = device.Kernels<Shading<Lambertian>>();
        kernels.Forward(default);
        kernels.Backward(default);
        ShadingKernels.Args<Lambertian> args = Scene.Random(2, true).Upload(device, new Lambertian(0.1f, 0.9f));
        args.DLdNormals = ArrayView<Float3>.Empty;
        kernels.Backward(args);
        Assert.Contains(device.Read(args.DLdAlbedo), gradient => gradient != Float3.Zero);
    }

    [Fact]
    public void CheckerRejectsAForgottenDiffuseFactor()
    {
        Scene scene = Scene.Random(21, false);
        using var device = new TestDevice();
        ShadingKernels.Args<Lambertian> args = scene.Upload(device, new Lambertian(0.1f, 1f));
        device.Kernels<Shading<Lambertian>>().Backward(args);
        double Loss(double[] normals) => scene.Shade(ShadingReference.Model.Lambertian, 0.1, 0.9, scene.Albedo, normals).Zip(scene.DLdColours, (c, g) => c * g).Sum();
        double[] expected = GradientCheck.CentralDifferences(Loss, scene.Normals);
        float[] wrong = device.ReadRows(args.DLdNormals);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dn", expected, wrong, 1e-3));
    }
}
