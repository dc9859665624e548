using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Shade;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.Shade;

public sealed class PhongTests
{
    private const int SampleCount = 101;
    private const int RayCount = 7;
    private const float Ambient = 0.1f, Diffuse = 0.9f, Strength = 0.6f;

    [Theory]
    [InlineData(SpecularVector.Half, 1f, false)]
    [InlineData(SpecularVector.Half, 8f, true)]
    [InlineData(SpecularVector.Half, 64f, false)]
    [InlineData(SpecularVector.Reflected, 1f, true)]
    [InlineData(SpecularVector.Reflected, 8f, false)]
    [InlineData(SpecularVector.Reflected, 64f, true)]
    public void ForwardAndBackwardMatchTheReference(SpecularVector vector, float exponent, bool isPoint)
    {
        using var device = new TestDevice();
        var scene = new Scene(vector == SpecularVector.Half, exponent, isPoint);
        (float[] colours, float[] dAlbedo, float[] dNormals) = scene.Run(device);
        double[] expected = scene.Shade(scene.Albedo, scene.Normals);
        Assert.Contains(expected.Select((c, i) => c - scene.Dull[i]), highlight => highlight > 0.05);
        // x^64 amplifies the rounding of x by 64.
        Close.Require("colour", expected, colours, 2e-5);
        GradientCheck.Require("dρ", GradientCheck.CentralDifferences(x => scene.Loss(x, scene.Normals), scene.Albedo), dAlbedo, 1e-5);
        GradientCheck.Require("dn", GradientCheck.CentralDifferences(x => scene.Loss(scene.Albedo, x), scene.Normals, 1e-7), dNormals, 2e-5);
    }

    // Light and viewer on the normal: both forms give a + b + s. Viewer 60° off the mirrored light: Phong cos^2 60° = 1/4,
    // Blinn's half vector is 30° off the normal: cos^2 30° = 3/4.
    [Fact]
    public void HighlightsByHand()
    {
        var front = new Float3(0f, 0f, 1f);
        var tilted = new Float3(MathF.Sin(MathF.PI / 3), 0f, MathF.Cos(MathF.PI / 3));
        var mirrored = new Surface { Albedo = Float3.One, Normal = front, ToLight = front, ToViewer = front };
        var off = new Surface { Albedo = Float3.One, Normal = front, ToLight = front, ToViewer = tilted };
        var dark = new Surface { Albedo = Float3.One, Normal = front, ToLight = -front, ToViewer = front };
        var blinn = new BlinnPhong(0.1f, 0.5f, 0.4f, 2f);
        var phong = new Phong(0.1f, 0.5f, 0.4f, 2f);
        Close.Require("peak", 1, blinn.Shade(mirrored).X, 1e-6);
        Close.Require("peak", 1, phong.Shade(mirrored).X, 1e-6);
        Close.Require("off", 0.6 + 0.4 * 0.75, blinn.Shade(off).X, 1e-6);
        Close.Require("off", 0.6 + 0.4 * 0.25, phong.Shade(off).X, 1e-6);
        // The light behind the surface and opposite to the viewer: no half vector, no highlight, ambient only.
        Assert.Equal(0.1f, blinn.Shade(dark).X);
        Assert.Equal(0.1f, phong.Shade(dark).X);
        Assert.Equal(Float3.Zero, blinn.Gradient(dark, Float3.One).Normal);
        Assert.Equal(Float3.Zero, phong.Gradient(dark, Float3.One).Normal);
        var flat = new Surface { Albedo = Float3.One, ToLight = front, ToViewer = front };
        Assert.Equal(0.1f, blinn.Shade(flat).X);
        Assert.Equal(0.1f, phong.Shade(flat).X);
    }

