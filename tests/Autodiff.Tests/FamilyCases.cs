using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Image;
using DreamFusion.Kernels.Losses;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using DreamFusion.Support;
using ILGPU;

namespace DreamFusion.Autodiff.Tests;

/// <summary>One forward and backward pass of every kernel family on random inputs, large enough to be shared among threads.</summary>
internal static class FamilyCases
{
    private const int M = 3001;
    private const int R = 401;

    public static IReadOnlyDictionary<string, Action<Bench>> All { get; } = new Dictionary<string, Action<Bench>>
    {
        ["rays"] = Rays,
        ["occupancy, all cells"] = OccupancyOfAllCells,
        ["occupancy, subset"] = OccupancyOfASubset,
        ["march, fixed steps"] = b => March(b, RayMarchOptions.Across(new SphereBound(2f), 60)),
        ["march, cone steps"] = b => March(b, new RayMarchOptions { StepLength = 0.01f, ConeAngle = 0.02f, MaxStepLength = 0.2f, MaxSteps = 500 }),
        ["hash grid, linear"] = b => HashGrid(b, HashGridInterpolation.Linear, 2),
        ["hash grid, smoothstep"] = b => HashGrid(b, HashGridInterpolation.Smoothstep, 2),
        ["hash grid, one feature"] = b => HashGrid(b, HashGridInterpolation.Linear, 1),
        ["hash grid, four features"] = b => HashGrid(b, HashGridInterpolation.Smoothstep, 4),
        ["hash grid, eight features"] = b => HashGrid(b, HashGridInterpolation.Linear, 8),
        ["hash grid, total variation"] = TotalVariation,
        ["frequency"] = Frequency,
        ["integrated encoding"] = IntegratedEncoding,
        ["spherical harmonics"] = SphericalHarmonics,
        ["mlp, ReLU"] = b => Mlp(b, HiddenActivation.Relu, OutputActivation.None),
        ["mlp, ReLU, sigmoid"] = b => Mlp(b, HiddenActivation.Relu, OutputActivation.Sigmoid),
        ["mlp, SiLU, softplus"] = b => Mlp(b, HiddenActivation.Silu, OutputActivation.Softplus),
        ["mlp, SiLU, exp"] = b => Mlp(b, HiddenActivation.Silu, OutputActivation.Exp),
        ["density and normals, exp, linear"] = b => Density(b, DensityActivation.Exp, DensityBlob.Linear),
        ["density and normals, softplus, Gaussian"] = b => Density(b, DensityActivation.Softplus, DensityBlob.Gaussian),
        ["density and normals, exp, added"] = b => Density(b, DensityActivation.Exp, DensityBlob.AddedGaussian),
        ["density and normals, softplus, added"] = b => Density(b, DensityActivation.Softplus, DensityBlob.AddedGaussian),
        ["normals by differences"] = FiniteDifferences,
        ["albedo"] = b => b.Take(b.Tape.Albedo(b.Leaf(M, 4), 1, 2f)),
        ["shading, albedo"] = b => Shade(b, default(AlbedoOnly)),
        ["shading, Lambertian"] = b => Shade(b, new Lambertian(0.1f, 0.9f)),
        ["shading, textureless"] = b => Shade(b, new Textureless(0.2f, 0.8f)),
        ["shading, normal"] = b => Shade(b, default(NormalColour)),
        ["shading, Blinn"] = b => Shade(b, new BlinnPhong(0.1f, 0.9f, 0.5f, 9f)),
        ["shading, Phong"] = b => Shade(b, new Phong(0.1f, 0.9f, 0.5f, 9f)),
        ["composite"] = Composite,
        ["opacity"] = Opacity,
        ["entropy"] = b => b.Take(b.Tape.EntropyLoss(b.Leaf(M, 1, 0, 1), EntropyLossKernels.WeightEpsilon, 2f)),
        ["pixels"] = Pixels,
        ["orientation"] = Orientation,
        ["normal smoothness"] = NormalSmoothness,
        ["z-variance"] = b => b.Take(b.Tape.ZVarianceLoss(b.Samples(), b.Leaf(M, 1, 0, 1), 2f)),
        ["background, constant"] = b => b.Take(b.Tape.ConstantBackground(new Float3(0.1f, 0.2f, 0.3f), M)),
        ["background, environment"] = Environment,
        ["resize"] = b => b.Take(b.Tape.Resize(b.Leaf(61 * 47, 3), 61, 47, 128, 128)),
        ["range map"] = b => b.Take(b.Tape.MapRange(b.Leaf(M, 3), ValueRange.Unit, ValueRange.Symmetric)),
        ["random draws"] = b =>
        {
            ArrayView<float> uniforms = b.Values(M, 0, 0), normals = b.Values(M, 0, 0);
            b.Device.Kernels<RandomDraws>().Uniform(new RandomKey(1, 2, RandomPurpose.Camera), 0, uniforms);
            b.Device.Kernels<RandomDraws>().Normal(new RandomKey(1, 2, RandomPurpose.Camera), 0, normals);
            b.Keep(uniforms);
            b.Keep(normals);
        },
        ["accumulation"] = b =>
        {
            Variable x = b.Leaf(M, 3);
            b.Tape.Seed(x, b.Values(3 * M, -1, 1));
            b.Keep(x.Gradient);
        },
        ["Adam"] = Adam,
        ["Adan"] = Adan,
        ["Shampoo"] = Shampoo,
        ["moving average"] = MovingAverage,
        ["gradient inspection"] = b =>
        {
            OptimizerReport report = b.Device.Kernels<GradientInspection>().Inspect(b.Values(100_003, -1, 1), 1d);
            b.Results.Add([(float)report.GradientNorm, (float)report.ClipFactor]);
        },
    };

