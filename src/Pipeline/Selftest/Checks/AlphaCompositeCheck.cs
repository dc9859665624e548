using System;
using System.Linq;
using DreamFusion.Kernels.Composite;
using DreamFusion.Kernels.March;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Alpha compositing with gradients to densities, colours, normals and backgrounds through every output.</summary>
internal sealed class AlphaCompositeCheck : ISelfCheck
{
    // An empty ray, one sample, and one ray that ends early behind an opaque sample.
    private static readonly int[] _counts = [5, 0, 7, 1, 12, 6];
    private const int OpaqueSample = 5 + 7 + 1 + 12 + 1;

    public string Family => "composite";

    public void Run(SelfCheckRun run)
    {
        WorkedExample(run);
        Nerfacc(run);
        int samples = _counts.Sum(), rays = _counts.Length;
        float[] densities = RandomInputs.Uniform(33, samples, 0.1f, 3f), colours = RandomInputs.Uniform(34, 3 * samples, 0f, 1f);
        densities[OpaqueSample] = 200f;
        var scene = new Scene(_counts, RandomInputs.Uniform(35, samples, 0.05f, 0.2f), RandomInputs.Uniform(36, samples, 1f, 4f));
        run.Gradients("", new DifferentiableOperation
        {
            Inputs =
            [
                new("densities", densities), new("colours", colours), new("normals", RandomInputs.UnitVectors(37, samples)), new("backgrounds", RandomInputs.Uniform(38, 3 * rays, 0f, 1f)),
            ],
            Forward = (device, x) =>
            {
                AlphaCompositeKernels.Args a = Forward(device, scene, x[0], x[1], x[2], x[3]);
                return
                [
                    CheckDevice.Rows(a.Image), CheckDevice.Read(a.Opacity), CheckDevice.Read(a.Depth), CheckDevice.Rows(a.NormalImage), CheckDevice.Read(a.Weights),
                ];
            },
            Backward = (device, x, dLdy) =>
            {
                AlphaCompositeKernels.Args a = Forward(device, scene, x[0], x[1], x[2], x[3]);
                a.DLdImage = device.UploadVectors(dLdy[0]);
                a.DLdOpacity = device.Upload(dLdy[1]);
                a.DLdDepth = device.Upload(dLdy[2]);
                a.DLdNormalImage = device.UploadVectors(dLdy[3]);
                a.DLdWeights = device.Upload(dLdy[4]);
                a.DLdDensities = device.Gradient(samples);
                a.DLdColours = device.GradientVectors(samples);
                a.DLdNormals = device.GradientVectors(samples);
                a.DLdBackgrounds = device.GradientVectors(rays);
                device.Kernels<AlphaComposite>().Backward(a);
                return [CheckDevice.Read(a.DLdDensities), CheckDevice.Rows(a.DLdColours), CheckDevice.Rows(a.DLdNormals), CheckDevice.Rows(a.DLdBackgrounds)];
            },
        });
    }

    // docs/math/composite.md: the definition in double and central differences of it, from a separate Python script.
    private static void WorkedExample(SelfCheckRun run)
    {
        var scene = new Scene([3], [0.1f, 0.1f, 0.2f], [1f, 1.1f, 1.3f]);
        AlphaCompositeKernels.Args a = Forward(run.Device, scene, [0.5f, 2f, 8f], [0.2f, 0f, 0f, 0.6f, 0f, 0f, 0.9f, 0f, 0f], new float[9], new float[3]);
        run.Golden("worked example, weights", [0.0487705755, 0.1724286414, 0.6215636168], CheckDevice.Read(a.Weights));
        run.Golden(
            "worked example, colour, opacity, depth", [0.6726185550, 0.8427628337, 1.0464747829],
            [CheckDevice.Read(a.Image)[0].X, CheckDevice.Read(a.Opacity)[0], CheckDevice.Read(a.Depth)[0]]);
        a.DLdImage = run.Device.UploadVectors(1f, 0f, 0f);
        a.DLdOpacity = run.Device.Upload(0.3f);
        a.DLdDepth = run.Device.Upload(0.1f);
        a.DLdWeights = run.Device.Upload(0.5f, -0.2f, 0.7f);
        a.DLdDensities = run.Device.Gradient(3);
        run.Device.Kernels<AlphaComposite>().Backward(a);
        run.Golden("worked example, gradient", [-0.035508897, -0.063094551, 0.063838290], CheckDevice.Read(a.DLdDensities), tolerance: 1e-7);
    }

    // nerfacc, tests/test_rendering.py: alphas .4 | (ray 1 empty) | .3 .8 .8 .5.
    private static void Nerfacc(SelfCheckRun run)
    {
        float[] densities = [.. new[] { 0.4, 0.3, 0.8, 0.8, 0.5 }.Select(alpha => (float)-Math.Log(1 - alpha))];
        var scene = new Scene([1, 0, 4], [1f, 1f, 1f, 1f, 1f], new float[5]);
        AlphaCompositeKernels.Args a = Forward(run.Device, scene, densities, new float[15], new float[15], new float[9]);
        run.Golden("nerfacc's rendering test", [0.4, 0.3, 0.56, 0.112, 0.014], CheckDevice.Read(a.Weights));
    }

    private static AlphaCompositeKernels.Args Forward(CheckDevice device, Scene scene, float[] densities, float[] colours, float[] normals, float[] backgrounds)
    {
        int rays = scene.Counts.Length, samples = densities.Length;
        var a = new AlphaCompositeKernels.Args
        {
            Ranges = device.Upload(scene.Ranges()),
            Densities = device.Upload(densities),
            Lengths = device.Upload(scene.Lengths),
            Distances = device.Upload(scene.Distances),
            Colours = device.UploadVectors(colours),
            Normals = device.UploadVectors(normals),
            Backgrounds = device.UploadVectors(backgrounds),
            Image = device.OutputVectors(rays),
            Opacity = device.Output(rays),
            Depth = device.Output(rays),
            NormalImage = device.OutputVectors(rays),
            Weights = device.Output(samples),
            Transmittance = device.Output(rays),
            UsedCounts = device.Zeros<int>(rays),
        };
        device.Kernels<AlphaComposite>().Forward(a);
        return a;
    }

    /// <summary>What is not differentiated: the packing, segment lengths and distances.</summary>
    private sealed record Scene(int[] Counts, float[] Lengths, float[] Distances)
    {
        public SampleRange[] Ranges() => [.. Counts.Select((count, ray) => new SampleRange { Offset = Counts.Take(ray).Sum(), Count = count })];
    }
}
