using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Shade;

/// <summary>One light source.</summary>
public struct Light
{
    /// <summary>Position of a point light, world units; direction towards a directional light, any length &gt; 0.</summary>
    public Float3 Vector;

    /// <summary>1 for a point light, 0 for a directional one.</summary>
    public int IsPoint;

    /// <summary>A light at infinity in the given direction (from the scene towards the light).</summary>
    public static Light Directional(Float3 towards) => new() { Vector = Float3.Normalize(towards) };

    /// <summary>A light at a position; its strength does not fall off with distance, as in DreamFusion.</summary>
    public static Light Point(Float3 position) => new() { Vector = position, IsPoint = 1 };

    /// <summary>Unit vector from a point to the light.</summary>
    public readonly Float3 From(Float3 position) => IsPoint != 0 ? Float3.Normalize(Vector - position) : Vector;
}

/// <summary>
/// Shades every sample by one model: c_i = model(ρ_i, n_i, l_i, v_i) with l_i and v_i the unit vectors to light and camera; the formulas and
/// derivatives stand at the models. Not differentiable in sample positions and in the light: both are constants of a step.
/// </summary>
public static class ShadingKernels
{
    /// <summary>Device arguments. M samples. Arrays that a model does not use may be empty.</summary>
    public struct Args<TModel>
        where TModel : unmanaged, IShadingModel
    {
        /// <summary>The model with its coefficients.</summary>
        public TModel Model;

        /// <summary>The light.</summary>
        public Light Light;

        /// <summary>Sample positions [M], world units.</summary>
        public ArrayView<Float3> Positions;

        /// <summary>Unit directions of the rays [R], from the camera into the scene; for models that use the viewer.</summary>
        public ArrayView<Float3> RayDirections;

        /// <summary>Ray of each sample [M]; for models that use the viewer.</summary>
        public ArrayView<int> RayIndices;

        /// <summary>Albedo ρ [M], linear colour in [0, 1].</summary>
        public ArrayView<Float3> Albedo;

        /// <summary>Outward unit normals n [M].</summary>
        public ArrayView<Float3> Normals;

        /// <summary>Colours c [M]; overwritten by <see cref="Forward"/>.</summary>
        public ArrayView<Float3> Colours;

        /// <summary>dL/dc [M]; read by <see cref="Backward"/>.</summary>
        public ArrayView<Float3> DLdColours;

        /// <summary>dL/dρ [M]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdAlbedo;

        /// <summary>dL/dn [M]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdNormals;
    }

    /// <summary>Shades one sample.</summary>
    public static void Forward<TModel>(Index1D i, Args<TModel> a)
        where TModel : unmanaged, IShadingModel => a.Colours[i] = a.Model.Shade(Point(i, a));

    /// <summary>Sends one sample's colour gradient back.</summary>
    public static void Backward<TModel>(Index1D i, Args<TModel> a)
        where TModel : unmanaged, IShadingModel
    {
        SurfaceGradient gradient = a.Model.Gradient(Point(i, a), a.DLdColours[i]);
        if (a.DLdAlbedo.Length > 0)
        {
            a.DLdAlbedo[i] += gradient.Albedo;
        }
        if (a.DLdNormals.Length > 0)
        {
            a.DLdNormals[i] += gradient.Normal;
        }
    }

    private static Surface Point<TModel>(int i, in Args<TModel> a)
        where TModel : unmanaged, IShadingModel
    {
        Surface surface = default;
        if (a.Albedo.Length > 0)
        {
            surface.Albedo = a.Albedo[i];
        }
        if (a.Normals.Length > 0)
        {
            surface.Normal = a.Normals[i];
            surface.ToLight = a.Light.From(a.Positions[i]);
        }
        if (TModel.UsesViewer != 0)
        {
            surface.ToViewer = -a.RayDirections[a.RayIndices[i]];
        }
        return surface;
    }
}

/// <summary>Launcher of <see cref="ShadingKernels"/> for one model.</summary>
/// <typeparam name="TModel">The shading model.</typeparam>
public sealed class Shading<TModel> : IKernelFamily<Shading<TModel>>
    where TModel : unmanaged, IShadingModel
{
    private readonly Action<Index1D, ShadingKernels.Args<TModel>> _forward;
    private readonly Action<Index1D, ShadingKernels.Args<TModel>> _backward;

    private readonly HostThreads? _host;

    private Shading(Accelerator accelerator, HostThreads? host)
    {
        _host = host;
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, ShadingKernels.Args<TModel>>(ShadingKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, ShadingKernels.Args<TModel>>(ShadingKernels.Backward);
    }

    /// <inheritdoc/>
    public static Shading<TModel> Load(Accelerator accelerator) => new(accelerator, null);

    /// <inheritdoc/>
    public static Shading<TModel> Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host);

    /// <summary>Shades the samples of <see cref="ShadingKernels.Args{TModel}.Colours"/>.</summary>
    public void Forward(in ShadingKernels.Args<TModel> args)
    {
        Check(args, args.Colours.Length, "colours");
        if (args.Colours.Length > 0 && _host is not null && LambertianHost.Serves(args))
        {
            LambertianHost.Forward(_host, args);
        }
        else if (args.Colours.Length > 0)
        {
            _forward(args.Colours.IntLength, args);
        }
    }

    /// <summary>Accumulates the gradients to albedo and normals.</summary>
    public void Backward(in ShadingKernels.Args<TModel> args)
    {
        Check(args, args.DLdColours.Length, "colour gradients");
        CheckLength(args.DLdAlbedo.Length, args.DLdColours.Length, "albedo gradients", "colour gradients");
        CheckLength(args.DLdNormals.Length, args.DLdColours.Length, "normal gradients", "colour gradients");
        if (args.DLdColours.Length > 0 && _host is not null && LambertianHost.Serves(args))
        {
            LambertianHost.Backward(_host, args);
        }
        else if (args.DLdColours.Length > 0)
        {
            _backward(args.DLdColours.IntLength, args);
        }
    }

    private static void Check(in ShadingKernels.Args<TModel> args, long count, string countOf)
    {
        CheckLength(args.Albedo.Length, count, "albedos", countOf);
        CheckLength(args.Normals.Length, count, "normals", countOf);
        if (args.Normals.Length > 0 && args.Positions.Length != count)
        {
            throw new ArgumentException($"Shading: {args.Positions.Length} positions for {count} {countOf}; lit samples need one each.");
        }
        if (TModel.UsesViewer != 0 && count > 0 && (args.RayIndices.Length != count || args.RayDirections.Length == 0))
        {
            throw new ArgumentException($"Shading: {args.RayIndices.Length} ray indices and {args.RayDirections.Length} ray directions for {count} {countOf}; a model with a highlight needs the rays.");
        }
    }

    private static void CheckLength(long length, long count, string name, string countOf)
    {
        if (length != 0 && length != count)
        {
            throw new ArgumentException($"Shading: {length} {name} for {count} {countOf}; pass one each or none.");
        }
    }
}
