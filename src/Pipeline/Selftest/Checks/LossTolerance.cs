namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Differences of a loss that is a mean over n terms, of order 1 and smooth on a scale of 0.1.</summary>
internal static class LossTolerance
{
    /// <summary>The mean moves by h/√n only, against a rounding of 2⁻²⁴: a wider step than the default.</summary>
    public const float Step = 1f / 32f;

    /// <summary>A sum of n terms rounds by at most 2⁻²⁴ n, so the differences err by 2⁻²⁴ n / h = 1e-3 for 550 terms; twice that.</summary>
    public const double Tolerance = 2e-3;
}
