using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The hash grid: features, first and second order.</summary>
internal sealed class HashGridCheck : ISelfCheck
{
    private const int SampleCount = 24;

    // Positions stay this far from the faces of cells, where trilinear features have a kink; the steps of the differences are shorter.
    private const float FaceMargin = 0.12f;

    public string Family => "hash grid";

    public void Run(SelfCheckRun run)
    {
        Golden(run);
        Variant<LinearInterpolation>(run, "linear", HashGridInterpolation.Linear);
        Variant<SmoothstepInterpolation>(run, "smoothstep", HashGridInterpolation.Smoothstep);
    }

    // Numbers of tiny-cuda-nn's rules, evaluated in Python; the 2,555,904 parameters stand in its own tests/test_grid.cu.
    private static void Golden(SelfCheckRun run)
    {
        var threestudio = new HashGridOptions { PerLevelScale = 1.447269237440378 };
        var tinyCudaNn = new HashGridOptions { LevelCount = 20, BaseResolution = 32, PerLevelScale = 1.5, Log2TableSize = 16 };
        run.Exact(
            "entry counts", [6_098_120, 6_299_960, 2_555_904],
            [new HashGridLayout(new HashGridOptions()).EntryCount, new HashGridLayout(threestudio).EntryCount, new HashGridLayout(tinyCudaNn).ParameterCount]);
        run.Exact(
            "hashes", [2892625372, 805459861, 3162261517, 4281096667],
            [HashGridLayout.Hash(1, 2, 3), HashGridLayout.Hash(0, 0, 1), HashGridLayout.Hash(7, 11, 13), HashGridLayout.Hash(2047, 2047, 2047)]);

        // One hashed level of 2048 vertices a side with a mark in the slot of each golden hash: at the vertex the feature is the mark.
        // A position's coordinate in cells is rounded to 2⁻¹³ at 2047, hence the tolerance.
        var options = new HashGridOptions { LevelCount = 1, FeaturesPerLevel = 1, BaseResolution = 2048, PerLevelScale = 1 };
        float[] table = new float[new HashGridLayout(options).ParameterCount];
        (table[128476], table[280589], table[285147]) = (1f, 2f, 3f);
        static float At(int vertex) => (vertex - 0.5f) / 2047f;
        ArrayView<float> features = run.Device.Output(3);
        ArrayView<Float3> vertices = run.Device.UploadVectors(At(1), At(2), At(3), At(7), At(11), At(13), At(2047), At(2047), At(2047));
        run.Device.Kernels<HashGrid<LinearInterpolation>>().Encode(options, 1, run.Device.Upload(table), vertices, features);
        run.Golden("hashed entries on the device", [1, 2, 3], CheckDevice.Read(features), tolerance: 1e-3);
    }

    private static void Variant<TInterpolation>(SelfCheckRun run, string name, HashGridInterpolation interpolation)
        where TInterpolation : struct, IGridInterpolation
    {
        // Dense levels of 3 and 4 vertices a side and hashed ones behind, a cube of world positions, all levels but the last in use.
        HashGridOptions options = new HashGridOptions
        {
            LevelCount = 5,
            FeaturesPerLevel = 2,
            Log2TableSize = 6,
            BaseResolution = 3,
            PerLevelScale = 1.4,
            Interpolation = interpolation,
        }.InCube(1.25f);
        var layout = new HashGridLayout(options);
        var scene = new Scene(
            options, device => device.Kernels<HashGrid<TInterpolation>>(), RandomInputs.Uniform(1, layout.ParameterCount, -1f, 1f), Positions(layout),
            RandomInputs.Uniform(2, SampleCount * options.FeatureCount, -1f, 1f));
        run.Gradients(name, scene.FirstOrder());
        run.Gradients($"{name}, second order", scene.SecondOrder());
        run.Gradients($"{name}, kept Jacobian", scene.KeptJacobian());
    }

    private static float[] Positions(HashGridLayout layout)
    {
        HashGridOptions options = layout.Options;
        float limit = 0.9f * options.PositionOffset / options.PositionScale;
        return [.. RandomInputs.Where(SampleCount, i => RandomInputs.Uniform(100 + i, 3, -limit, limit), IsInsideItsCells).SelectMany(x => x)];

        bool IsInsideItsCells(float[] x) => x.All(coordinate => layout.Levels.All(level =>
        {
            float cell = level.Scale * (options.PositionScale * coordinate + options.PositionOffset) + 0.5f;
            return cell - MathF.Floor(cell) is > FaceMargin and < 1f - FaceMargin;
        }));
    }

