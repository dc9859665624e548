using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Training;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Field;

/// <summary>A whole step without its prior: march, field, shading, composite, resize, regularisers, backward and optimiser.</summary>
public sealed class TrainingStepTests
{
    private const int Side = 32;

    public static TheoryData<ShadingMode, KernelChoice> Shadings
    {
        get
        {
            var data = new TheoryData<ShadingMode, KernelChoice>();
            foreach (ShadingMode mode in Enum.GetValues<ShadingMode>())
            {
                data.Add(mode, KernelChoice.Portable);
                data.Add(mode, KernelChoice.Tuned);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shadings))]
    public void A_scene_without_a_sample_trains_on(ShadingMode mode, KernelChoice choice)
    {
        using var scene = new Scene(choice, isEmpty: true);
        float[] before = scene.Parameters();
        Step step = scene.Advance(0, mode);
        Assert.Equal(0, step.SampleCount);
        Assert.All(step.Image, value => Assert.Equal(0.25f, value));
        string[] losses = mode == ShadingMode.Albedo ? ["opacity", "entropy"] : ["opacity", "entropy", "orientation"];
        Assert.Equal(losses, step.Losses.Select(loss => loss.Key));
        Assert.All(step.Losses, loss => Assert.True(double.IsFinite(loss.Value)));
        Assert.True(step.Update.Applied);
        Assert.Equal(0d, step.Update.GradientNorm);
        Assert.Equal(before, scene.Parameters());
        // The next step, with matter, is none the worse for it.
        scene.Fill();
        step = scene.Advance(1, mode);
        Assert.True(step.SampleCount > 1000);
        Assert.True(step.Update.Applied && step.Update.GradientNorm > 0);
        Assert.NotEqual(before, scene.Parameters());
        Assert.All(scene.Parameters(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(KernelChoice.Portable)]
    [InlineData(KernelChoice.Tuned)]
    public void A_step_allocates_no_device_memory_after_warm_up_and_little_managed_memory(KernelChoice choice)
    {
        using var scene = new Scene(choice);
        for (int step = 0; step < 3; step++)
        {
            scene.Advance(step, ShadingMode.Lambertian);
        }
        long bytes = scene.Device.Pool.AllocatedBytes, managed = GC.GetAllocatedBytesForCurrentThread();
        int buffers = scene.Device.Pool.AllocatedBuffers;
        const int steps = 5;
        for (int step = 3; step < 3 + steps; step++)
        {
            scene.Advance(step, ShadingMode.Lambertian, read: false);
        }
        managed = (GC.GetAllocatedBytesForCurrentThread() - managed) / steps;
        Assert.Equal(bytes, scene.Device.Pool.AllocatedBytes);
        Assert.Equal(buffers, scene.Device.Pool.AllocatedBuffers);
        Assert.Equal(0, scene.Device.Pool.RentedBytes);
        // Variables, closures and lists of the tape; nothing that grows with rays or samples.
        Assert.True(managed < 16 * 1024, $"{managed} bytes a step");
    }

    [Theory]
    [InlineData(ShadingMode.Albedo)]
    [InlineData(ShadingMode.Lambertian)]
    public void Little_field_memory_gives_the_same_image_and_gradients_with_a_lower_peak(ShadingMode mode)
    {
        using Scene whole = new(KernelChoice.Tuned), segments = new(KernelChoice.Tuned, fieldMemory: 1 << 18);
        Step expected = whole.Advance(0, mode, optimise: false), actual = segments.Advance(0, mode, optimise: false);
        Assert.Equal(expected.SampleCount, actual.SampleCount);
        Assert.Equal(expected.Image, actual.Image);
        GradientCheck.Require("gradients", Array.ConvertAll(expected.Gradients, g => (double)g), actual.Gradients, 1e-5);
        Assert.True(actual.PeakBytes < 0.75 * expected.PeakBytes, $"{actual.PeakBytes} of {expected.PeakBytes} bytes");
    }

    [Fact]
    public void Highlights_come_from_the_material()
    {
        using var scene = new Scene(KernelChoice.Portable);
        MaterialConfiguration material = new() { SpecularExponent = 3f };
        float[] matt = scene.Advance(0, ShadingMode.Lambertian, optimise: false).Image;
        float[] none = scene.Advance(0, ShadingMode.Phong, optimise: false, material: material with { SpecularStrength = 0f }).Image;
        float[] half = scene.Advance(0, ShadingMode.Phong, optimise: false, material: material with { SpecularStrength = 1f }).Image;
        float[] reflected = scene.Advance(
            0, ShadingMode.Phong, optimise: false, material: material with { SpecularStrength = 1f, SpecularVector = SpecularVector.Reflected }).Image;
        Assert.Equal(matt, none);
        Assert.True(half.Sum() > matt.Sum() + 10f && reflected.Sum() > matt.Sum() + 10f);
        Assert.NotEqual(half, reflected);
    }

    private sealed record Step(
        int SampleCount, float[] Image, float[] Gradients, long PeakBytes, IReadOnlyList<KeyValuePair<string, double>> Losses, OptimizerReport Update);

    private sealed class Scene : IDisposable
    {
        private readonly RunConfiguration _configuration;
        private readonly RadianceField _field;
        private readonly OccupancyUpdater _occupancy;
        private readonly Renderer _renderer;
        private readonly FieldOptimizer _optimizer;
        private readonly Regularizers _regularizers;
        private readonly float[] _upstream;

        public Scene(KernelChoice choice, bool isEmpty = false, long fieldMemory = long.MaxValue)
        {
            RunConfiguration toybox = PresetCatalogue.Get("toybox");
            _configuration = toybox with
            {
                Loss = toybox.Loss with { Orientation = 0.1f, TotalVariation = 0f, EntropyRamp = 0f },
                Renderer = toybox.Renderer with { MaxSteps = 24 },
            };
            Device = DeviceContext.CreateCpu(2, assertions: choice == KernelChoice.Portable, choice);
            _field = new RadianceField(Device, FieldOptions.From(_configuration.Nerf));
            _field.Initialise(3);
            _occupancy = new OccupancyUpdater(Device, _field, _configuration.Renderer, 3);
            if (!isEmpty)
            {
                Fill();
            }
            _renderer = new Renderer(_field, _occupancy, new RendererOptions { FieldMemory = fieldMemory });
            _optimizer = new FieldOptimizer(Device, _field.Parameters, _configuration.Optim, 100);
            _regularizers = new Regularizers(_configuration, 16);
            _upstream = new float[48 * 48 * 3];
            var random = new Random(4);
            for (int i = 0; i < _upstream.Length; i++)
            {
                _upstream[i] = random.NextSingle() - 0.5f;
            }
        }

        public DeviceContext Device { get; }

        public void Fill() => _occupancy.Update(0);

        public float[] Parameters() => Read(_field.Parameters.Values);

        public Step Advance(int step, ShadingMode mode, bool read = true, bool optimise = true, MaterialConfiguration? material = null)
        {
            Device.Pool.ResetPeak();
            using var tape = new Tape(Device);
            OrbitCamera camera = new CameraSampler(_configuration.Data.Train, 3, 100).Sample(0, 0);
            var shading = new ViewShading(mode, camera.Back, 0.3f, new Rgb(0.25f, 0.25f, 0.25f), material);
            var jitter = new RandomKey(3, (uint)step, RandomPurpose.RayJitter);
            RenderedView view = _renderer.Render(tape, camera, Side, Side, shading, _renderer.Steps(24, 1 << 16), jitter);
            Variable resized = tape.Resize(view.Image, Side, Side, 48, 48);
            ArrayView<float> upstream = tape.Scratch<float>(_upstream.Length);
            upstream.CopyFromCPU(_upstream);
            tape.Seed(resized, upstream);
            _regularizers.Add(tape, _renderer, view, step);
            tape.Backward();
            float[] image = read ? Read(view.Image.Value) : [], gradients = read ? Read(_field.Parameters.Gradients) : [];
            OptimizerReport update = optimise ? _optimizer.Step(step) : default;
            return new Step(view.Samples.Count, image, gradients, Device.Pool.PeakRentedBytes, read ? _regularizers.ReadValues() : [], update);
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _occupancy.Dispose();
            _field.Dispose();
            Device.Dispose();
        }

        private static float[] Read(ArrayView<float> view)
        {
            var values = new float[view.Length];
            view.CopyToCPU(values);
            return values;
        }
    }
}
