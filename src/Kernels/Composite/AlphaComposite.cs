using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Composite;

/// <summary>
/// Alpha compositing of packed samples along each ray.
/// <code>
/// α_i = 1 - exp(-σ_i δ_i)      T_i = Π_{j&lt;i} (1 - α_j)      w_i = T_i α_i
/// A = Σ w_i      D = Σ w_i t_i      N = Σ w_i n_i      C = Σ w_i c_i + T_end b
/// g_i = dL/dC·(c_i - b) + dL/dA + t_i dL/dD + dL/dN·n_i + dL/dw_i
/// dL/dσ_i = δ_i (T_{i+1} g_i - Σ_{j&gt;i} w_j g_j)
/// dL/dc_i = w_i dL/dC      dL/dn_i = w_i dL/dN      dL/db = T_end dL/dC
/// </code>
/// A ray ends after the first sample that leaves T below <see cref="MinTransmittance"/>: later samples get weight 0 and no
/// gradient. Source: Max 1995; NeRF (Mildenhall et al. 2020), eq. 3; the derivative is ours (docs/math/composite.md). Not
/// differentiable in t and δ: the march is fixed within a step.
/// </summary>
public static class AlphaCompositeKernels
{
    /// <summary>Transmittance below which a ray counts as opaque.</summary>
    public const float MinTransmittance = 1e-4f;

    /// <summary>Optical depth below which 1 - exp(-x) is summed as a series.</summary>
    internal const float ThinOpticalDepth = 0.02f;

    /// <summary>Device arguments. M samples, R rays. An empty view among the optional ones leaves its term out.</summary>
    public struct Args
    {
        /// <summary>Samples of each ray [R].</summary>
        public ArrayView<SampleRange> Ranges;

        /// <summary>Density σ [M], 1/world unit, ≥ 0.</summary>
        public ArrayView<float> Densities;

        /// <summary>Segment length δ [M], world units, &gt; 0.</summary>
        public ArrayView<float> Lengths;

        /// <summary>Distance t from the ray's origin [M], world units.</summary>
        public ArrayView<float> Distances;

        /// <summary>Colour c [M], linear.</summary>
        public ArrayView<Float3> Colours;

        /// <summary>Normals n [M]; needed if they are composited, else empty.</summary>
        public ArrayView<Float3> Normals;

        /// <summary>Background b [R], linear colour.</summary>
        public ArrayView<Float3> Backgrounds;

        /// <summary>Image colour C [R]; overwritten.</summary>
        public ArrayView<Float3> Image;

        /// <summary>Opacity A [R], in [0, 1]; overwritten.</summary>
        public ArrayView<float> Opacity;

        /// <summary>Depth D [R], world units, not divided by A; overwritten.</summary>
        public ArrayView<float> Depth;

        /// <summary>Composited normal N [R], not normalised; optional; overwritten.</summary>
        public ArrayView<Float3> NormalImage;

        /// <summary>Weights w [M], in [0, 1]; overwritten by the forward pass, read by the backward.</summary>
        public ArrayView<float> Weights;

        /// <summary>Transmittance T_end behind the last sample used [R]; overwritten by the forward pass, read by the backward.</summary>
        public ArrayView<float> Transmittance;

        /// <summary>Samples used before the ray became opaque [R]; overwritten by the forward pass, read by the backward.</summary>
        public ArrayView<int> UsedCounts;

        /// <summary>dL/dC [R]; optional.</summary>
        public ArrayView<Float3> DLdImage;

        /// <summary>dL/dA [R]; optional.</summary>
        public ArrayView<float> DLdOpacity;

        /// <summary>dL/dD [R]; optional.</summary>
        public ArrayView<float> DLdDepth;

        /// <summary>dL/dN [R]; optional.</summary>
        public ArrayView<Float3> DLdNormalImage;

        /// <summary>dL/dw [M]; optional.</summary>
        public ArrayView<float> DLdWeights;

        /// <summary>dL/dσ [M]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<float> DLdDensities;

        /// <summary>dL/dc [M]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdColours;

        /// <summary>dL/dn [M]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdNormals;

        /// <summary>dL/db [R]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdBackgrounds;
    }

