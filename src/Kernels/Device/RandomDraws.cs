using System;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Arrays of <see cref="CounterRandom"/> numbers, drawn on the device: element i is the draw of index i. The same bits as on
/// the host, which the self-test asserts of every device. No backward: draws are constants of a step.
/// </summary>
public static class RandomDrawsKernels
{
    /// <summary>Device arguments. N numbers.</summary>
    public struct Args
    {
        /// <summary>Stream.</summary>
        public RandomKey Key;

        /// <summary>Which number of each element.</summary>
        public uint Lane;

        /// <summary>Draws [N]; overwritten.</summary>
        public ArrayView<float> Values;
    }

    /// <summary>One uniform number in [0, 1).</summary>
    /// <param name="index">Element, 0 to N - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Uniform(Index1D index, Args a) => a.Values[index] = CounterRandom.Uniform(a.Key, (uint)index.X, a.Lane);

    /// <summary>One normal number.</summary>
    /// <param name="index">Element, 0 to N - 1.</param>
    /// <param name="a">Arguments.</param>
    public static void Normal(Index1D index, Args a) => a.Values[index] = CounterRandom.Normal(a.Key, (uint)index.X, a.Lane);
}

/// <summary>Launcher of <see cref="RandomDrawsKernels"/>.</summary>
public sealed class RandomDraws : IKernelFamily<RandomDraws>
{
    private readonly Action<Index1D, RandomDrawsKernels.Args> _uniform;
    private readonly Action<Index1D, RandomDrawsKernels.Args> _normal;

    private RandomDraws(Accelerator accelerator)
    {
        _uniform = accelerator.LoadAutoGroupedStreamKernel<Index1D, RandomDrawsKernels.Args>(RandomDrawsKernels.Uniform);
        _normal = accelerator.LoadAutoGroupedStreamKernel<Index1D, RandomDrawsKernels.Args>(RandomDrawsKernels.Normal);
    }

    /// <inheritdoc/>
    public static RandomDraws Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Uniform numbers in [0, 1).</summary>
    /// <param name="key">Stream.</param>
    /// <param name="lane">Which number of each element.</param>
    /// <param name="values">Draws [N]; overwritten.</param>
    public void Uniform(RandomKey key, uint lane, ArrayView<float> values) => Launch(_uniform, key, lane, values);

    /// <summary>Normal numbers with mean 0 and variance 1.</summary>
    /// <param name="key">Stream.</param>
    /// <param name="lane">Which number of each element.</param>
    /// <param name="values">Draws [N]; overwritten.</param>
    public void Normal(RandomKey key, uint lane, ArrayView<float> values) => Launch(_normal, key, lane, values);

    private static void Launch(Action<Index1D, RandomDrawsKernels.Args> kernel, RandomKey key, uint lane, ArrayView<float> values)
    {
        if (values.Length > 0)
        {
            kernel(values.IntLength, new RandomDrawsKernels.Args { Key = key, Lane = lane, Values = values });
        }
    }
}