    private static void Rays(Bench b)
    {
        var camera = new PinholeCamera
        {
            Position = new Float3(0f, 0f, 3f),
            Right = new Float3(1f, 0f, 0f),
            Up = new Float3(0f, 1f, 0f),
            Back = new Float3(0f, 0f, 1f),
            FocalPixels = 40f,
            Width = 61,
            Height = 47,
        };
        foreach (RayBatch rays in (RayBatch[])[b.Tape.CastRays(camera, new SphereBound(1f)), b.Tape.CastRays(camera, new BoxBound(1f))])
        {
            b.Keep(rays.Origins.Cast<float>());
            b.Keep(rays.Directions.Cast<float>());
            b.Keep(rays.Near);
            b.Keep(rays.Far);
        }
    }

    private static void OccupancyOfAllCells(Bench b)
    {
        OccupancyGridBuffers grid = b.Grid();
        ArrayView<Float3> positions = b.Device.Zeros<Float3>(grid.Options.CellCount);
        b.Device.Kernels<OccupancyGrid>().Positions(grid, new RandomKey(1, 2, RandomPurpose.OccupancyJitter), 0, positions);
        b.Keep(positions.Cast<float>());
        b.Keep(grid.Densities);
        b.Keep(grid.Statistics);
        b.Keep(grid.Bits.Cast<float>());
    }

    private static void OccupancyOfASubset(Bench b)
    {
        OccupancyGridBuffers grid = b.Grid();
        OccupancySubset kernels = b.Device.Kernels<OccupancySubset>();
        var key = new RandomKey(1, 3, RandomPurpose.OccupancyJitter);
        ArrayView<int> cells = b.Device.Zeros<int>(OccupancySubset.MaxCount(grid.Options));
        int count = kernels.Choose(grid, key, cells, b.Device.Zeros<int>(OccupancySubset.ScratchLength(grid.Options)));
        ArrayView<Float3> positions = b.Device.Zeros<Float3>(count);
        kernels.Positions(grid, key, cells.SubView(0, count), positions);
        kernels.Fold(grid, cells.SubView(0, count), b.Values(count, 0, 2));
        b.Keep(cells.SubView(0, count).Cast<float>());
        b.Keep(positions.Cast<float>());
        b.Keep(grid.Densities);
    }

    private static void March(Bench b, RayMarchOptions options)
    {
        RayBatch rays = b.RaysAround();
        PackedSamples samples = b.Tape.March(rays, b.Grid(), options, new RandomKey(5, 6, RandomPurpose.RayJitter));
        b.Keep(samples.Ranges.Cast<float>());
        b.Keep(samples.Positions.Cast<float>());
        b.Keep(samples.RayIndices.Cast<float>());
        b.Keep(samples.Distances);
        b.Keep(samples.Lengths);
    }

