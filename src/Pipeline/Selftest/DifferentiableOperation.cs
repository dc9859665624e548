using System;

namespace DreamFusion.Pipeline.Selftest;

/// <summary>
/// A forward pass y = f(x₁, …) and its backward pass dL/dx += Jᵀ dL/dy, as launches on a device. A second-order pass is the
/// backward pass of a kernel that computes a gradient. A loss whose value and weighted gradient come from one kernel has one output,
/// and dL/dy is the weight. Both passes allocate what they need; the buffers are freed behind each.
/// </summary>
internal sealed class DifferentiableOperation
{
    /// <summary>x₁, ….</summary>
    public required DifferentiableInput[] Inputs { get; init; }

    /// <summary>(device, x) → y.</summary>
    public required Func<CheckDevice, float[][], float[][]> Forward { get; init; }

    /// <summary>(device, x, dL/dy) → dL/dx, in buffers of <see cref="CheckDevice.Gradient"/>.</summary>
    public required Func<CheckDevice, float[][], float[][], float[][]> Backward { get; init; }

    /// <summary>Largest relative error of a gradient, default 5e-4: a hundred times 2⁻²⁴/h, and far below any wrong term.</summary>
    public double Tolerance { get; init; } = 5e-4;
}

/// <summary>An input that a gradient is taken by.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Values">Where; rows of three for vectors.</param>
/// <param name="Step">
/// Step h of the differences in every number, default 2⁻⁶. Rounding gives an error of about 2⁻²⁴/h, truncation one of h⁴ by the
/// fifth derivative, none for a linear or quadratic function. Below the distance to the next kink.
/// </param>
internal sealed record DifferentiableInput(string Name, float[] Values, float Step = 1f / 64f);
