using System;
using System.Numerics;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using ILGPU;

namespace DreamFusion.Pipeline.Field;

/// <summary>Shades a field's samples as a <see cref="ViewShading"/> says.</summary>
internal static class ViewShadingOps
{
    /// <summary>Colours [M, 3] of the samples.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="shading">Mode, light and material.</param>
    /// <param name="samples">M samples.</param>
    /// <param name="rays">Their rays.</param>
    /// <param name="field">Albedo and, unless the mode is albedo, normals of the samples.</param>
    public static Variable ShadeView(this Tape tape, ViewShading shading, in PackedSamples samples, in RayBatch rays, FieldSamples field)
    {
        float ambient = shading.Ambient, diffuse = shading.Diffuse ?? 1f - ambient;
        return shading.Mode switch
        {
            ShadingMode.Albedo => field.Albedo,
            ShadingMode.Lambertian => Lit(tape, new Lambertian(ambient, diffuse), shading, samples, field.Albedo, field.Normals),
            ShadingMode.Textureless => Lit(tape, new Textureless(ambient, diffuse), shading, samples, null, field.Normals),
            ShadingMode.Normal => tape.Shade(default(NormalColour), LightOf(shading), samples, null, field.Normals),
            ShadingMode.Phong => Glossy(tape, ambient, diffuse, shading, samples, rays, field),
            _ => throw new ArgumentOutOfRangeException(nameof(shading), shading.Mode, "Unknown shading mode."),
        };
    }

    private static Variable Glossy(
        Tape tape, float ambient, float diffuse, ViewShading shading, in PackedSamples samples, in RayBatch rays, FieldSamples field)
    {
        MaterialConfiguration material = shading.Material ?? new MaterialConfiguration();
        return material.SpecularVector switch
        {
            Configuration.SpecularVector.Half => Lit(
                tape, new BlinnPhong(ambient, diffuse, material.SpecularStrength, material.SpecularExponent), shading, samples, field.Albedo, field.Normals,
                rays.Directions),
            Configuration.SpecularVector.Reflected => Lit(
                tape, new Phong(ambient, diffuse, material.SpecularStrength, material.SpecularExponent), shading, samples, field.Albedo, field.Normals,
                rays.Directions),
            _ => throw new ArgumentOutOfRangeException(nameof(shading), material.SpecularVector, "Unknown vector of the highlight."),
        };
    }

    // White light takes the model itself, which has tuned code on a CPU; a colour is one more product.
    private static Variable Lit<TModel>(
        Tape tape, TModel model, ViewShading shading, in PackedSamples samples, Variable? albedo, Variable? normals,
        ArrayView<Float3> rayDirections = default)
        where TModel : unmanaged, IShadingModel
    {
        if (normals is null)
        {
            throw new ArgumentException($"Shading {shading.Mode} needs normals; evaluate the field with them.", nameof(normals));
        }
        Rgb colour = shading.LightColour;
        return colour == Rgb.White
            ? tape.Shade(model, LightOf(shading), samples, albedo, normals, rayDirections)
            : tape.Shade(new Coloured<TModel>(model, new Float3(colour.R, colour.G, colour.B)), LightOf(shading), samples, albedo, normals, rayDirections);
    }

    private static Light LightOf(ViewShading shading) =>
        shading.LightPosition is { } position ? Light.Point(Vector(position)) : Light.Directional(Vector(shading.LightDirection));

    private static Float3 Vector(Vector3 v) => new(v.X, v.Y, v.Z);
}