    private static void HashGrid(Bench b, HashGridInterpolation interpolation, int features)
    {
        HashGridOptions options = new HashGridOptions { LevelCount = 7, FeaturesPerLevel = features, Log2TableSize = 10, BaseResolution = 5, Interpolation = interpolation }.InCube(1f);
        Variable table = b.Leaf(new HashGridLayout(options).EntryCount, features), positions = b.Leaf(M, 3);
        b.Take(b.Tape.HashGridEncode(options, table, positions));
        Variable constant = b.Tape.Constant(b.Values(3 * M, -1, 1), M, 3);
        b.Take(b.Tape.HashGridPositionGradient(options, table, constant, b.Leaf(M, options.FeatureCount)));
        b.Take(b.Tape.HashGridEncode(options, table, positions, activeLevels: 3));
        b.Take(b.Tape.HashGridEncode(options, table, constant, out HashGridJacobian jacobian));
        b.Take(b.Tape.HashGridPositionGradient(jacobian, b.Leaf(M, options.FeatureCount)));
    }

    private static void TotalVariation(Bench b)
    {
        HashGridOptions options = HashGridOptions.Toybox with { LevelCount = 4 };
        ArrayView<float> value = b.Tape.TableTotalVariation(options, b.Leaf(new HashGridLayout(options).EntryCount, 2), 3f);
        b.AfterBackward(() => b.Keep(value));
    }

    private static void Frequency(Bench b)
    {
        foreach (FrequencyForm form in Enum.GetValues<FrequencyForm>())
        {
            var options = new FrequencyOptions { Form = form };
            Variable x = b.Leaf(M, 3), features = b.Tape.FrequencyEncode(options, x);
            b.Take(features);
            b.Take(b.Tape.FrequencyInputGradient(options, x, features, b.Leaf(M, options.FeatureCount)));
        }
    }

    private static void IntegratedEncoding(Bench b)
    {
        var options = new IntegratedPositionalOptions { FrequencyCount = 5 };
        Variable means = b.Leaf(M, 3), variances = b.Leaf(M, 1, 0, 0.01), features = b.Tape.IntegratedPositionalEncode(options, means, variances);
        b.Take(features);
        b.Take(b.Tape.IntegratedPositionalMeanGradient(options, means, variances, features, b.Leaf(M, options.FeatureCount)));
    }

    private static void SphericalHarmonics(Bench b)
    {
        for (int degree = 2; degree <= 4; degree++)
        {
            b.Take(b.Tape.SphericalHarmonicsEncode(degree, b.Leaf(RandomArrays.UnitVectors(b.Random, M), 3)));
        }
    }

    private static void Mlp(Bench b, HiddenActivation hidden, OutputActivation output)
    {
        var options = new MlpOptions { InputCount = 9, Width = 24, HiddenActivation = hidden, OutputActivation = output };
        Variable parameters = b.Leaf(1, options.ParameterCount, -0.4, 0.4), input = b.Leaf(M, 9);
        b.Take(b.Tape.MlpForward(options, parameters, input));
        b.Take(b.Tape.MlpInputGradient(options, parameters, input, 1));
    }

    private static void Density(Bench b, DensityActivation activation, DensityBlob blob)
    {
        DensityOptions options = DensityOptions.Toybox with { Activation = activation, Blob = blob, Scale = 1f };
        Variable raw = b.Leaf(M, 4), positions = b.Tape.Constant(b.Values(3 * M, -0.6, 0.6), M, 3), gradient = b.Leaf(M, 3);
        b.Take(b.Tape.Density(options, raw, 2, positions));
        b.Take(blob == DensityBlob.AddedGaussian
            ? b.Tape.DensityNormals(options, raw, 2, gradient, positions)
            : b.Tape.Normals(options, gradient, positions));
    }

    private static void FiniteDifferences(Bench b)
    {
        Variable positions = b.Tape.Constant(b.Values(3 * M, -1, 1), M, 3);
        b.Take(b.Tape.FiniteDifferenceNormals(new FiniteDifferenceOptions(), taps =>
        {
            b.Keep(taps.Value);
            return b.Leaf(6 * M, 1, 0, 1);
        }, positions));
    }

    private static void Shade<TModel>(Bench b, TModel model)
        where TModel : unmanaged, IShadingModel
    {
        Variable albedo = b.Leaf(M, 3, 0, 1), normals = b.Leaf(RandomArrays.UnitVectors(b.Random, M), 3);
        var light = Light.Point(new Float3(2f, 3f, 1f));
        // A leaf that the model does not use gets no gradient.
        bool usesAlbedo = typeof(TModel) != typeof(Textureless) && typeof(TModel) != typeof(NormalColour);
        bool usesNormals = typeof(TModel) != typeof(AlbedoOnly);
        b.Take(b.Tape.Shade(model, light, b.Samples(), usesAlbedo ? albedo : null, usesNormals ? normals : null, b.RaysAround().Directions));
        b.Forget(usesAlbedo ? null : albedo, usesNormals ? null : normals);
    }

