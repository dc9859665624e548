using System;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Learnt background on the tape: an environment map, see <see cref="EnvironmentOptions"/>.</summary>
public static class EnvironmentOps
{
    /// <summary>The environment's colour behind each ray [R, 3], in (0, 1). Gradients flow to the parameters; rays are constants.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Encoding and network.</param>
    /// <param name="parameters">Parameter block of <see cref="EnvironmentOptions.Network"/>.</param>
    /// <param name="rays">R rays; the directions have unit length.</param>
    public static Variable EnvironmentBackground(this Tape tape, EnvironmentOptions options, Variable parameters, in RayBatch rays)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parameters);
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
        }

        MlpOptions network = options.Network;
        if (parameters.Length != network.ParameterCount)
        {
            throw new ArgumentException($"EnvironmentBackground: expected {network.ParameterCount} parameters, got {parameters.Length}; allocate the block by the options' network.", nameof(parameters));
        }

        Variable directions = tape.Constant(rays.Directions.Cast<float>(), rays.Directions.IntLength, 3);
        Variable features = options.Encoding == DirectionEncoding.Frequency
            ? tape.FrequencyEncode(options.Frequency, directions)
            : tape.SphericalHarmonicsEncode(options.Degree, directions);
        return tape.MlpForward(network, parameters, features);
    }
}
