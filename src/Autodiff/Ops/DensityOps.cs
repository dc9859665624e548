using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Density and albedo on the tape; formulas in <see cref="DensityKernels"/> and <see cref="AlbedoKernels"/>.</summary>
public static class DensityOps
{
    /// <summary>σ [M, 1] from one column of the network's output. Gradients flow to the output, not to the positions.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="options">Formula.</param>
    /// <param name="raw">Network outputs [M, columns].</param>
    /// <param name="column">Column of the raw density.</param>
    /// <param name="positions">Positions x [M, 3], world units, constants.</param>
    public static Variable Density(this Tape tape, DensityOptions options, Variable raw, int column, Variable positions)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(raw);
        ArgumentNullException.ThrowIfNull(positions);
        if (raw.Rows != positions.Rows || positions.Columns != 3)
        {
            throw new ArgumentException($"Density: expected positions [{raw.Rows}, 3], got [{positions.Rows}, {positions.Columns}]; pass the position of each row of raw values.", nameof(positions));
        }

        IDensity density = Select(tape.Device, options);
        Variable sigma = tape.Allocate(raw.Rows, 1, raw.RequiresGradient);
        ArrayView<Float3> x = positions.ValueAs<Float3>();
        density.Forward(options, raw.Value, column, x, sigma.Value);
        if (sigma.RequiresGradient)
        {
            tape.Record("density", () =>
            {
                if (sigma.HasGradient)
                {
                    density.Backward(options, raw.Value, column, x, sigma.Gradient, raw.Gradient);
                }
            });
        }

        return sigma;
    }

    /// <summary>ρ [M, 3] from three columns of the network's output.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="raw">Network outputs [M, columns].</param>
    /// <param name="column">First of the three columns.</param>
    /// <param name="gain">Factor of the raw outputs.</param>
    public static Variable Albedo(this Tape tape, Variable raw, int column, float gain = 1f)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(raw);
        Albedo kernels = tape.Device.Kernels<Albedo>();
        Variable albedo = tape.Allocate(raw.Rows, 3, raw.RequiresGradient);
        kernels.Forward(gain, raw.Value, column, albedo.ValueAs<Float3>());
        if (albedo.RequiresGradient)
        {
            tape.Record("albedo", () =>
            {
                if (albedo.HasGradient)
                {
                    kernels.Backward(gain, albedo.ValueAs<Float3>(), column, albedo.GradientAs<Float3>(), raw.Gradient);
                }
            });
        }

        return albedo;
    }

    private static IDensity Select(DeviceContext device, DensityOptions options) => (options.Activation, options.Blob) switch
    {
        (DensityActivation.Exp, DensityBlob.Linear) => device.Kernels<Density<ExpDensity, LinearBlob>>(),
        (DensityActivation.Exp, DensityBlob.Gaussian) => device.Kernels<Density<ExpDensity, GaussianBlob>>(),
        (DensityActivation.Exp, DensityBlob.AddedGaussian) => device.Kernels<Density<ExpDensity, AddedGaussianBlob>>(),
        (DensityActivation.Softplus, DensityBlob.AddedGaussian) => device.Kernels<Density<SoftplusDensity, AddedGaussianBlob>>(),
        (DensityActivation.Softplus, DensityBlob.Linear) => device.Kernels<Density<SoftplusDensity, LinearBlob>>(),
        (DensityActivation.Softplus, DensityBlob.Gaussian) => device.Kernels<Density<SoftplusDensity, GaussianBlob>>(),
        _ => throw new ArgumentOutOfRangeException(
            nameof(options), options, "Density: expected exp or softplus with a linear, Gaussian or added Gaussian blob; change density_activation or the blob."),
    };
}