    private static void Composite(Bench b)
    {
        CompositeOutput output = b.Tape.Composite(b.Samples(), b.Leaf(M, 1, 0, 9), b.Leaf(M, 3, 0, 1), b.Leaf(R, 3, 0, 1), b.Leaf(M, 3));
        foreach (Variable variable in (Variable[])[output.Image, output.Opacity, output.Depth, output.Weights, output.Normals!])
        {
            b.Take(variable);
        }
    }

    private static void Opacity(Bench b)
    {
        b.Take(b.Tape.OpacityLoss<RootOpacity>(b.Leaf(M, 1, 0, 1), 2f));
        b.Take(b.Tape.OpacityLoss<SquareOpacity>(b.Leaf(M, 1, 0, 1), 2f));
    }

    private static void Pixels(Bench b)
    {
        Variable target = b.Tape.Constant(b.Values(3 * M, 0, 1), M, 3);
        b.Take(b.Tape.PixelLoss(b.Leaf(M, 3, 0, 1), target, default(SquaredError), 2f));
        b.Take(b.Tape.PixelLoss(b.Leaf(M, 3, 0, 1), target, new HuberError(0.2f), 2f));
    }

    private static void Orientation(Bench b) =>
        b.Take(b.Tape.OrientationLoss(b.Samples(), b.RaysAround(), b.Tape.Constant(b.Values(M, 0, 1), M, 1), b.Leaf(RandomArrays.UnitVectors(b.Random, M), 3), R, 2f));

    private static void NormalSmoothness(Bench b)
    {
        b.Take(b.Tape.ImageNormalSmoothness(b.Leaf(2 * 40 * 50, 3), 40, 50, 2f));
        b.Take(b.Tape.SpaceNormalSmoothness(b.Leaf(M, 3), b.Leaf(M, 3), 2f));
    }

    private static void Environment(Bench b)
    {
        var options = new EnvironmentOptions();
        b.Take(b.Tape.EnvironmentBackground(options, b.Leaf(1, options.Network.ParameterCount, -0.4, 0.4), b.RaysAround()));
    }

    private static void Adam(Bench b)
    {
        ArrayView<float> parameters = b.Values(20_011, -1, 1), first = b.Device.Zeros<float>(20_011), second = b.Device.Zeros<float>(20_011);
        for (int step = 1; step <= 2; step++)
        {
            b.Device.Kernels<Adam>().Step(
                new AdamOptions { MaxGradientNorm = 1 }, [new OptimizerGroup(0, 9000, 1e-2, 1e-3), new OptimizerGroup(9000, 11_011, 1e-3)], step, parameters,
                b.Values(20_011, -1, 1), first, second);
        }
        b.Keep(parameters);
        b.Keep(first);
        b.Keep(second);
    }

    private static void Adan(Bench b)
    {
        ArrayView<float> parameters = b.Values(20_011, -1, 1);
        ArrayView<float>[] state = [.. Enumerable.Range(0, 4).Select(_ => b.Device.Zeros<float>(20_011))];
        for (int step = 1; step <= 2; step++)
        {
            b.Device.Kernels<Adan>().Step(
                new AdanOptions(), [new OptimizerGroup(0, 9000, 1e-2, 1e-3), new OptimizerGroup(9000, 11_011, 1e-3)], step, parameters,
                b.Values(20_011, -1, 1), new AdanState(state[0], state[1], state[2], state[3]));
        }
        b.Keep(parameters);
        Array.ForEach(state, b.Keep);
    }

    private static void Shampoo(Bench b)
    {
        ShampooMatrix[] matrices = [new(64, 32), new(4, 64)];
        ShampooState state = b.Own(new ShampooState(b.Device.Accelerator, new ShampooOptions { PlainSteps = 1, RootInterval = 1, BlockSize = 32 }, matrices));
        ArrayView<float> parameters = b.Values(2304, -1, 1);
        for (int step = 1; step <= 3; step++)
        {
            b.Device.Kernels<Shampoo>().Step(state, [new OptimizerGroup(0, 2048, 1e-2), new OptimizerGroup(2048, 256, 1e-2)], step, parameters, b.Values(2304, -1, 1));
        }
        b.Keep(parameters);
        b.Keep(state.Momenta);
        b.Keep(state.Statistics);
        b.Keep(state.Roots);
    }

