using System.Collections.Generic;
using ILGPU;

namespace DreamFusion.Kernels.Optimize;

/// <summary>Settings of <see cref="Adan"/> that hold for all parameter groups; defaults are stable-dreamfusion's and NeMo's.</summary>
public sealed record AdanOptions : IOptimizerOptions
{
    /// <summary>Decay of the gradient's mean β₁, 0 to below 1, default 0.98.</summary>
    public double Beta1 { get; init; } = 0.98;

    /// <summary>Decay of the mean of gradient differences β₂, 0 to below 1, default 0.92.</summary>
    public double Beta2 { get; init; } = 0.92;

    /// <summary>Decay of the squared look-ahead gradient β₃, 0 to below 1, default 0.99.</summary>
    public double Beta3 { get; init; } = 0.99;

    /// <summary>ε in the denominator, &gt; 0, default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest global gradient norm; longer gradients are scaled down to it. &gt; 0, infinity does not clip, default 5.</summary>
    public double MaxGradientNorm { get; init; } = 5d;

    /// <summary>
    /// True, the default: weight decay is the proximal step p / (1 + lr λ) after the update, as in the paper. False: p (1 - lr λ)
    /// before the update, as in AdamW.
    /// </summary>
    public bool ProximalWeightDecay { get; init; } = true;

    /// <inheritdoc/>
    public IReadOnlyList<string> Validate()
    {
        var problems = new OptimizerProblems("Adan");
        problems.RequireDecay("beta1", Beta1);
        problems.RequireDecay("beta2", Beta2);
        problems.RequireDecay("beta3", Beta3);
        problems.RequirePositiveFloat("epsilon", Epsilon);
        problems.RequireNorm(MaxGradientNorm);
        return problems.All;
    }
}

/// <summary>What Adan remembers between steps, each as long as the parameter arena; the caller owns the memory.</summary>
/// <param name="FirstMoments">m; zero before step 1.</param>
/// <param name="DifferenceMoments">v; zero before step 1.</param>
/// <param name="SecondMoments">n; zero before step 1.</param>
/// <param name="PreviousGradients">The clipped gradient of the step before; not read at step 1.</param>
public readonly record struct AdanState(
    ArrayView<float> FirstMoments, ArrayView<float> DifferenceMoments, ArrayView<float> SecondMoments, ArrayView<float> PreviousGradients);
