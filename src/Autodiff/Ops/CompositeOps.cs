using System;
using DreamFusion.Kernels.Composite;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>What compositing gives for R rays of M samples; a gradient may be injected at each.</summary>
/// <param name="Image">Colour C [R, 3], linear, background included.</param>
/// <param name="Opacity">Opacity A [R, 1], in [0, 1].</param>
/// <param name="Depth">Depth D [R, 1], world units, not divided by A.</param>
/// <param name="Weights">Sample weights w [M, 1], in [0, 1].</param>
/// <param name="Normals">Composited normals N [R, 3], not normalised; null unless asked for.</param>
public sealed record CompositeOutput(Variable Image, Variable Opacity, Variable Depth, Variable Weights, Variable? Normals);

/// <summary>Compositing on the tape; formulas in <see cref="AlphaCompositeKernels"/>.</summary>
public static class CompositeOps
{
    /// <summary>Composites samples along their rays. Gradients flow to densities, colours, background and normals.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="samples">M samples of R rays.</param>
    /// <param name="densities">Densities σ [M, 1], 1/world unit, ≥ 0.</param>
    /// <param name="colours">Colours c [M, 3], linear.</param>
    /// <param name="background">Background b [R, 3], linear colour.</param>
    /// <param name="normals">Normals n [M, 3] to composite as well, or null.</param>
    public static CompositeOutput Composite(this Tape tape, in PackedSamples samples, Variable densities, Variable colours, Variable background, Variable? normals = null)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(densities);
        ArgumentNullException.ThrowIfNull(colours);
        ArgumentNullException.ThrowIfNull(background);
        samples.CheckLengths();
        int rays = samples.RayCount;
        bool differentiable = densities.RequiresGradient || colours.RequiresGradient || background.RequiresGradient || normals is { RequiresGradient: true };
        var output = new CompositeOutput(
            tape.Allocate(rays, 3, differentiable),
            tape.Allocate(rays, 1, differentiable),
            tape.Allocate(rays, 1, differentiable),
            tape.Allocate(samples.Count, 1, differentiable),
            normals is null ? null : tape.Allocate(rays, 3, differentiable));
        var args = new AlphaCompositeKernels.Args
        {
            Ranges = samples.Ranges,
            Lengths = samples.Lengths,
            Distances = samples.Distances,
            Densities = densities.Value,
            Colours = colours.ValueAs<Float3>(),
            Normals = normals?.ValueAs<Float3>() ?? default,
            Backgrounds = background.ValueAs<Float3>(),
            Image = output.Image.ValueAs<Float3>(),
            Opacity = output.Opacity.Value,
            Depth = output.Depth.Value,
            NormalImage = output.Normals?.ValueAs<Float3>() ?? default,
            Weights = output.Weights.Value,
            Transmittance = tape.Scratch<float>(rays),
            UsedCounts = tape.Scratch<int>(rays),
        };
        AlphaComposite composite = tape.Device.Kernels<AlphaComposite>();
        composite.Forward(args);
        if (differentiable)
        {
            tape.Record("composite", () =>
            {
                args.DLdImage = VectorGradient(output.Image);
                args.DLdOpacity = ScalarGradient(output.Opacity);
                args.DLdDepth = ScalarGradient(output.Depth);
                args.DLdWeights = ScalarGradient(output.Weights);
                args.DLdNormalImage = output.Normals is null ? default : VectorGradient(output.Normals);
                args.DLdDensities = densities.RequiresGradient ? densities.Gradient : default;
                args.DLdColours = colours.RequiresGradient ? colours.GradientAs<Float3>() : default;
                args.DLdBackgrounds = background.RequiresGradient ? background.GradientAs<Float3>() : default;
                args.DLdNormals = normals is { RequiresGradient: true } ? normals.GradientAs<Float3>() : default;
                composite.Backward(args);
            });
        }
        return output;
    }

    // An output that nothing used has no gradient; an empty view tells the kernel so.
    private static ArrayView<Float3> VectorGradient(Variable output) => output.HasGradient ? output.GradientAs<Float3>() : default;

    private static ArrayView<float> ScalarGradient(Variable output) => output.HasGradient ? output.Gradient : default;
}
