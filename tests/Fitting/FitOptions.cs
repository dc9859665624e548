using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;

namespace DreamFusion.Fitting;

/// <summary>How a field is fitted to pictures.</summary>
public sealed record FitOptions
{
    private const float Bound = 1.15f;

    /// <summary>Optimisation steps.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Samples that a step aims at: it takes as many rays as would have needed them with the samples per ray of the step before.</summary>
    public int SamplesPerStep { get; init; } = 1 << 16;

    /// <summary>Most rays of a step.</summary>
    public int MaxRaysPerStep { get; init; } = 8192;

    /// <summary>Seed of every random draw.</summary>
    public uint Seed { get; init; } = 1;

    /// <summary>March steps across the bounding sphere while fitting, where the samples of each ray are shifted at random.</summary>
    public int StepsAcrossSphere { get; init; } = 128;

    /// <summary>The same for pictures of the fitted field, without the shift; finer, so that the lattice does not show.</summary>
    public int PictureStepsAcrossSphere { get; init; } = 512;

    /// <summary>Steps between two updates of the occupancy grid.</summary>
    public int OccupancyInterval { get; init; } = 16;

    /// <summary>The field: eight levels from 16 to 128 vertices a side, 16-32-32-4.</summary>
    public FieldOptions Field { get; init; } = DefaultField(8, 17, 16, 128, 32, 2);

    /// <summary>The occupancy grid.</summary>
    public RendererConfiguration Occupancy { get; init; } = new()
    {
        GridResolution = 64,
        GridDecay = 0.9f,
        DensityThreshold = 0.5f,
        GridWarmupSteps = 64,
    };

    /// <summary>Adam and its learning rates.</summary>
    public OptimConfiguration Optim { get; init; } = new()
    {
        LearningRate = 0.005f,
        EncoderLearningRate = 0.05f,
        WarmupSteps = 20,
        DecayStart = 0.4f,
        FinalFactor = 0.03f,
    };

    /// <summary>A field of a grid and a network, with densities that grow exponentially and start at 1.</summary>
    public static FieldOptions DefaultField(int levels, int log2TableSize, int coarsest, int finest, int width, int hiddenLayers)
    {
        HashGridOptions grid = new HashGridOptions
        {
            LevelCount = levels,
            Log2TableSize = log2TableSize,
            BaseResolution = coarsest,
            PerLevelScale = HashGridOptions.PerLevelScaleFor(coarsest, finest, levels),
        }.InCube(Bound);
        var network = new MlpOptions { InputCount = grid.FeatureCount, Width = width, HiddenLayers = hiddenLayers, OutputCount = 4 };
        return new FieldOptions
        {
            Bound = new SceneBound(BoundKind.Sphere, Bound),
            Encoding = new HashGridEncodingOptions(grid, InitialFeature: 1e-2f),
            Networks = new JointNetworkOptions(network),
            Density = new DensityOptions { BlobDensity = 0f, Bound = Bound },
        };
    }
}