    /// <summary>Composites one ray, front to back.</summary>
    public static void Forward(Index1D ray, Args a)
    {
        SampleRange range = a.Ranges[ray];
        Float3 colour = Float3.Zero;
        Float3 normal = Float3.Zero;
        float opacity = 0f;
        float depth = 0f;
        float transmittance = 1f;
        int used = 0;
        while (used < range.Count && !(transmittance < MinTransmittance))
        {
            int i = range.Offset + used;
            float opticalDepth = a.Densities[i] * a.Lengths[i];
            float remaining = Elementary.Exp(-opticalDepth);
            float weight = transmittance * Alpha(opticalDepth, remaining);
            a.Weights[i] = weight;
            colour += a.Colours[i] * weight;
            opacity += weight;
            depth += weight * a.Distances[i];
            if (a.NormalImage.Length > 0)
            {
                normal += a.Normals[i] * weight;
            }
            transmittance *= remaining;
            used++;
        }
        for (int skipped = used; skipped < range.Count; skipped++)
        {
            a.Weights[range.Offset + skipped] = 0f;
        }
        a.Image[ray] = colour + a.Backgrounds[ray] * transmittance;
        a.Opacity[ray] = opacity;
        a.Depth[ray] = depth;
        a.Transmittance[ray] = transmittance;
        a.UsedCounts[ray] = used;
        if (a.NormalImage.Length > 0)
        {
            a.NormalImage[ray] = normal;
        }
    }

    /// <summary>Sends one ray's gradients back to its samples, back to front.</summary>
    public static void Backward(Index1D ray, Args a)
    {
        SampleRange range = a.Ranges[ray];
        Float3 dLdImage = a.DLdImage.Length > 0 ? a.DLdImage[ray] : Float3.Zero;
        Float3 dLdNormalImage = a.DLdNormalImage.Length > 0 ? a.DLdNormalImage[ray] : Float3.Zero;
        float dLdOpacity = a.DLdOpacity.Length > 0 ? a.DLdOpacity[ray] : 0f;
        float dLdDepth = a.DLdDepth.Length > 0 ? a.DLdDepth[ray] : 0f;
        float transmittance = a.Transmittance[ray];
        // T_end = 1 - Σ w, so the background acts on the weights like a negative opacity.
        dLdOpacity -= Float3.Dot(dLdImage, a.Backgrounds[ray]);
        if (a.DLdBackgrounds.Length > 0)
        {
            a.DLdBackgrounds[ray] += dLdImage * transmittance;
        }
        // Back to front: the suffix sum Σ w_j g_j is then one running float, and T_{i+1} = T_{i+2} + w_{i+1} needs no division.
        float suffix = 0f;
        for (int i = range.Offset + a.UsedCounts[ray] - 1; i >= range.Offset; i--)
        {
            float weight = a.Weights[i];
            float g = Float3.Dot(dLdImage, a.Colours[i]) + dLdOpacity + dLdDepth * a.Distances[i];
            if (a.DLdNormalImage.Length > 0)
            {
                g += Float3.Dot(dLdNormalImage, a.Normals[i]);
            }
            if (a.DLdWeights.Length > 0)
            {
                g += a.DLdWeights[i];
            }
            if (a.DLdDensities.Length > 0)
            {
                a.DLdDensities[i] += a.Lengths[i] * (transmittance * g - suffix);
            }
            if (a.DLdColours.Length > 0)
            {
                a.DLdColours[i] += dLdImage * weight;
            }
            if (a.DLdNormals.Length > 0)
            {
                a.DLdNormals[i] += dLdNormalImage * weight;
            }
            suffix += weight * g;
            transmittance += weight;
        }
    }

    // 1 - exp(-x) for x ≥ 0; the series for small x keeps relative precision where the difference would cancel.
    internal static float Alpha(float x, float expOfMinusX) =>
        x < ThinOpticalDepth ? x * (1f - x * (0.5f - x * (1f / 6f - x * (1f / 24f)))) : 1f - expOfMinusX;
}

/// <summary>Launcher of <see cref="AlphaCompositeKernels"/>.</summary>
public sealed class AlphaComposite : IKernelFamily<AlphaComposite>
{
    private readonly Action<Index1D, AlphaCompositeKernels.Args> _forward;
    private readonly Action<Index1D, AlphaCompositeKernels.Args> _backward;

    private readonly HostThreads? _host;
    private readonly Action<KernelConfig, AlphaCompositeKernels.Args>? _warpForward;
    private readonly Action<KernelConfig, AlphaCompositeKernels.Args>? _warpBackward;

