using System.Collections.Generic;

namespace DreamFusion.Kernels.Optimize;

/// <summary>Where the length of a Shampoo step comes from; its direction is always the preconditioned gradient.</summary>
public enum ShampooGrafting
{
    /// <summary>The length of sign(g): √n for n parameters with a gradient ("SQRT_N"), DreamFusion's choice.</summary>
    SqrtN,

    /// <summary>The length of the clipped gradient ("SGD").</summary>
    Gradient,
}

/// <summary>Settings of <see cref="Shampoo"/> that hold for all matrices; defaults are DreamFusion's where the paper gives them.</summary>
public sealed record ShampooOptions : IOptimizerOptions
{
    /// <summary>Decay of the momentum β₁, 0 to below 1, default 0.9 (paper).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the statistics β₂, 0 to 1, default 0.9 (paper); 1 sums them up without decay.</summary>
    public double Beta2 { get; init; } = 0.9;

    /// <summary>ε: start of the statistics and ridge relative to their largest eigenvalue, &gt; 0, default 1e-6 (paper).</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>
    /// p of the inverse p-th roots, 1 to 16, or 0 for twice the number of sides longer than one; default 2 (the paper's
    /// exponent_override).
    /// </summary>
    public int ExponentOverride { get; init; } = 2;

    /// <summary>Longest side of a block; longer matrices are preconditioned in blocks. 1 to 1024, default 128 (paper).</summary>
    public int BlockSize { get; init; } = 128;

    /// <summary>Length of a step, default <see cref="ShampooGrafting.SqrtN"/> (paper).</summary>
    public ShampooGrafting Grafting { get; init; } = ShampooGrafting.SqrtN;

    /// <summary>Steps from one computation of the roots to the next, positive, default 10. The roots are computed on the host.</summary>
    public int RootInterval { get; init; } = 10;

    /// <summary>Steps taken along the grafting direction alone before the preconditioner is trusted, ≥ 0, default 5.</summary>
    public int PlainSteps { get; init; } = 5;

    /// <summary>Largest global gradient norm; longer gradients are scaled down to it. &gt; 0, default infinity: no clipping.</summary>
    public double MaxGradientNorm { get; init; } = double.PositiveInfinity;

    /// <inheritdoc/>
    public IReadOnlyList<string> Validate()
    {
        var problems = new OptimizerProblems("Shampoo");
        problems.RequireDecay("beta1", Beta1);
        problems.Require(Beta2 is >= 0d and <= 1d, "beta2", Beta2, "0 to 1");
        problems.RequirePositiveFloat("epsilon", Epsilon);
        problems.Require(ExponentOverride is >= 0 and <= 16, "exponent override", ExponentOverride, "0 to 16");
        problems.Require(BlockSize is >= 1 and <= 1024, "block size", BlockSize, "1 to 1024");
        problems.Require(RootInterval >= 1, "root interval", RootInterval, "a positive number of steps");
        problems.Require(PlainSteps >= 0, "plain steps", PlainSteps, "at least 0");
        problems.RequireNorm(MaxGradientNorm);
        return problems.All;
    }
}
