using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using ILGPU;

namespace DreamFusion.Autodiff.Ops;

/// <summary>
/// Rays and samples in a tape's memory; formulas in <see cref="CameraRaysKernels"/> and <see cref="RayMarchKernels"/>. Nothing is
/// recorded: rays and samples are constants of a step.
/// </summary>
public static class RayOps
{
    /// <summary>One ray per pixel of a camera, row-major, clipped to a bound.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="camera">Camera.</param>
    /// <param name="bound">Region outside of which the scene is empty.</param>
    public static RayBatch CastRays<TBound>(this Tape tape, in PinholeCamera camera, TBound bound)
        where TBound : unmanaged, IRayBound
    {
        return tape.CastRays(camera, bound, 0, camera.PixelCount);
    }

    /// <summary>The rays of some pixels of a camera: a tile of its image.</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="camera">Camera.</param>
    /// <param name="bound">Region outside of which the scene is empty.</param>
    /// <param name="firstPixel">First pixel, row-major.</param>
    /// <param name="count">Number of pixels, at least 1.</param>
    public static RayBatch CastRays<TBound>(this Tape tape, in PinholeCamera camera, TBound bound, int firstPixel, int count)
        where TBound : unmanaged, IRayBound
    {
        ArgumentNullException.ThrowIfNull(tape);
        var rays = new RayBatch(tape.Scratch<Float3>(count), tape.Scratch<Float3>(count), tape.Scratch<float>(count), tape.Scratch<float>(count));
        tape.Device.Kernels<CameraRays<TBound>>().CastTile(camera, bound, firstPixel, rays);
        tape.Mark("rays");
        return rays;
    }

    /// <summary>The samples of a batch of rays (waits for the device, because their number sizes the buffers).</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="rays">R rays.</param>
    /// <param name="grid">Where the scene can hold matter.</param>
    /// <param name="options">Lattice and budget.</param>
    /// <param name="jitter">Key of the per-ray shift, or null for lattices that start half a step behind the entry.</param>
    /// <exception cref="SampleBudgetException">There are more samples than the budget allows.</exception>
    public static PackedSamples March(this Tape tape, in RayBatch rays, OccupancyGridBuffers grid, RayMarchOptions options, RandomKey? jitter)
    {
        ArgumentNullException.ThrowIfNull(tape);
        RayMarch march = tape.Device.Kernels<RayMarch>();
        ArrayView<SampleRange> ranges = tape.Scratch<SampleRange>(rays.Count);
        int count = march.Count(rays, grid, options, jitter, ranges, tape.Scratch<int>(RayMarch.ScratchLength(rays.Count)));
        var samples = new PackedSamples(ranges, tape.Scratch<Float3>(count), tape.Scratch<int>(count), tape.Scratch<float>(count), tape.Scratch<float>(count));
        march.Write(rays, grid, options, jitter, samples);
        tape.Mark("march");
        return samples;
    }

    /// <summary>The positions of samples as a constant [M, 3].</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="samples">M samples.</param>
    public static Variable Positions(this Tape tape, in PackedSamples samples)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Constant(samples.Positions.Cast<float>(), samples.Count, 3);
    }
}
