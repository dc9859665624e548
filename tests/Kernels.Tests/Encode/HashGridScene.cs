using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.References.Encode;
using DreamFusion.Support;
using ILGPU;

namespace DreamFusion.Kernels.Tests.Encode;

/// <summary>A small grid, positions and cotangents, in double for the reference and uploaded for the kernels.</summary>
internal sealed class HashGridScene
{
    public HashGridScene(HashGridOptions options, int samples, int seed = 1)
    {
        var random = new Random(seed);
        Options = options;
        Reference = new HashGridReference(options);
        Table = RandomArrays.Uniform(random, Reference.ParameterCount, -1, 1);
        Positions = RandomArrays.Uniform(random, 3 * samples, 0.02, 0.98);
        Cotangent = RandomArrays.Uniform(random, samples * options.FeatureCount, -1, 1);
        Direction = RandomArrays.Uniform(random, 3 * samples, -1, 1);
    }

    public HashGridOptions Options { get; }

    public HashGridReference Reference { get; }

    public double[] Table { get; set; }

    public double[] Positions { get; set; }

    /// <summary>dL/dy, or u.</summary>
    public double[] Cotangent { get; set; }

    /// <summary>dL/dν.</summary>
    public double[] Direction { get; set; }

    public int SampleCount => Positions.Length / 3;

    /// <summary>Three dense levels of 3 to 5 vertices and two hashed ones when <paramref name="log2TableSize"/> is 6.</summary>
    public static HashGridOptions Small(HashGridInterpolation interpolation, int features, int log2TableSize = 6) => new()
    {
        LevelCount = 4,
        FeaturesPerLevel = features,
        Log2TableSize = log2TableSize,
        BaseResolution = 3,
        PerLevelScale = 1.5,
        Interpolation = interpolation,
    };

    public static IHashGrid Load(TestDevice device, HashGridOptions options) => options.Interpolation == HashGridInterpolation.Linear
        ? device.Kernels<HashGrid<LinearInterpolation>>()
        : device.Kernels<HashGrid<SmoothstepInterpolation>>();

    public float[] Encode(TestDevice device, int activeLevels)
    {
        ArrayView<float> features = device.Upload(Filled(SampleCount * Options.FeatureCount, 7f));
        Load(device, Options).Encode(Options, activeLevels, device.Upload(Table), device.UploadVectors(Positions), features);
        return device.Read(features);
    }

    public float[] BackwardTable(TestDevice device, int activeLevels, float initial = 0f)
    {
        ArrayView<float> gradient = device.Upload(Filled(Table.Length, initial));
        Load(device, Options).BackwardTable(Options, activeLevels, device.UploadVectors(Positions), device.Upload(Cotangent), gradient);
        return device.Read(gradient);
    }

    public float[] BackwardPosition(TestDevice device, int activeLevels, float initial = 0f)
    {
        ArrayView<Float3> gradient = device.Upload(FilledVectors(SampleCount, initial));
        Load(device, Options).BackwardPosition(
            Options, activeLevels, device.Upload(Table), device.UploadVectors(Positions), device.Upload(Cotangent), gradient);
        return device.ReadRows(gradient);
    }

    public float[] PositionGradient(TestDevice device, int activeLevels)
    {
        ArrayView<Float3> gradient = device.Upload(FilledVectors(SampleCount, 7f));
        Load(device, Options).PositionGradient(
            Options, activeLevels, device.Upload(Table), device.UploadVectors(Positions), device.Upload(Cotangent), gradient);
        return device.ReadRows(gradient);
    }

    public float[] SecondOrderTable(TestDevice device, int activeLevels, float initial = 0f)
    {
        ArrayView<float> gradient = device.Upload(Filled(Table.Length, initial));
        Load(device, Options).PositionGradientBackwardTable(
            Options, activeLevels, device.UploadVectors(Positions), device.Upload(Cotangent), device.UploadVectors(Direction), gradient);
        return device.Read(gradient);
    }

    public float[] SecondOrderCotangent(TestDevice device, int activeLevels, float initial = 0f)
    {
        ArrayView<float> gradient = device.Upload(Filled(Cotangent.Length, initial));
        Load(device, Options).PositionGradientBackwardCotangent(
            Options, activeLevels, device.Upload(Table), device.UploadVectors(Positions), device.UploadVectors(Direction), gradient);
        return device.Read(gradient);
    }

    /// <summary>ν = Jᵀu and dL/du += J dL/dν from a kept Jacobian, dL/du from <paramref name="initial"/> on.</summary>
    public (float[] Gradient, float[] DLdCotangent) JacobianProducts(TestDevice device, int activeLevels, float initial = 0f)
    {
        IHashGrid grid = Load(device, Options);
        ArrayView<float> jacobian = device.Upload(Filled(3 * SampleCount * Options.FeatureCount, 7f));
        ArrayView<float> features = device.Upload(Filled(SampleCount * Options.FeatureCount, 7f));
        grid.Encode(Options, activeLevels, device.Upload(Table), device.UploadVectors(Positions), features, jacobian);
        ArrayView<Float3> gradient = device.Upload(FilledVectors(SampleCount, 7f));
        grid.JacobianTransposedProduct(Options, jacobian, device.Upload(Cotangent), gradient);
        ArrayView<float> dLdCotangent = device.Upload(Filled(Cotangent.Length, initial));
        grid.JacobianProduct(Options, jacobian, device.UploadVectors(Direction), dLdCotangent);
        return (device.ReadRows(gradient), device.Read(dLdCotangent));
    }

    /// <summary>dL/dT of L = dL/dy·y + dL/dν·ν with u = <see cref="Cotangent"/>.</summary>
    public float[] BothOrdersTable(TestDevice device, int activeLevels, double[] dLdFeatures, float initial = 0f)
    {
        ArrayView<float> gradient = device.Upload(Filled(Table.Length, initial));
        Load(device, Options).BackwardTable(
            Options, activeLevels, device.UploadVectors(Positions), device.Upload(dLdFeatures), device.Upload(Cotangent),
            device.UploadVectors(Direction), gradient);
        return device.Read(gradient);
    }

    public static float[] Filled(int length, float value)
    {
        var values = new float[length];
        Array.Fill(values, value);
        return values;
    }

    private static Float3[] FilledVectors(int length, float value)
    {
        var values = new Float3[length];
        Array.Fill(values, new Float3(value));
        return values;
    }
}
