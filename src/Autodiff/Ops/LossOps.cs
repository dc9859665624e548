using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>
/// Losses and regularisers on the tape. Each computes value and gradient in one kernel, so the weighted gradient is accumulated (<c>+=</c>)
/// into its input at once, as <see cref="Tape.Seed"/> would, and flows on when the tape runs backward. The value [1, 1] is not
/// weighted; it is there to be logged and takes no gradient.
/// </summary>
public static class LossOps
{
    /// <summary>Mean opacity penalty over rays; formula in <see cref="OpacityLossKernels"/>.</summary>
    /// <typeparam name="TPenalty"><see cref="RootOpacity"/> or <see cref="SquareOpacity"/>.</typeparam>
    /// <param name="tape">Tape.</param>
    /// <param name="opacity">Opacity A [R, 1], in [0, 1].</param>
    /// <param name="weight">Factor on the gradient.</param>
    public static Variable OpacityLoss<TPenalty>(this Tape tape, Variable opacity, float weight)
        where TPenalty : unmanaged, IOpacityPenalty
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(opacity);
        Variable value = tape.Allocate(1, 1, requiresGradient: false);
        tape.Device.Kernels<OpacityLoss<TPenalty>>().Evaluate(opacity.Value, weight, GradientOf(opacity, weight), Sums(tape, opacity.Rows), value.Value);
        return value;
    }

    /// <summary>Mean binary entropy in bits; formula in <see cref="EntropyLossKernels"/>.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="probabilities">Ray opacities or sample weights [n, 1], in [0, 1].</param>
    /// <param name="epsilon">Clamp, <see cref="EntropyLossKernels.OpacityEpsilon"/> or <see cref="EntropyLossKernels.WeightEpsilon"/>.</param>
    /// <param name="weight">Factor on the gradient.</param>
    public static Variable EntropyLoss(this Tape tape, Variable probabilities, float epsilon, float weight)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(probabilities);
        Variable value = tape.Allocate(1, 1, requiresGradient: false);
        tape.Device.Kernels<EntropyLoss>().Evaluate(probabilities.Value, epsilon, weight, GradientOf(probabilities, weight), Sums(tape, probabilities.Rows), value.Value);
        return value;
    }

    /// <summary>Penalty on normals that face away; formula in <see cref="OrientationLossKernels"/>. Gradients flow to normals only.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="samples">M samples.</param>
    /// <param name="rays">Their R rays.</param>
    /// <param name="weights">Sample weights w [M, 1]; constants here.</param>
    /// <param name="normals">Outward unit normals n [M, 3].</param>
    /// <param name="count">Rays or samples to average over, &gt; 0 unless there are no samples.</param>
    /// <param name="weight">Factor on the gradient.</param>
    public static Variable OrientationLoss(this Tape tape, in PackedSamples samples, in RayBatch rays, Variable weights, Variable normals, int count, float weight)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(normals);
        Variable value = tape.Allocate(1, 1, requiresGradient: false);
        ArrayView<float> gradient = GradientOf(normals, weight);
        var args = new OrientationLossKernels.Args
        {
            Weights = weights.Value,
            Normals = normals.ValueAs<Float3>(),
            RayIndices = samples.RayIndices,
            Directions = rays.Directions,
            DLdNormals = gradient.Length > 0 ? gradient.Cast<Float3>() : default,
            Sums = Sums(tape, samples.Count),
        };
        tape.Device.Kernels<OrientationLoss>().Evaluate(args, count, weight, value.Value);
        return value;
    }

    /// <summary>Mean distance of an image from a given one; formula in <see cref="PixelLossKernels"/>. The target gets no gradient.</summary>
    /// <typeparam name="TPenalty"><see cref="SquaredError"/> or <see cref="HuberError"/>.</typeparam>
    /// <param name="tape">Tape.</param>
    /// <param name="image">Rendered values [R, C].</param>
    /// <param name="target">Given values [R, C].</param>
    /// <param name="penalty">The penalty on one value's difference.</param>
    /// <param name="weight">Factor on the gradient.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable PixelLoss<TPenalty>(this Tape tape, Variable image, Variable target, TPenalty penalty, float weight)
        where TPenalty : unmanaged, IPixelPenalty
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(target);
        if (image.Rows != target.Rows || image.Columns != target.Columns)
        {
            throw new ArgumentException($"Pixel loss: an image [{image.Rows}, {image.Columns}] and a target [{target.Rows}, {target.Columns}]; the shapes must be the same.", nameof(target));
        }
        Variable value = tape.Allocate(1, 1, requiresGradient: false);
        tape.Device.Kernels<PixelLoss<TPenalty>>().Evaluate(
            penalty, image.Value, target.Value, weight, GradientOf(image, weight), Sums(tape, image.Rows * image.Columns), value.Value);
        return value;
    }

    // A loss of weight 0 is only logged; it must not cost a gradient buffer.
    private static ArrayView<float> GradientOf(Variable input, float weight) => input.RequiresGradient && weight != 0f ? input.Gradient : default;

    private static ArrayView<float> Sums(Tape tape, int terms) => tape.Scratch<float>(LossSumKernels.ScratchLength(terms));
}
