using System.Collections.Generic;

namespace DreamFusion.Kernels.Optimize;

/// <summary>Settings of <see cref="Adam"/> that hold for all parameter groups.</summary>
public sealed record AdamOptions : IOptimizerOptions
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

    /// <inheritdoc/>
    public IReadOnlyList<string> Validate()
    {
        var problems = new OptimizerProblems("Adam");
        problems.RequireDecay("beta1", Beta1);
        problems.RequireDecay("beta2", Beta2);
        problems.RequirePositiveFloat("epsilon", Epsilon);
        problems.RequireNorm(MaxGradientNorm);
        return problems.All;
    }
}