    private static void MovingAverage(Bench b)
    {
        ArrayView<float> average = b.Values(M, -1, 1);
        b.Device.Kernels<Ema>().Update(new EmaOptions(), 5, average, b.Values(M, -1, 1));
        b.Keep(average);
    }

    /// <summary>A tape on a device, the leaves of a case and what came out of it.</summary>
    internal sealed class Bench(TestDevice device) : IDisposable
    {
        private readonly List<IDisposable> _owned = [];
        private readonly List<Variable> _leaves = [];
        private readonly List<Variable> _outputs = [];
        private readonly List<Action> _afterBackward = [];
        private readonly List<float[]> _results = [];

        public TestDevice Device { get; } = device;

        public Tape Tape { get; } = new(device.Context);

        public Random Random { get; } = new(17);

        /// <summary>Runs backward from a random gradient at every output taken, then lists what was kept and the leaves' gradients.</summary>
        public List<float[]> Results
        {
            get
            {
                foreach (Variable output in _outputs)
                {
                    if (output.RequiresGradient)
                    {
                        Tape.Seed(output, Values((int)output.Length, -1, 1));
                    }
                }
                if (_outputs.Count + _afterBackward.Count > 0)
                {
                    Tape.Backward();
                    _outputs.ForEach(output => Keep(output.Value));
                    _leaves.ForEach(leaf => Keep(leaf.Gradient));
                    _afterBackward.ForEach(action => action());
                    _outputs.Clear();
                    _leaves.Clear();
                    _afterBackward.Clear();
                }
                return _results;
            }
        }

        public ArrayView<float> Values(int length, double low, double high) => Device.Upload(RandomArrays.Uniform(Random, length, low, high));

        public Variable Leaf(int rows, int columns, double low = -1, double high = 1) => Leaf(RandomArrays.Uniform(Random, rows * columns, low, high), columns);

        public Variable Leaf(double[] values, int columns)
        {
            var leaf = new Variable(Device.Upload(values), Device.Zeros<float>(values.Length), values.Length / columns, columns);
            _leaves.Add(leaf);
            return leaf;
        }

        public void Take(Variable output) => _outputs.Add(output);

        public void Keep(ArrayView<float> view) => _results.Add(Device.Read(view));

        public void Forget(params Variable?[] leaves) => _leaves.RemoveAll(leaf => leaves.Contains(leaf));

        public void AfterBackward(Action action) => _afterBackward.Add(action);

        public T Own<T>(T disposable)
            where T : IDisposable
        {
            _owned.Add(disposable);
            return disposable;
        }

        /// <summary>Two cascades of 16³ cells, a third of them occupied.</summary>
        public OccupancyGridBuffers Grid()
        {
            OccupancyGridBuffers grid = Own(new OccupancyGridBuffers(
                Device.Accelerator, new OccupancyGridOptions { Resolution = 16, Bound = 2f, CascadeCount = 2, DensityThreshold = 0.7f, ThresholdByMean = false }));
            Device.Kernels<OccupancyGrid>().Fold(grid, 0, Values(grid.Options.CellCount, 0, 1));
            Device.Kernels<OccupancyGrid>().Rebuild(grid);
            return grid;
        }

        /// <summary>R rays from a sphere of radius 3 to the middle.</summary>
        public RayBatch RaysAround()
        {
            double[] directions = RandomArrays.UnitVectors(Random, R);
            return new RayBatch(
                Device.UploadVectors(Array.ConvertAll(directions, d => -3 * d)), Device.UploadVectors(directions),
                Device.Upload(Enumerable.Repeat(1f, R).ToArray()), Device.Upload(Enumerable.Repeat(5f, R).ToArray()));
        }

        /// <summary>M samples on R rays, of different counts.</summary>
        public PackedSamples Samples()
        {
            var ranges = new SampleRange[R];
            int[] rays = new int[M];
            int offset = 0;
            for (int ray = 0; ray < R; ray++)
            {
                int count = ray == R - 1 ? M - offset : Math.Min(M - offset, Random.Next(15));
                ranges[ray] = new SampleRange { Offset = offset, Count = count };
                Array.Fill(rays, ray, offset, count);
                offset += count;
            }
            return new PackedSamples(
                Device.Upload(ranges), Device.UploadVectors(RandomArrays.Uniform(Random, 3 * M, -1, 1)), Device.Upload(rays), Values(M, 1, 3), Values(M, 0.01, 0.1));
        }

        public void Dispose()
        {
            Tape.Dispose();
            _owned.ForEach(owned => owned.Dispose());
        }
    }
}
