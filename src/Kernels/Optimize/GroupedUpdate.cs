using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>What a kernel that updates each parameter by itself is told about a range of the arena.</summary>
/// <typeparam name="TArgs">Its argument struct.</typeparam>
internal interface IGroupArguments<TArgs>
    where TArgs : struct
{
    /// <summary>The arguments of one launch.</summary>
    /// <param name="range">At most <see cref="int.MaxValue"/> parameters of a group.</param>
    /// <param name="clip">Factor of the gradient.</param>
    TArgs For(in OptimizerGroup range, double clip);
}

/// <summary>
/// One step over the groups of an arena for optimisers that update each parameter by itself: inspects the gradient, then launches
/// the kernel or its host twin for each group, or leaves everything as it is.
/// </summary>
/// <typeparam name="TArgs">The kernel's argument struct.</typeparam>
internal sealed class GroupedUpdate<TArgs> : IDisposable
    where TArgs : struct
{
    private readonly string _name;
    private readonly GradientInspection _inspection;
    private readonly HostThreads? _host;
    private readonly Action<Index1D, TArgs> _kernel;
    private readonly HostTwin _twin;
    private readonly Action<Index1D, TArgs>? _kernelForFour;
    private IOptimizerOptions? _checked;

    /// <summary>Loads the kernel.</summary>
    /// <param name="name">Name of the optimiser, for messages.</param>
    /// <param name="accelerator">The device.</param>
    /// <param name="host">Threads of the host twin, or null to launch the kernel.</param>
    /// <param name="kernel">The kernel; it zeroes the gradients that it reads.</param>
    /// <param name="twin">Its host twin.</param>
    /// <param name="gpu">How kernels for GPUs work, or null for none of them.</param>
    /// <param name="loadForFour">Loads the kernel for four parameters at a time, for GPUs and where they start at a multiple of four.</param>
    public GroupedUpdate(
        string name, Accelerator accelerator, HostThreads? host, Action<Index1D, TArgs> kernel, HostTwin twin, GpuTuning? gpu = null, Func<Action<Index1D, TArgs>>? loadForFour = null)
    {
        _kernelForFour = gpu is null ? null : loadForFour?.Invoke();
        _name = name;
        _inspection = GradientInspection.Load(accelerator, host, gpu);
        _host = host;
        _kernel = kernel;
        _twin = twin;
    }

    /// <summary>A host twin of the kernel.</summary>
    public delegate void HostTwin(HostThreads threads, in TArgs args);

    /// <summary>Inspects the gradient and applies the step; the gradient is zero afterwards in every case.</summary>
    public OptimizerReport Step<TCall>(
        IOptimizerOptions options, ReadOnlySpan<OptimizerGroup> groups, int step, ArrayView<float> parameters, ArrayView<float> gradients, in TCall call)
        where TCall : struct, IGroupArguments<TArgs>
    {
        Require(options, groups, step, parameters.Length);
        OptimizerReport report = _inspection.Inspect(gradients, options.MaxGradientNorm);
        Apply(report, groups, gradients, call);
        return report;
    }

    /// <summary>Applies a step whose gradient was inspected elsewhere; the gradient is zero afterwards in every case.</summary>
    public void Apply<TCall>(in OptimizerReport report, ReadOnlySpan<OptimizerGroup> groups, ArrayView<float> gradients, in TCall call)
        where TCall : struct, IGroupArguments<TArgs>
    {
        if (!report.Applied)
        {
            gradients.MemSetToZero();
            return;
        }

        foreach (OptimizerGroup group in groups)
        {
            // One launch takes an int extent; an arena may be longer.
            for (long done = 0; done < group.Length; done += int.MaxValue)
            {
                int count = (int)Math.Min(int.MaxValue, group.Length - done);
                TArgs args = call.For(group with { Start = group.Start + done, Length = count }, report.ClipFactor);
                if (_host is not null)
                {
                    _twin(_host, args);
                }
                else if (_kernelForFour is not null && (group.Start + done) % 4 == 0)
                {
                    _kernelForFour((int)(((long)count + 3) / 4), args);
                }
                else
                {
                    _kernel(count, args);
                }
            }
        }

        OptimizerGroup.ZeroOutside(groups, gradients);
    }

    /// <summary>Requires usable options, groups inside the arena and a step from 1.</summary>
    public void Require(IOptimizerOptions options, ReadOnlySpan<OptimizerGroup> groups, int step, long parameterCount)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        // Options are immutable: once checked, always good, and a step allocates nothing.
        if (!ReferenceEquals(options, _checked))
        {
            if (options.Validate() is { Count: > 0 } problems)
            {
                throw new ArgumentException(string.Join(' ', problems), nameof(options));
            }

            _checked = options;
        }

        OptimizerGroup.RequireValid(_name, groups, parameterCount);
    }

    /// <summary>Frees the scratch buffers.</summary>
    public void Dispose() => _inspection.Dispose();
}
