using System;
using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Frequency and integrated positional encoding on the tape; formulas in <see cref="FrequencyKernels"/> and <see cref="IntegratedPositionalKernels"/>.</summary>
public static class SinusoidalOps
{
    /// <summary>Frequency encoding [M, C]. Gradients flow to the inputs if they are asked for.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="inputs">Inputs x [M, D].</param>
    public static Variable FrequencyEncode(this Tape tape, FrequencyOptions options, Variable inputs)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireColumns(tape, inputs, options.DimensionCount, "FrequencyEncode");
        Frequency kernels = tape.Device.Kernels<Frequency>();
        Variable features = tape.Allocate(inputs.Rows, options.FeatureCount, inputs.RequiresGradient);
        kernels.Encode(options, inputs.Value, features.Value);
        if (features.RequiresGradient)
        {
            tape.Record("frequency encode", () =>
            {
                if (features.HasGradient)
                {
                    kernels.Backward(options, features.Value, features.Gradient, inputs.Gradient);
                }
            });
        }

        return features;
    }

    /// <summary>
    /// ν = Jᵀu [M, D], the gradient by input of a scalar with the gradient u by the features. Gradients flow to u, and to the inputs
    /// if they are asked for.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="inputs">Inputs x [M, D].</param>
    /// <param name="features">Features of these inputs, from <see cref="FrequencyEncode"/>.</param>
    /// <param name="cotangent">u [M, C].</param>
    public static Variable FrequencyInputGradient(this Tape tape, FrequencyOptions options, Variable inputs, Variable features, Variable cotangent)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireColumns(tape, inputs, options.DimensionCount, "FrequencyInputGradient");
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(cotangent);
        Frequency kernels = tape.Device.Kernels<Frequency>();
        Variable gradient = tape.Allocate(inputs.Rows, inputs.Columns, inputs.RequiresGradient || cotangent.RequiresGradient);
        kernels.InputGradient(options, features.Value, cotangent.Value, gradient.Value);
        if (gradient.RequiresGradient)
        {
            tape.Record("frequency input gradient", () =>
            {
                if (gradient.HasGradient)
                {
                    kernels.InputGradientBackward(options, features.Value, cotangent.Value, gradient.Gradient, GradientOf(cotangent), GradientOf(inputs));
                }
            });
        }

        return gradient;
    }

    /// <summary>Integrated positional encoding [M, 2DK]. Gradients flow to means and variances if they are asked for.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="means">Means μ [M, D].</param>
    /// <param name="variances">Variances v [M, 1]; a constant may be [1, 1], one for all rows.</param>
    public static Variable IntegratedPositionalEncode(this Tape tape, IntegratedPositionalOptions options, Variable means, Variable variances)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireColumns(tape, means, options.DimensionCount, "IntegratedPositionalEncode");
        ArgumentNullException.ThrowIfNull(variances);
        if (variances.RequiresGradient && variances.Rows != means.Rows)
        {
            throw new ArgumentException($"IntegratedPositionalEncode: expected {means.Rows} variances that require a gradient, got {variances.Rows}; only a constant may serve all rows.", nameof(variances));
        }

        IntegratedPositional kernels = tape.Device.Kernels<IntegratedPositional>();
        Variable features = tape.Allocate(means.Rows, options.FeatureCount, means.RequiresGradient || variances.RequiresGradient);
        kernels.Encode(options, means.Value, variances.Value, features.Value);
        if (features.RequiresGradient)
        {
            tape.Record("integrated positional encode", () =>
            {
                if (features.HasGradient)
                {
                    kernels.Backward(options, features.Value, features.Gradient, GradientOf(means), GradientOf(variances));
                }
            });
        }

        return features;
    }

    /// <summary>
    /// ν = Jᵀu by the means [M, D], the gradient by position of a scalar with the gradient u by the features. Gradients flow to u,
    /// and to means and variances if they are asked for.
    /// </summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Shape of the encoding.</param>
    /// <param name="means">Means μ [M, D].</param>
    /// <param name="variances">Variances of these means.</param>
    /// <param name="features">Features of both, from <see cref="IntegratedPositionalEncode"/>.</param>
    /// <param name="cotangent">u [M, 2DK].</param>
    public static Variable IntegratedPositionalMeanGradient(
        this Tape tape, IntegratedPositionalOptions options, Variable means, Variable variances, Variable features, Variable cotangent)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireColumns(tape, means, options.DimensionCount, "IntegratedPositionalMeanGradient");
        ArgumentNullException.ThrowIfNull(variances);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(cotangent);
        IntegratedPositional kernels = tape.Device.Kernels<IntegratedPositional>();
        bool requiresGradient = means.RequiresGradient || variances.RequiresGradient || cotangent.RequiresGradient;
        Variable gradient = tape.Allocate(means.Rows, means.Columns, requiresGradient);
        kernels.MeanGradient(options, features.Value, cotangent.Value, gradient.Value);
        if (requiresGradient)
        {
            tape.Record("integrated positional mean gradient", () =>
            {
                if (gradient.HasGradient)
                {
                    kernels.MeanGradientBackward(
                        options, features.Value, cotangent.Value, gradient.Gradient, GradientOf(cotangent), GradientOf(means), GradientOf(variances));
                }
            });
        }

        return gradient;
    }

    private static ArrayView<float> GradientOf(Variable variable) => variable.RequiresGradient ? variable.Gradient : default;

    private static void RequireColumns(Tape tape, Variable input, int columns, string operation)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(input);
        if (input.Columns != columns)
        {
            throw new ArgumentException($"{operation}: expected inputs [M, {columns}], got [{input.Rows}, {input.Columns}]; match the encoding's dimensions.", nameof(input));
        }
    }
}