    private AlphaComposite(Accelerator accelerator, HostThreads? host, GpuTuning? gpu)
    {
        if (gpu is not null)
        {
            _warpForward = accelerator.LoadStreamKernel<AlphaCompositeKernels.Args>(WarpCompositeKernels.Forward);
            _warpBackward = accelerator.LoadStreamKernel<AlphaCompositeKernels.Args>(WarpCompositeKernels.Backward);
        }

        _host = host;
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, AlphaCompositeKernels.Args>(AlphaCompositeKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, AlphaCompositeKernels.Args>(AlphaCompositeKernels.Backward);
    }

    /// <inheritdoc/>
    public static AlphaComposite Load(Accelerator accelerator) => new(accelerator, null, null);

    /// <inheritdoc/>
    public static AlphaComposite Load(Accelerator accelerator, HostThreads? host) => new(accelerator, host, null);

    /// <inheritdoc/>
    public static AlphaComposite Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu) => new(accelerator, host, gpu);

    /// <summary>Composites every ray.</summary>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    public void Forward(in AlphaCompositeKernels.Args args)
    {
        CheckInputs(args);
        long rays = args.Ranges.Length;
        Require("image colours", args.Image.Length, rays);
        Require("opacities", args.Opacity.Length, rays);
        Require("depths", args.Depth.Length, rays);
        RequireOptional("composited normals", args.NormalImage.Length, rays);
        if (args.NormalImage.Length > 0)
        {
            Require("normals", args.Normals.Length, args.Densities.Length);
        }
        if (rays > 0 && _host is not null)
        {
            AlphaCompositeHost.Forward(_host, args);
        }
        else if (rays > 0 && _warpForward is not null)
        {
            _warpForward(Warps(rays), args);
        }
        else if (rays > 0)
        {
            _forward((int)rays, args);
        }
    }

    /// <summary>Accumulates the gradients of every ray's samples and background.</summary>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    public void Backward(in AlphaCompositeKernels.Args args)
    {
        CheckInputs(args);
        long rays = args.Ranges.Length;
        long samples = args.Densities.Length;
        RequireOptional("image gradients", args.DLdImage.Length, rays);
        RequireOptional("opacity gradients", args.DLdOpacity.Length, rays);
        RequireOptional("depth gradients", args.DLdDepth.Length, rays);
        RequireOptional("composited-normal gradients", args.DLdNormalImage.Length, rays);
        if (args.DLdNormalImage.Length > 0)
        {
            Require("normals", args.Normals.Length, samples);
        }
        RequireOptional("background gradients", args.DLdBackgrounds.Length, rays);
        RequireOptional("weight gradients", args.DLdWeights.Length, samples);
        RequireOptional("density gradients", args.DLdDensities.Length, samples);
        RequireOptional("colour gradients", args.DLdColours.Length, samples);
        RequireOptional("normal gradients", args.DLdNormals.Length, samples);
        if (rays > 0 && _host is not null)
        {
            AlphaCompositeHost.Backward(_host, args);
        }
        else if (rays > 0 && _warpBackward is not null)
        {
            _warpBackward(Warps(rays), args);
        }
        else if (rays > 0)
        {
            _backward((int)rays, args);
        }
    }

    private static KernelConfig Warps(long rays)
    {
        const int RaysPerGroup = WarpCompositeKernels.GroupSize / GpuTuning.WarpSize;
        return ((int)((rays + RaysPerGroup - 1) / RaysPerGroup), WarpCompositeKernels.GroupSize);
    }

    private static void CheckInputs(in AlphaCompositeKernels.Args args)
    {
        long rays = args.Ranges.Length;
        long samples = args.Densities.Length;
        Require("segment lengths", args.Lengths.Length, samples);
        Require("distances", args.Distances.Length, samples);
        Require("colours", args.Colours.Length, samples);
        Require("weights", args.Weights.Length, samples);
        Require("backgrounds", args.Backgrounds.Length, rays);
        Require("transmittances", args.Transmittance.Length, rays);
        Require("used counts", args.UsedCounts.Length, rays);
        RequireOptional("normals", args.Normals.Length, samples);
    }

    private static void Require(string name, long length, long expected)
    {
        if (length != expected)
        {
            throw new ArgumentException($"Composite: {length} {name}, expected {expected}; densities fix the number of samples, ranges the number of rays.");
        }
    }

    private static void RequireOptional(string name, long length, long expected)
    {
        if (length != 0)
        {
            Require(name, length, expected);
        }
    }
}
