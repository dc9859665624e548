namespace DreamFusion.Pipeline.Selftest;

/// <summary>What a check compares with.</summary>
public enum SelfCheckKind
{
    /// <summary>Numbers with an origin outside this program.</summary>
    Golden,

    /// <summary>Differences of the kernel's own forward pass, by <see cref="Autodiff.GradientCheck"/>.</summary>
    Gradient,

    /// <summary>The kernel's own contract: gradients accumulate.</summary>
    Contract,

    /// <summary>The same launch once more: the same bits.</summary>
    Repeat,

    /// <summary>The portable kernel: the same numbers from the tuned code.</summary>
    Twin,

    /// <summary>The check could not be carried out because a launch failed.</summary>
    Failure,
}

/// <summary>One row of the self-test's table.</summary>
/// <param name="Family">Kernel family.</param>
/// <param name="Check">What was compared.</param>
/// <param name="Kind">What it was compared with.</param>
/// <param name="Error">Relative or absolute error, or the number of values that differ; NaN if it could not be told.</param>
/// <param name="Tolerance">Largest error that passes.</param>
/// <param name="IsTuned">Whether tuned code of this device ran, or the portable kernels.</param>
/// <param name="Message">Why a launch failed; else null.</param>
public sealed record SelfCheckResult(
    string Family, string Check, SelfCheckKind Kind, double Error, double Tolerance, bool IsTuned, string? Message = null)
{
    /// <summary>Whether the error is within its tolerance; NaN is not.</summary>
    public bool Passed => Error <= Tolerance;
}
