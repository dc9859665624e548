using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Encode;

/// <summary>Neighbouring features that a lane handles at once, as a type, so that each number of them is its own kernel.</summary>
public interface IFeatureGroup
{
    /// <summary>2 or 4.</summary>
    static abstract int Count { get; }

    /// <summary>Features of memory that nobody writes during the launch; 0 for those that the group does not have.</summary>
    /// <param name="view">Features.</param>
    /// <param name="index">First of them, a multiple of <see cref="Count"/>.</param>
    static abstract Float4 Load(ArrayView<float> view, int index);

    /// <summary>Adds to a table's gradient.</summary>
    /// <typeparam name="TAccumulation">How.</typeparam>
    /// <param name="a">Where to.</param>
    /// <param name="level">Level.</param>
    /// <param name="index">First of the values in the table, a multiple of <see cref="Count"/>.</param>
    /// <param name="value">Summands.</param>
    static abstract void Add<TAccumulation>(HashGridPairKernels.TableArgs a, int level, int index, Float4 value)
        where TAccumulation : struct, ITableAccumulation;
}

/// <summary>Two features: 8 bytes of floats.</summary>
public readonly struct FeaturePair : IFeatureGroup
{
    /// <inheritdoc/>
    public static int Count => 2;

    /// <inheritdoc/>
    public static Float4 Load(ArrayView<float> view, int index)
    {
        Float2 pair = DeviceAccess.LoadReadOnly2(view, index);
        return new Float4(pair.X, pair.Y, 0f, 0f);
    }

    /// <inheritdoc/>
    public static void Add<TAccumulation>(HashGridPairKernels.TableArgs a, int level, int index, Float4 value)
        where TAccumulation : struct, ITableAccumulation
        => TAccumulation.Add(a, level, index, value.X, value.Y);
}

/// <summary>Four features: 16 bytes of floats.</summary>
public readonly struct FeatureQuad : IFeatureGroup
{
    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    public static Float4 Load(ArrayView<float> view, int index) => DeviceAccess.LoadReadOnly4(view, index);

    /// <inheritdoc/>
    public static void Add<TAccumulation>(HashGridPairKernels.TableArgs a, int level, int index, Float4 value)
        where TAccumulation : struct, ITableAccumulation
        => TAccumulation.Add(a, level, index, value);
}

/// <summary>How the forward pass finds a table's entries, as a type.</summary>
public interface ITableStorage
{
    /// <summary>Two neighbouring values.</summary>
    /// <param name="a">The table.</param>
    /// <param name="index">First of them in the table, even.</param>
    static abstract Float2 Load(HashGridPairKernels.EncodeArgs a, int index);
}

/// <summary>The table itself.</summary>
public readonly struct FloatStorage : ITableStorage
{
    /// <inheritdoc/>
    public static Float2 Load(HashGridPairKernels.EncodeArgs a, int index) => DeviceAccess.LoadReadOnly2(a.Encode.Grid.Table, index);
}

/// <summary>A copy of the table in 16 bits: half the bytes, so that the 24 MB of a table of 2^19 entries stay in the L2 cache. Sums are floats.</summary>
public readonly struct HalfStorage : ITableStorage
{
    /// <inheritdoc/>
    public static Float2 Load(HashGridPairKernels.EncodeArgs a, int index)
    {
        uint pair = Interop.FloatAsInt(DeviceAccess.LoadReadOnly(a.Halves, index >> 1));
        return new Float2(HalfPair.Low(pair), HalfPair.High(pair));
    }
}