    /// <summary>A small grid with its inputs, and what it computes.</summary>
    private sealed record Scene(HashGridOptions Options, Func<CheckDevice, IHashGrid> Load, float[] Table, float[] Positions, float[] Cotangent)
    {
        private const int ActiveLevels = 4;

        private int FeatureCount => SampleCount * Options.FeatureCount;

        /// <summary>y by table and position.</summary>
        public DifferentiableOperation FirstOrder() => new()
        {
            Inputs = [new("table", Table), new("positions", Positions)],
            Forward = (device, x) =>
            {
                ArrayView<float> features = device.Output(FeatureCount);
                Load(device).Encode(Options, ActiveLevels, device.Upload(x[0]), device.UploadVectors(x[1]), features);
                return [CheckDevice.Read(features)];
            },
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdTable = device.Gradient(x[0].Length), dLdFeatures = device.Upload(dLdy[0]);
                ArrayView<Float3> dLdPositions = device.GradientVectors(SampleCount), at = device.UploadVectors(x[1]);
                Load(device).BackwardTable(Options, ActiveLevels, at, dLdFeatures, dLdTable);
                Load(device).BackwardPosition(Options, ActiveLevels, device.Upload(x[0]), at, dLdFeatures, dLdPositions);
                return [CheckDevice.Read(dLdTable), CheckDevice.Rows(dLdPositions)];
            },
        };

        /// <summary>ν = Jᵀu by table and cotangent.</summary>
        public DifferentiableOperation SecondOrder() => new()
        {
            Inputs = [new("table", Table), new("u", Cotangent)],
            Forward = (device, x) =>
            {
                ArrayView<Float3> gradient = device.OutputVectors(SampleCount);
                Load(device).PositionGradient(Options, ActiveLevels, device.Upload(x[0]), device.UploadVectors(Positions), device.Upload(x[1]), gradient);
                return [CheckDevice.Rows(gradient)];
            },
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdTable = device.Gradient(x[0].Length), dLdCotangent = device.Gradient(x[1].Length);
                ArrayView<Float3> dLdGradient = device.UploadVectors(dLdy[0]), at = device.UploadVectors(Positions);
                Load(device).PositionGradientBackwardTable(Options, ActiveLevels, at, device.Upload(x[1]), dLdGradient, dLdTable);
                Load(device).PositionGradientBackwardCotangent(Options, ActiveLevels, device.Upload(x[0]), at, dLdGradient, dLdCotangent);
                return [CheckDevice.Read(dLdTable), CheckDevice.Read(dLdCotangent)];
            },
        };

        /// <summary>y and ν = Jᵀu as training computes them: J kept by the encoding, both orders of the table gradient in one pass.</summary>
        public DifferentiableOperation KeptJacobian() => new()
        {
            Inputs = [new("table", Table), new("u", Cotangent)],
            Forward = (device, x) =>
            {
                ArrayView<float> features = device.Output(FeatureCount), jacobian = device.Output(3 * FeatureCount);
                ArrayView<Float3> gradient = device.OutputVectors(SampleCount);
                Load(device).Encode(Options, ActiveLevels, device.Upload(x[0]), device.UploadVectors(Positions), features, jacobian);
                Load(device).JacobianTransposedProduct(Options, jacobian, device.Upload(x[1]), gradient);
                return [CheckDevice.Read(features), CheckDevice.Rows(gradient)];
            },
            Backward = (device, x, dLdy) =>
            {
                ArrayView<float> dLdTable = device.Gradient(x[0].Length), dLdCotangent = device.Gradient(x[1].Length), jacobian = device.Output(3 * FeatureCount);
                ArrayView<Float3> dLdGradient = device.UploadVectors(dLdy[1]), at = device.UploadVectors(Positions);
                Load(device).Encode(Options, ActiveLevels, device.Upload(x[0]), at, device.Output(FeatureCount), jacobian);
                Load(device).BackwardTable(Options, ActiveLevels, at, device.Upload(dLdy[0]), device.Upload(x[1]), dLdGradient, dLdTable);
                Load(device).JacobianProduct(Options, jacobian, dLdGradient, dLdCotangent);
                return [CheckDevice.Read(dLdTable), CheckDevice.Read(dLdCotangent)];
            },
        };
    }
}