    [Fact]
    public void WithoutStrengthOnlyTheLambertianRemains()
    {
        var random = new Random(3);
        for (int i = 0; i < 20; i++)
        {
            Float3[] unit = TestDevice.ToVectors(RandomArrays.UnitVectors(random, 3));
            var surface = new Surface { Albedo = new Float3(0.2f, 0.5f, 0.8f), Normal = unit[0], ToLight = unit[1], ToViewer = unit[2] };
            Assert.Equal(new Lambertian(0.1f, 0.9f).Shade(surface), new BlinnPhong(0.1f, 0.9f, 0f, 20f).Shade(surface));
            Assert.Equal(new Lambertian(0.1f, 0.9f).Gradient(surface, Float3.One).Normal, new Phong(0.1f, 0.9f, 0f, 20f).Gradient(surface, Float3.One).Normal);
        }
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        var scene = new Scene(true, 20f, true);
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            (float[] colours, float[] dAlbedo, float[] dNormals) = scene.Run(device);
            return (float[])[.. colours, .. dAlbedo, .. dNormals];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void NoSamplesAreLegalAndMissingRaysAreNamed()
    {
        using var device = new TestDevice();
        Shading<BlinnPhong> kernels = device.Kernels<Shading<BlinnPhong>>();
        kernels.Forward(default);
        kernels.Backward(default);
        var args = new ShadingKernels.Args<BlinnPhong> { Colours = device.Zeros<Float3>(2), Albedo = device.Zeros<Float3>(2) };
        Assert.Contains("needs the rays", Assert.Throws<ArgumentException>(() => kernels.Forward(args)).Message, StringComparison.Ordinal);
        Assert.Equal(3, new SpecularOptions { Strength = -1f, Exponent = 0.5f, Vector = (SpecularVector)7 }.Validate().Count);
        Assert.Empty(new SpecularOptions().Validate());
    }

    [Fact]
    public void TheCheckerCatchesAWrongGradient()
    {
        using var device = new TestDevice();
        var scene = new Scene(true, 8f, false);
        // The Lambertian's gradient, without the highlight's.
        ShadingKernels.Args<Lambertian> args = scene.Upload(device, new Lambertian(Ambient, Diffuse));
        device.Kernels<Shading<Lambertian>>().Backward(args);
        double[] expected = GradientCheck.CentralDifferences(x => scene.Loss(scene.Albedo, x), scene.Normals, 1e-7);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dn", expected, device.ReadRows(args.DLdNormals), 2e-5));
    }

    private sealed class Scene
    {
        private readonly bool _half;
        private readonly float _exponent;
        private readonly bool _isPoint;
        private readonly double[] _light;
        private readonly double[] _positions;
        private readonly double[] _rays;
        private readonly int[] _rayIndices;
        private readonly double[] _dLdColours;

        public Scene(bool half, float exponent, bool isPoint)
        {
            var random = new Random(21);
            _half = half;
            _exponent = exponent;
            _isPoint = isPoint;
            _light = isPoint ? [1.5, 2, -1] : RandomArrays.UnitVectors(random, 1);
            _positions = RandomArrays.Uniform(random, 3 * SampleCount, -1, 1);
            _rays = RandomArrays.UnitVectors(random, RayCount);
            _rayIndices = [.. Enumerable.Range(0, SampleCount).Select(i => i * RayCount / SampleCount)];
            _dLdColours = RandomArrays.Uniform(random, 3 * SampleCount, -1, 1);
            Albedo = RandomArrays.Uniform(random, 3 * SampleCount, 0, 1);
            Normals = RandomArrays.UnitVectors(random, SampleCount);
        }

        public double[] Albedo { get; }

        public double[] Normals { get; }

        public double[] Dull => Shade(Albedo, Normals, 0);

        public double[] Shade(double[] albedo, double[] normals, double strength = Strength) => [.. Enumerable.Range(0, SampleCount).SelectMany(i =>
        {
            Range row = (3 * i)..(3 * i + 3);
            int ray = 3 * _rayIndices[i];
            return ShadingReference.Glossy(
                _half, Ambient, Diffuse, strength, _exponent, _light, _isPoint, _positions[row],
                [-_rays[ray], -_rays[ray + 1], -_rays[ray + 2]], albedo[row], normals[row]);
        })];

        public double Loss(double[] albedo, double[] normals) => Shade(albedo, normals).Zip(_dLdColours, (c, g) => c * g).Sum();

        public (float[] Colours, float[] DAlbedo, float[] DNormals) Run(TestDevice device) => _half
            ? Run(device, new BlinnPhong(Ambient, Diffuse, Strength, _exponent))
            : Run(device, new Phong(Ambient, Diffuse, Strength, _exponent));

        public ShadingKernels.Args<TModel> Upload<TModel>(TestDevice device, TModel model)
            where TModel : unmanaged, IShadingModel
        {
            var vector = new Float3((float)_light[0], (float)_light[1], (float)_light[2]);
            return new ShadingKernels.Args<TModel>
            {
                Model = model,
                Light = _isPoint ? Light.Point(vector) : Light.Directional(vector),
                Positions = device.UploadVectors(_positions),
                RayDirections = device.UploadVectors(_rays),
                RayIndices = device.Upload(_rayIndices),
                Albedo = device.UploadVectors(Albedo),
                Normals = device.UploadVectors(Normals),
                Colours = device.Zeros<Float3>(SampleCount),
                DLdColours = device.UploadVectors(_dLdColours),
                DLdAlbedo = device.Zeros<Float3>(SampleCount),
                DLdNormals = device.Zeros<Float3>(SampleCount),
            };
        }

        private (float[] Colours, float[] DAlbedo, float[] DNormals) Run<TModel>(TestDevice device, TModel model)
            where TModel : unmanaged, IShadingModel
        {
            ShadingKernels.Args<TModel> args = Upload(device, model);
            Shading<TModel> kernels = device.Kernels<Shading<TModel>>();
            kernels.Forward(args);
            kernels.Backward(args);
            return (device.ReadRows(args.Colours), device.ReadRows(args.DLdAlbedo), device.ReadRows(args.DLdNormals));
        }
    }
}
