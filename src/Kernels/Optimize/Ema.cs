using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Exponential moving average of the parameters, a smoother copy to render and export from: a ← a + (1 - d)(p - a) = d a + (1 - d) p.
/// Source: Polyak and Juditsky 1992, in the exponential form that diffusion and NeRF code uses (torch_ema). No backward: it is
/// no part of the loss.
/// </summary>
public static class EmaKernels
{
    /// <summary>Device arguments. N parameters.</summary>
    public struct Args
    {
        /// <summary>a [N]; updated.</summary>
        public ArrayView<float> Average;

        /// <summary>p [N]; updated by Exchange only.</summary>
        public ArrayView<float> Parameters;

        /// <summary>1 - d, 0 to 1.</summary>
        public float Share;
    }

    /// <summary>Moves the average of one parameter.</summary>
    /// <param name="index">Parameter.</param>
    /// <param name="a">Arguments.</param>
    public static void Update(Index1D index, Args a)
    {
        float average = a.Average[index];
        // In this form an average that equals the parameter stays there, whatever the rounding of d.
        a.Average[index] = average + a.Share * (a.Parameters[index] - average);
    }

    /// <summary>Swaps average and parameter.</summary>
    /// <param name="index">Parameter.</param>
    /// <param name="a">Arguments.</param>
    public static void Exchange(Index1D index, Args a)
    {
        float average = a.Average[index];
        a.Average[index] = a.Parameters[index];
        a.Parameters[index] = average;
    }
}

/// <summary>Decay of an exponential moving average.</summary>
public sealed record EmaOptions
{
    /// <summary>Decay d per update, 0 to 1; default 0.95, stable-dreamfusion's, which updates once per 100 steps.</summary>
    public double Decay { get; init; } = 0.95;

    /// <summary>
    /// True, the default: update u takes min(d, (1 + u) / (10 + u)), so that early averages forget the untrained start
    /// (torch_ema's use_num_updates).
    /// </summary>
    public bool WarmsUp { get; init; } = true;

    /// <summary>The decay of an update.</summary>
    /// <param name="update">Number of the update u, from 1.</param>
    public double DecayAt(long update)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(update, 1);
        if (!(Decay is >= 0d and <= 1d))
        {
            throw new InvalidOperationException($"EMA: decay is {Decay}, expected 0 to 1; change ema_decay.");
        }

        return WarmsUp ? Math.Min(Decay, (1d + update) / (10d + update)) : Decay;
    }
}

/// <summary>Launcher of <see cref="EmaKernels"/>.</summary>
public sealed class Ema : IKernelFamily<Ema>
{
    private readonly Action<Index1D, EmaKernels.Args> _update;
    private readonly Action<Index1D, EmaKernels.Args> _exchange;

    private Ema(Accelerator accelerator)
    {
        _update = accelerator.LoadAutoGroupedStreamKernel<Index1D, EmaKernels.Args>(EmaKernels.Update);
        _exchange = accelerator.LoadAutoGroupedStreamKernel<Index1D, EmaKernels.Args>(EmaKernels.Exchange);
    }

    /// <inheritdoc/>
    public static Ema Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Moves the average towards the parameters. It starts as a copy of them.</summary>
    /// <param name="options">Decay.</param>
    /// <param name="update">Number of the update, from 1.</param>
    /// <param name="average">a, as long as the parameters; updated.</param>
    /// <param name="parameters">p; not changed.</param>
    public void Update(EmaOptions options, long update, ArrayView<float> average, ArrayView<float> parameters)
    {
        ArgumentNullException.ThrowIfNull(options);
        Launch(_update, average, parameters, (float)(1d - options.DecayAt(update)));
    }

    /// <summary>Swaps average and parameters: once to evaluate with the average, once more to go on training.</summary>
    /// <param name="average">a; becomes the parameters.</param>
    /// <param name="parameters">p; becomes the average.</param>
    public void Exchange(ArrayView<float> average, ArrayView<float> parameters) => Launch(_exchange, average, parameters, 0f);

    private static void Launch(Action<Index1D, EmaKernels.Args> kernel, ArrayView<float> average, ArrayView<float> parameters, float share)
    {
        if (average.Length != parameters.Length)
        {
            throw new ArgumentException($"EMA: expected {parameters.Length} averages, got {average.Length}; allocate them like the parameters.", nameof(average));
        }

        // One launch takes an int extent; an arena may be longer.
        for (long start = 0; start < parameters.Length; start += int.MaxValue)
        {
            int count = (int)Math.Min(int.MaxValue, parameters.Length - start);
            kernel(count, new EmaKernels.Args { Average = average.SubView(start, count), Parameters = parameters.SubView(start, count), Share = share });
        }
    }
}
