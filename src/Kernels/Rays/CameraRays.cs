using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Rays;

/// <summary>
/// One ray per pixel through the pixel's centre, clipped to the scene's bound.
/// <code>
/// x = (column + ½ - W/2) / f     y = (H/2 - row - ½) / f     d = (x right + y up - back) / ‖·‖
/// near = max(entry, 0)           far = exit                  near &gt; far: the ray misses
/// </code>
/// Source: the pinhole model; pixel centres as in NeRF (Mildenhall et al. 2020). No backward: cameras are drawn, not
/// optimised, so rays are constants of a step.
/// </summary>
public static class CameraRaysKernels
{
    /// <summary>Device arguments. R rays: the pixels from <see cref="FirstPixel"/> on, row-major; all W·H of them, or a tile.</summary>
    public struct Args<TBound>
        where TBound : unmanaged, IRayBound
    {
        /// <summary>The camera.</summary>
        public PinholeCamera Camera;

        /// <summary>The region to clip to.</summary>
        public TBound Bound;

        /// <summary>Pixel of ray 0, row-major.</summary>
        public int FirstPixel;

        /// <summary>Ray origins [R], world units; overwritten.</summary>
        public ArrayView<Float3> Origins;

        /// <summary>Unit ray directions [R], from the camera into the scene; overwritten.</summary>
        public ArrayView<Float3> Directions;

        /// <summary>Entry distance [R], world units, ≥ 0; overwritten.</summary>
        public ArrayView<float> Near;

        /// <summary>Exit distance [R], world units; below near for a ray that misses; overwritten.</summary>
        public ArrayView<float> Far;
    }

    /// <summary>Writes one ray.</summary>
    public static void Forward<TBound>(Index1D ray, Args<TBound> a)
        where TBound : unmanaged, IRayBound
    {
        PinholeCamera camera = a.Camera;
        int pixel = a.FirstPixel + ray;
        int row = pixel / camera.Width;
        int column = pixel - (row * camera.Width);
        float x = (column + 0.5f - (0.5f * camera.Width)) / camera.FocalPixels;
        float y = ((0.5f * camera.Height) - row - 0.5f) / camera.FocalPixels;
        Float3 through = (camera.Right * x) + (camera.Up * y) - camera.Back;
        Float3 direction = through * (1f / MathF.Sqrt(Float3.Dot(through, through)));
        a.Bound.Intersect(camera.Position, direction, out float near, out float far);
        a.Origins[ray] = camera.Position;
        a.Directions[ray] = direction;
        a.Near[ray] = near > 0f ? near : 0f;
        a.Far[ray] = far;
    }
}

/// <summary>Launcher of <see cref="CameraRaysKernels"/> for one kind of bound.</summary>
/// <typeparam name="TBound">The region that rays are clipped to.</typeparam>
public sealed class CameraRays<TBound> : IKernelFamily<CameraRays<TBound>>
    where TBound : unmanaged, IRayBound
{
    private readonly Action<Index1D, CameraRaysKernels.Args<TBound>> _forward;

    private CameraRays(Accelerator accelerator) =>
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, CameraRaysKernels.Args<TBound>>(CameraRaysKernels.Forward);

    /// <inheritdoc/>
    public static CameraRays<TBound> Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Writes the W·H rays of <paramref name="camera"/> into <paramref name="rays"/>.</summary>
    /// <exception cref="ArgumentException">The camera is invalid or the buffers do not hold exactly one ray per pixel.</exception>
    public void Cast(in PinholeCamera camera, TBound bound, in RayBatch rays)
    {
        if (rays.Count != camera.PixelCount)
        {
            throw new ArgumentException($"Camera rays: {camera.Width}x{camera.Height} pixels need {camera.PixelCount} rays, the buffers hold {rays.Count}; allocate one ray per pixel.");
        }
        CastTile(camera, bound, 0, rays);
    }

    /// <summary>Writes the rays of the pixels from <paramref name="firstPixel"/> on, as many as the buffers hold; each has the bits that it has among all.</summary>
    /// <exception cref="ArgumentException">The camera is invalid, the buffers differ in length, or the tile leaves the image.</exception>
    public void CastTile(in PinholeCamera camera, TBound bound, int firstPixel, in RayBatch rays)
    {
        camera.Validate();
        rays.CheckLengths();
        if (firstPixel < 0 || rays.Count > camera.PixelCount - firstPixel)
        {
            throw new ArgumentException($"Camera rays: pixels {firstPixel} to {(long)firstPixel + rays.Count - 1} were asked for, {camera.Width}x{camera.Height} has 0 to {camera.PixelCount - 1}.");
        }
        _forward(rays.Count, new CameraRaysKernels.Args<TBound>
        {
            Camera = camera,
            Bound = bound,
            FirstPixel = firstPixel,
            Origins = rays.Origins,
            Directions = rays.Directions,
            Near = rays.Near,
            Far = rays.Far,
        });
    }
}

/// <summary>Buffers of R rays.</summary>
/// <param name="Origins">Ray origins [R], world units.</param>
/// <param name="Directions">Unit directions [R], from the camera into the scene.</param>
/// <param name="Near">Entry distances [R] into the bound, world units, ≥ 0.</param>
/// <param name="Far">Exit distances [R]; below near for a ray that misses.</param>
public readonly record struct RayBatch(ArrayView<Float3> Origins, ArrayView<Float3> Directions, ArrayView<float> Near, ArrayView<float> Far)
{
    /// <summary>Number of rays R.</summary>
    public int Count => Origins.IntLength;

    /// <summary>Requires four buffers of one length.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void CheckLengths()
    {
        if (Directions.Length != Origins.Length || Near.Length != Origins.Length || Far.Length != Origins.Length)
        {
            throw new ArgumentException($"Rays: origins, directions, near and far must have one length, got {Origins.Length}, {Directions.Length}, {Near.Length} and {Far.Length}.");
        }
    }
}
