using System;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>A contiguous range of the parameter arena with its own step size.</summary>
/// <param name="Start">First parameter.</param>
/// <param name="Length">Number of parameters.</param>
/// <param name="LearningRate">Step size of this step, ≥ 0.</param>
/// <param name="WeightDecay">Weight decay, ≥ 0.</param>
public readonly record struct OptimizerGroup(long Start, long Length, double LearningRate, double WeightDecay = 0d)
{
    /// <summary>Requires every group to lie within the arena, with a learning rate and a weight decay of at least 0.</summary>
    /// <param name="optimizer">Name for the message.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="parameterCount">Length of the arena.</param>
    /// <exception cref="ArgumentException">A group does not.</exception>
    public static void RequireValid(string optimizer, ReadOnlySpan<OptimizerGroup> groups, long parameterCount)
    {
        foreach (OptimizerGroup group in groups)
        {
            bool inRange = group.Start >= 0 && group.Length >= 0 && group.Start + group.Length <= parameterCount;
            if (!inRange || !(group.LearningRate >= 0d) || !(group.WeightDecay >= 0d))
            {
                throw new ArgumentException($"{optimizer}: {group} is no range of {parameterCount} parameters with a learning rate and weight decay of at least 0; check the parameter groups.", nameof(groups));
            }
        }
    }

    /// <summary>Zeroes what no group covers; the kernels zero the rest while they read it, which saves a pass over the arena.</summary>
    /// <param name="groups">Ranges that do not overlap, in any order.</param>
    /// <param name="gradients">Gradient arena.</param>
    internal static void ZeroOutside(ReadOnlySpan<OptimizerGroup> groups, ArrayView<float> gradients)
    {
        long position = 0;
        while (position < gradients.Length)
        {
            long start = gradients.Length;
            long end = gradients.Length;
            foreach (OptimizerGroup group in groups)
            {
                if (group.Length > 0 && group.Start >= position && group.Start < start)
                {
                    start = group.Start;
                    end = group.Start + group.Length;
                }
            }

            if (start > position)
            {
                gradients.SubView(position, start - position).MemSetToZero();
            }

            position = end;
        }
    }
}

/// <summary>What a call of an optimiser saw and did.</summary>
/// <param name="Applied">False if a gradient was not finite: parameters and moments are untouched, the gradient is zeroed.</param>
/// <param name="NonFiniteCount">Gradient values that are NaN or infinite.</param>
/// <param name="GradientNorm">Global norm of the finite gradient values, before clipping.</param>
/// <param name="ClipFactor">Factor that the clipping put on the gradient, 0 to 1.</param>
public readonly record struct OptimizerReport(bool Applied, long NonFiniteCount, double GradientNorm, double ClipFactor);
