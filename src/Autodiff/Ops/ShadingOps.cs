using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using ILGPU;

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
    /// <param name="rayDirections">Unit directions of the samples' rays [R], for a model with a highlight; else empty, the default.</param>
    public static Variable Shade<TModel>(
        this Tape tape, TModel model, Light light, in PackedSamples samples, Variable? albedo, Variable? normals,
        ArrayView<Float3> rayDirections = default)
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
            RayDirections = rayDirections,
            RayIndices = samples.RayIndices,
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

    /// <summary>Colours c [M, 3] of samples with a highlight. Gradients flow to albedo and normals, not to positions, light and camera.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="specular">Highlight.</param>
    /// <param name="ambient">Ambient share a, ≥ 0.</param>
    /// <param name="diffuse">Diffuse share b, ≥ 0.</param>
    /// <param name="light">Light.</param>
    /// <param name="samples">M samples.</param>
    /// <param name="rays">The rays of the samples.</param>
    /// <param name="albedo">Albedo ρ [M, 3].</param>
    /// <param name="normals">Outward unit normals n [M, 3].</param>
    public static Variable ShadeGlossy(
        this Tape tape, SpecularOptions specular, float ambient, float diffuse, Light light, in PackedSamples samples, in RayBatch rays,
        Variable albedo, Variable normals)
    {
        ArgumentNullException.ThrowIfNull(specular);
        if (specular.Validate() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(specular));
        }

        return specular.Vector == SpecularVector.Half
            ? tape.Shade(new BlinnPhong(ambient, diffuse, specular.Strength, specular.Exponent), light, samples, albedo, normals, rays.Directions)
            : tape.Shade(new Phong(ambient, diffuse, specular.Strength, specular.Exponent), light, samples, albedo, normals, rays.Directions);
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
        tape.Mark("background");
        return background;
    }
}
