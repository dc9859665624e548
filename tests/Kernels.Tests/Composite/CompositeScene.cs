using System;
using DreamFusion.Kernels.Composite;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.References.Composite;
using DreamFusion.Support;

namespace DreamFusion.Kernels.Tests.Composite;

/// <summary>A scene to composite, with a cotangent for every output, on a device.</summary>
internal sealed class CompositeScene
{
    public required CompositeReference Reference { get; init; }

    public required double[] DLdImage { get; init; }

    public required double[] DLdOpacity { get; init; }

    public required double[] DLdDepth { get; init; }

    public required double[] DLdNormalImage { get; init; }

    public required double[] DLdWeights { get; init; }

    /// <summary>Rays of 0 to 24 samples: every third thin, every third with samples of no density, every third opaque.</summary>
    public static CompositeScene Random(int seed, int rays)
    {
        var random = new Random(seed);
        var offsets = new int[rays];
        var counts = new int[rays];
        int samples = 0;
        for (int ray = 0; ray < rays; ray++)
        {
            offsets[ray] = samples;
            counts[ray] = ray % 5 == 4 ? 0 : random.Next(1, 25);
            samples += counts[ray];
        }
        double[] densities = RandomArrays.Uniform(random, samples, 0.1, 4);
        for (int ray = 0; ray < rays; ray++)
        {
            for (int i = offsets[ray]; i < offsets[ray] + counts[ray]; i++)
            {
                densities[i] = (ray % 3) switch
                {
                    1 when random.Next(2) == 0 => 0,
                    2 => (float)(densities[i] * 20),
                    _ => densities[i],
                };
            }
        }
        return new CompositeScene
        {
            Reference = new CompositeReference
            {
                Offsets = offsets,
                Counts = counts,
                Densities = densities,
                Lengths = RandomArrays.Uniform(random, samples, 0.02, 0.2),
                Distances = RandomArrays.Uniform(random, samples, 2, 4),
                Colours = RandomArrays.Uniform(random, 3 * samples, 0, 1),
                Normals = RandomArrays.UnitVectors(random, samples),
                Backgrounds = RandomArrays.Uniform(random, 3 * rays, 0, 1),
            },
            DLdImage = RandomArrays.Uniform(random, 3 * rays, -1, 1),
            DLdOpacity = RandomArrays.Uniform(random, rays, -1, 1),
            DLdDepth = RandomArrays.Uniform(random, rays, -1, 1),
            DLdNormalImage = RandomArrays.Uniform(random, 3 * rays, -1, 1),
            DLdWeights = RandomArrays.Uniform(random, samples, -1, 1),
        };
    }

    /// <summary>One ray with grey samples and unit cotangents left at zero.</summary>
    public static CompositeScene OneRay(double[] densities, double[] lengths, double[] distances, double[] greys, double background = 0)
    {
        int samples = densities.Length;
        var colours = new double[3 * samples];
        for (int i = 0; i < colours.Length; i++)
        {
            colours[i] = greys[i / 3];
        }
        return new CompositeScene
        {
            Reference = new CompositeReference
            {
                Offsets = [0],
                Counts = [samples],
                Densities = densities,
                Lengths = lengths,
                Distances = distances,
                Colours = colours,
                Normals = new double[3 * samples],
                Backgrounds = [background, background, background],
            },
            DLdImage = new double[3],
            DLdOpacity = new double[1],
            DLdDepth = new double[1],
            DLdNormalImage = new double[3],
            DLdWeights = new double[samples],
        };
    }

    /// <summary>The scene on a device, composited.</summary>
    public AlphaCompositeKernels.Args Forward(TestDevice device)
    {
        var ranges = new SampleRange[Reference.RayCount];
        for (int ray = 0; ray < ranges.Length; ray++)
        {
            ranges[ray] = new SampleRange { Offset = Reference.Offsets[ray], Count = Reference.Counts[ray] };
        }
        var args = new AlphaCompositeKernels.Args
        {
            Ranges = device.Upload(ranges),
            Densities = device.Upload(Reference.Densities),
            Lengths = device.Upload(Reference.Lengths),
            Distances = device.Upload(Reference.Distances),
            Colours = device.UploadVectors(Reference.Colours),
            Normals = device.UploadVectors(Reference.Normals),
            Backgrounds = device.UploadVectors(Reference.Backgrounds),
            Image = device.Zeros<Float3>(ranges.Length),
            Opacity = device.Zeros<float>(ranges.Length),
            Depth = device.Zeros<float>(ranges.Length),
            NormalImage = device.Zeros<Float3>(ranges.Length),
            Weights = device.Zeros<float>(Reference.SampleCount),
            Transmittance = device.Zeros<float>(ranges.Length),
            UsedCounts = device.Zeros<int>(ranges.Length),
        };
        device.Kernels<AlphaComposite>().Forward(args);
        return args;
    }

    /// <summary>The gradients of every input after one backward pass.</summary>
    public AlphaCompositeKernels.Args Backward(TestDevice device)
    {
        AlphaCompositeKernels.Args args = Forward(device);
        args.DLdImage = device.UploadVectors(DLdImage);
        args.DLdOpacity = device.Upload(DLdOpacity);
        args.DLdDepth = device.Upload(DLdDepth);
        args.DLdNormalImage = device.UploadVectors(DLdNormalImage);
        args.DLdWeights = device.Upload(DLdWeights);
        args.DLdDensities = device.Zeros<float>(Reference.SampleCount);
        args.DLdColours = device.Zeros<Float3>(Reference.SampleCount);
        args.DLdNormals = device.Zeros<Float3>(Reference.SampleCount);
        args.DLdBackgrounds = device.Zeros<Float3>(Reference.RayCount);
        device.Kernels<AlphaComposite>().Backward(args);
        return args;
    }

    /// <summary>The scalar whose gradient the backward pass computes.</summary>
    public double Loss(CompositeReference scene)
    {
        CompositeReference.Output output = scene.Render();
        return Dot(DLdImage, output.Image) + Dot(DLdOpacity, output.Opacity) + Dot(DLdDepth, output.Depth)
            + Dot(DLdNormalImage, output.NormalImage) + Dot(DLdWeights, output.Weights);
    }

    public static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
