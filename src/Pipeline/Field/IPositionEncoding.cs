using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Pipeline.Field;

/// <summary>Features of M points, and the way from a gradient by the features to one by the position.</summary>
/// <param name="Features">y [M, C].</param>
/// <param name="PositionGradient">From q = do/dy [M, C] to ν = (dy/dx)ᵀ q [M, 3]; to be called at most once.</param>
internal sealed record EncodedPositions(Variable Features, Func<Variable, Variable> PositionGradient);

/// <summary>A position encoding on the tape, with its parameters.</summary>
internal interface IPositionEncoding
{
    /// <summary>What it trains; empty if nothing.</summary>
    IReadOnlyList<ParameterShape> Shapes { get; }

    /// <summary>Its trained parameters, in the order of <see cref="Shapes"/>, once they are allocated.</summary>
    IReadOnlyList<Variable> Parameters { get; }

    /// <summary>Whether the derivatives are kept by the encoding, so that the networks do well to give their gradient in the same pass.</summary>
    bool KeepsDerivative { get; }

    /// <summary>Bytes that the encoding keeps for each sample beside its features, with analytic normals.</summary>
    int DerivativeBytes { get; }

    /// <summary>Takes its parameters from an arena that holds its <see cref="Shapes"/>.</summary>
    void Bind(ParameterArena arena);

    /// <summary>Random start of the parameters.</summary>
    void Initialise(RandomKey key);

    /// <summary>Features [M, C] of constant positions [M, 3], world units.</summary>
    Variable Encode(Tape tape, Variable positions);

    /// <summary>The same, with the way to the gradient by position.</summary>
    EncodedPositions EncodeDifferentiably(Tape tape, Variable positions);
}
