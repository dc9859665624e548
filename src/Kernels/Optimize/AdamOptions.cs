using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Kernels.Optimize;

/// <summary>Settings of <see cref="Adam"/> that hold for all parameter groups.</summary>
public sealed record AdamOptions
{
    /// <summary>Decay of the first moment β₁, 0 to below 1, default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment β₂, 0 to below 1, default 0.99.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>ε in the denominator, &gt; 0, default 1e-15.</summary>
    public double Epsilon { get; init; } = 1e-15;

    /// <summary>Largest global gradient norm; longer gradients are scaled down to it. &gt; 0, default infinity: no clipping.</summary>
    public double MaxGradientNorm { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// True: weight decay shrinks the parameters directly (AdamW, Loshchilov and Hutter 2019). False: it is added to the gradient
    /// (Adam with L2). Default true; it matters only for groups with a weight decay.
    /// </summary>
    public bool DecoupledWeightDecay { get; init; } = true;

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        Require(Beta1 is >= 0d and < 1d, "beta1", Beta1, "0 to below 1");
        Require(Beta2 is >= 0d and < 1d, "beta2", Beta2, "0 to below 1");
        // The kernel divides by a float.
        Require(double.IsFinite(Epsilon) && (float)Epsilon > 0f, "epsilon", Epsilon, "a positive number");
        Require(MaxGradientNorm > 0d, "max gradient norm", MaxGradientNorm, "a positive number or infinity");
        return problems;

        void Require(bool condition, string name, double value, string expected)
        {
            if (!condition)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"Adam: {name} is {value}, expected {expected}; change it in the configuration."));
            }
        }
    }
}
