using System;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Scaled accumulation <c>y += s x</c>, elementwise: how a gradient is injected where another already arrived.
/// Linear, so it needs no backward of its own.
/// </summary>
public static class AccumulateKernels
{
    /// <summary>Device arguments, N elements.</summary>
    public struct Args
    {
        /// <summary>y [N]; accumulated into (<c>+=</c>).</summary>
        public ArrayView<float> Target;

        /// <summary>x [N].</summary>
        public ArrayView<float> Source;

        /// <summary>The factor s.</summary>
        public float Scale;
    }

    /// <summary>One work item per element.</summary>
    public static void Forward(Index1D i, Args a) => a.Target[i] += a.Scale * a.Source[i];
}

/// <summary>Launches <see cref="AccumulateKernels"/>.</summary>
public sealed class Accumulate : IKernelFamily<Accumulate>
{
    private readonly Action<Index1D, AccumulateKernels.Args> _forward;

    private Accumulate(Accelerator accelerator) =>
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, AccumulateKernels.Args>(AccumulateKernels.Forward);

    /// <inheritdoc/>
    public static Accumulate Load(Accelerator accelerator) => new(accelerator);

    /// <summary><c>target += scale · source</c>; both of the same length.</summary>
    public void Add(ArrayView<float> target, ArrayView<float> source, float scale)
    {
        if (target.Length != source.Length)
        {
            throw new ArgumentException($"Accumulate: target has {target.Length} elements, source {source.Length}; they must agree.", nameof(source));
        }
        if (target.Length > 0)
        {
            _forward(target.IntLength, new AccumulateKernels.Args { Target = target, Source = source, Scale = scale });
        }
    }
}
