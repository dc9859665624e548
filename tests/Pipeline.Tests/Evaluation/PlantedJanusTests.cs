using System;
using System.Linq;
using System.Numerics;
using DreamFusion.Autodiff;
using DreamFusion.Fitting;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

/// <summary>
/// Pictures of a field with its front half rotated onto its back, against the volume integral of that field: density and albedo at z &lt; 0 are
/// asked for at (-x, y, -z), and summed along each ray in steps of the test's own.
/// </summary>
public sealed class PlantedJanusTests
{
    private const int Size = 6;
    private const int FieldSteps = 3000;
    private const int Steps = 1536;
    private const double LeastEffect = 0.01;
    private const double Tolerance = 0.3;

    [Theory]
    [InlineData(0, 60)]
    [InlineData(37, 60)]
    [InlineData(90, 75)]
    [InlineData(180, 60)]
    [InlineData(250, 100)]
    public void Its_pictures_are_the_volume_integral_of_the_planted_field(float azimuth, float polar)
    {
        using RandomField scene = new();
        var camera = new OrbitCamera(azimuth, polar, 4f, 1.15f);
        FloatImage picture = PlantedJanus.Render(scene.Device, scene.Renderer, scene.March, camera, Size);
        double error = Difference(picture, scene.Integrate(camera, planted: true)), effect = Difference(picture, scene.Integrate(camera, planted: false));
        Assert.True(effect >= LeastEffect, $"planting changes the picture by {effect}");
        Assert.True(error <= Tolerance * effect, $"mean difference {error}, planting changes {effect}");
    }

    [Fact]
    public void From_behind_it_looks_as_from_the_front_and_the_field_itself_does_not()
    {
        using RandomField scene = new();
        OrbitCamera front = new(20f, 60f, 4f, 1.15f), behind = new(200f, 60f, 4f, 1.15f);
        FloatImage Planted(OrbitCamera camera) => PlantedJanus.Render(scene.Device, scene.Renderer, scene.March, camera, Size);
        double same = Difference(Planted(front), Planted(behind).Data), own = Difference(Planted(behind), scene.Integrate(behind, planted: false));
        Assert.True(own >= LeastEffect, $"the planted field differs from the field by {own} from behind");
        Assert.True(same <= Tolerance * own, $"front and back of the planted field differ by {same}, from the field by {own}");
    }

    private static double Difference(FloatImage picture, float[] expected) => picture.Data.Zip(expected, (a, b) => (double)MathF.Abs(a - b)).Average();

    // Large random features: something else in every direction, half transparent, so that the order of the halves and what is behind show.
    private sealed class RandomField : IDisposable
    {
        private readonly RadianceField _field;
        private readonly OccupancyUpdater _occupancy;

        public RandomField()
        {
            Device = DeviceContext.CreateCpu(threads: 2);
            FieldOptions options = FitOptions.DefaultField(levels: 2, log2TableSize: 12, coarsest: 3, finest: 5, width: 16, hiddenLayers: 1);
            _field = new RadianceField(Device, options with { Encoding = (HashGridEncodingOptions)options.Encoding with { InitialFeature = 12f } });
            _field.Initialise(seed: 5);
            _occupancy = new OccupancyUpdater(Device, _field, new RendererConfiguration { GridResolution = 64, DensityThreshold = 1e-6f }, seed: 5);
            _occupancy.Update(step: 0);
            Renderer = new Renderer(_field, _occupancy);
            March = Renderer.Steps(FieldSteps, int.MaxValue);
        }

        public DeviceContext Device { get; }

        public Renderer Renderer { get; }

        public RayMarchOptions March { get; }

        public float[] Integrate(OrbitCamera camera, bool planted)
        {
            using var tape = new Tape(Device, recording: false);
            RayBatch rays = Renderer.CastRays(tape, camera, Size, Size);
            var (origins, directions) = (new Float3[rays.Count], new Float3[rays.Count]);
            var (near, far) = (new float[rays.Count], new float[rays.Count]);
            rays.Origins.CopyToCPU(origins);
            rays.Directions.CopyToCPU(directions);
            rays.Near.CopyToCPU(near);
            rays.Far.CopyToCPU(far);
            float[] picture = new float[3 * rays.Count];
            for (int ray = 0; ray < rays.Count; ray++)
            {
                Integrate(origins[ray], directions[ray], near[ray], far[ray], planted).CopyTo(picture.AsSpan(3 * ray));
            }

            return picture;
        }

        public void Dispose()
        {
            _occupancy.Dispose();
            _field.Dispose();
            Device.Dispose();
        }

        private Vector3 Integrate(Float3 origin, Float3 direction, float near, float far, bool planted)
        {
            if (!(far > near))
            {
                return Vector3.One;
            }

            float step = (far - near) / Steps;
            var points = new Float3[Steps];
            for (int i = 0; i < Steps; i++)
            {
                Float3 p = origin + (direction * (near + ((i + 0.5f) * step)));
                points[i] = planted && p.Z < 0f ? new Float3(-p.X, p.Y, -p.Z) : p;
            }

            using var tape = new Tape(Device, recording: false);
            ArrayView<Float3> positions = tape.Scratch<Float3>(Steps);
            positions.CopyFromCPU(points);
            FieldSamples samples = Renderer.Evaluate(tape, positions, withNormals: false);
            float[] density = new float[Steps], albedo = new float[3 * Steps];
            samples.Density.Value.CopyToCPU(density);
            samples.Albedo.Value.CopyToCPU(albedo);
            Vector3 sum = Vector3.Zero;
            float open = 1f;
            for (int i = 0; i < Steps; i++)
            {
                float opacity = 1f - MathF.Exp(-density[i] * step);
                sum += open * opacity * new Vector3(albedo[3 * i], albedo[(3 * i) + 1], albedo[(3 * i) + 2]);
                open *= 1f - opacity;
            }

            return sum + (open * Vector3.One);
        }
    }
}
