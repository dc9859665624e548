using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Shade;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Shading and background on the tape; formulas in <see cref="ShadingKernels"/> and at the models.</summary>
public static class ShadingOps
{
    /// <summary>Colours c [M, 3] of shaded samples. Gradients flow to albedo and normals, not to positions and light.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="model">Shading model with its coefficients.</param>
    /// <param name="light">Light.</param>
    /// <param name="samples">M samples.</param>
    /// <param name="albedo">Albedo ρ [M, 3], or null for a model that does not use it.</param>
    /// <param name="normals">Outward unit normals n [M, 3], or null for a model that does not use them.</param>
    public static Variable Shade<TModel>(this Tape tape, TModel model, Light light, in PackedSamples samples, Variable? albedo, Variable? normals)
        where TModel : unmanaged, IShadingModel
    {
        ArgumentNullException.ThrowIfNull(tape);
        bool toAlbedo = albedo is { RequiresGradient: true };
        bool toNormals = normals is { RequiresGradient: true };
        Shading<TModel> shading = tape.Device.Kernels<Shading<TModel>>();
        Variable colours = tape.Allocate(samples.Count, 3, toAlbedo || toNormals);
        var args = new ShadingKernels.Args<TModel>
        {
            Model = model,
            Light = light,
            Positions = samples.Positions,
            Albedo = albedo?.ValueAs<Float3>() ?? default,
            Normals = normals?.ValueAs<Float3>() ?? default,
            Colours = colours.ValueAs<Float3>(),
        };
        shading.Forward(args);
        if (colours.RequiresGradient)
        {
            tape.Record("shading", () =>
            {
                if (colours.HasGradient)
                {
                    args.DLdColours = colours.GradientAs<Float3>();
                    args.DLdAlbedo = toAlbedo ? albedo!.GradientAs<Float3>() : default;
                    args.DLdNormals = toNormals ? normals!.GradientAs<Float3>() : default;
                    shading.Backward(args);
                }
            });
        }
        return colours;
    }

    /// <summary>The same background for every ray [R, 3], a constant.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="colour">The colour, linear, in [0, 1].</param>
    /// <param name="rayCount">R.</param>
    public static Variable ConstantBackground(this Tape tape, Float3 colour, int rayCount)
    {
        ArgumentNullException.ThrowIfNull(tape);
        Variable background = tape.Allocate(rayCount, 3, requiresGradient: false);
        tape.Device.Kernels<Background>().Fill(colour, background.ValueAs<Float3>());
        return background;
    }
}
