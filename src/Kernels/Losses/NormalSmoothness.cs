using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Losses;

/// <summary>
/// Two regularisers that smooth normals, each with value and gradient from one kernel:
/// <code>
/// image:  L = mean over pixels and channels of (n(x+1, y) - n(x, y))²  +  the same of (n(x, y+1) - n(x, y))²
///         dL/dn(x, y) = 2 (n(x, y) - n(x-1, y) - [n(x+1, y) - n(x, y)]) / N_x  +  the same along y / N_y
/// space:  L = mean over samples and channels of |n(x) - n(x + δ)|      dL/dn(x) = sign / (3M) = -dL/dn(x + δ)
/// </code>
/// N_x = 3 B H (W - 1) and N_y = 3 B (H - 1) W are the numbers of differences; an image of one column has none along x. The sign
/// of 0 is 0. Source: stable-dreamfusion's 2-D and 3-D normal smoothness (its δ is 1e-2 times a normal draw); the caller
/// evaluates the normals at the shifted positions.
/// </summary>
public static class NormalSmoothnessKernels
{
    /// <summary>Arguments of <see cref="Image"/>.</summary>
    public struct ImageArgs
    {
        /// <summary>Normal images n [B, H, W], row-major.</summary>
        public ArrayView<Float3> Normals;

        /// <summary>Width W.</summary>
        public int Width;

        /// <summary>Height H.</summary>
        public int Height;

        /// <summary>1 / N_x, or 0 for W = 1.</summary>
        public float HorizontalScale;

        /// <summary>1 / N_y, or 0 for H = 1.</summary>
        public float VerticalScale;

        /// <summary>Factor on the gradient.</summary>
        public float Weight;

        /// <summary>Weight · dL/dn [B, H, W]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdNormals;

        /// <summary>Sums of the loss over fixed ranges of pixels [⌈BHW/512⌉]; overwritten.</summary>
        public ArrayView<float> Sums;
    }

    /// <summary>Arguments of <see cref="Space"/>.</summary>
    public struct SpaceArgs
    {
        /// <summary>Normals n(x) [M].</summary>
        public ArrayView<Float3> Normals;

        /// <summary>Normals n(x + δ) [M].</summary>
        public ArrayView<Float3> ShiftedNormals;

        /// <summary>Factor on the gradient: weight / (3M).</summary>
        public float GradientScale;

        /// <summary>Weight · dL/dn(x) [M]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdNormals;

        /// <summary>Weight · dL/dn(x + δ) [M]; accumulated into (<c>+=</c>) unless empty.</summary>
        public ArrayView<Float3> DLdShiftedNormals;

        /// <summary>Sums of |n(x) - n(x + δ)| over fixed ranges of samples [⌈M/512⌉]; overwritten.</summary>
        public ArrayView<float> Sums;
    }

    /// <summary>Value and gradient of one fixed range of pixels; each pixel gathers from its neighbours, so nothing is written twice.</summary>
    /// <param name="range">Range of 512 pixels.</param>
    /// <param name="a">Arguments.</param>
    public static void Image(Index1D range, ImageArgs a)
    {
        int end = LossSumKernels.EndOfRange(range, a.Normals.IntLength);
        float sum = 0f;
        for (int pixel = range * LossSumKernels.TermsPerSum; pixel < end; pixel++)
        {
            int row = pixel / a.Width;
            int x = pixel - row * a.Width;
            int y = row % a.Height;
            Float3 centre = a.Normals[pixel];
            Float3 toLeft = x > 0 ? centre - a.Normals[pixel - 1] : Float3.Zero;
            Float3 toRight = x + 1 < a.Width ? a.Normals[pixel + 1] - centre : Float3.Zero;
            Float3 toTop = y > 0 ? centre - a.Normals[pixel - a.Width] : Float3.Zero;
            Float3 toBottom = y + 1 < a.Height ? a.Normals[pixel + a.Width] - centre : Float3.Zero;
            // Each difference is counted once, by its left or upper pixel.
            sum += a.HorizontalScale * toRight.LengthSquared + a.VerticalScale * toBottom.LengthSquared;
            if (a.DLdNormals.Length > 0)
            {
                Float3 gradient = (toLeft - toRight) * a.HorizontalScale + (toTop - toBottom) * a.VerticalScale;
                a.DLdNormals[pixel] += gradient * (2f * a.Weight);
            }
        }

        a.Sums[range] = sum;
    }

    /// <summary>Value and gradient of one fixed range of samples.</summary>
    /// <param name="range">Range of 512 samples.</param>
    /// <param name="a">Arguments.</param>
    public static void Space(Index1D range, SpaceArgs a)
    {
        int end = LossSumKernels.EndOfRange(range, a.Normals.IntLength);
        float sum = 0f;
        for (int sample = range * LossSumKernels.TermsPerSum; sample < end; sample++)
        {
            Float3 difference = a.Normals[sample] - a.ShiftedNormals[sample];
            sum += MathF.Abs(difference.X) + MathF.Abs(difference.Y) + MathF.Abs(difference.Z);
            Float3 gradient = new Float3(Sign(difference.X), Sign(difference.Y), Sign(difference.Z)) * a.GradientScale;
            if (a.DLdNormals.Length > 0)
            {
                a.DLdNormals[sample] += gradient;
            }

            if (a.DLdShiftedNormals.Length > 0)
            {
                a.DLdShiftedNormals[sample] += -gradient;
            }
        }

        a.Sums[range] = sum;
    }

    // NaN stays NaN: it must reach the optimiser's finite check instead of becoming a 0.
    private static float Sign(float x) => x > 0f ? 1f : x < 0f ? -1f : x;
}

/// <summary>Launcher of <see cref="NormalSmoothnessKernels"/>.</summary>
public sealed class NormalSmoothness : IKernelFamily<NormalSmoothness>
{
    private readonly Action<Index1D, NormalSmoothnessKernels.ImageArgs> _image;
    private readonly Action<Index1D, NormalSmoothnessKernels.SpaceArgs> _space;
    private readonly Action<Index1D, LossSumKernels.Args> _total;

    private NormalSmoothness(Accelerator accelerator)
    {
        _image = accelerator.LoadAutoGroupedStreamKernel<Index1D, NormalSmoothnessKernels.ImageArgs>(NormalSmoothnessKernels.Image);
        _space = accelerator.LoadAutoGroupedStreamKernel<Index1D, NormalSmoothnessKernels.SpaceArgs>(NormalSmoothnessKernels.Space);
        _total = accelerator.LoadAutoGroupedStreamKernel<Index1D, LossSumKernels.Args>(LossSumKernels.Total);
    }

    /// <inheritdoc/>
    public static NormalSmoothness Load(Accelerator accelerator) => new(accelerator);

    /// <summary>The unweighted image loss, and its weighted gradient.</summary>
    /// <param name="normals">Normal images [B, H, W], row-major.</param>
    /// <param name="width">Width W, positive.</param>
    /// <param name="height">Height H, positive.</param>
    /// <param name="weight">Factor on the gradient (not on the value).</param>
    /// <param name="dLdNormals">Gradient [B, H, W], accumulated into (<c>+=</c>); empty to skip it.</param>
    /// <param name="scratch">Exactly <see cref="LossSumKernels.ScratchLength"/> values; overwritten.</param>
    /// <param name="value">The loss [1]; overwritten. 0 without pixels.</param>
    public void EvaluateImage(
        ArrayView<Float3> normals, int width, int height, float weight, ArrayView<Float3> dLdNormals, ArrayView<float> scratch, ArrayView<float> value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        LossSumKernels.CheckBuffers("Image normal smoothness", normals.Length, scratch.Length, value.Length, dLdNormals.Length);
        if (normals.Length % ((long)width * height) != 0)
        {
            throw new ArgumentException($"Image normal smoothness: {normals.Length} normals are no whole images of {width}x{height}; pass every pixel of each image.");
        }

        if (normals.Length == 0)
        {
            value.MemSetToZero();
            return;
        }

        double images = (double)normals.Length / ((double)width * height);
        _image(scratch.IntLength, new NormalSmoothnessKernels.ImageArgs
        {
            Normals = normals,
            Width = width,
            Height = height,
            HorizontalScale = width == 1 ? 0f : (float)(1d / (3d * images * height * (width - 1))),
            VerticalScale = height == 1 ? 0f : (float)(1d / (3d * images * (height - 1) * width)),
            Weight = weight,
            DLdNormals = dLdNormals,
            Sums = scratch,
        });
        _total(1, new LossSumKernels.Args { Sums = scratch, Value = value, Scale = 1f });
    }

    /// <summary>The unweighted loss in space, and its weighted gradient.</summary>
    /// <param name="normals">Normals n(x) [M].</param>
    /// <param name="shiftedNormals">Normals n(x + δ) [M].</param>
    /// <param name="weight">Factor on the gradient (not on the value).</param>
    /// <param name="dLdNormals">Gradient to n(x) [M], accumulated into (<c>+=</c>); empty to skip it.</param>
    /// <param name="dLdShiftedNormals">Gradient to n(x + δ) [M], accumulated into (<c>+=</c>); empty to skip it.</param>
    /// <param name="scratch">Exactly <see cref="LossSumKernels.ScratchLength"/> values; overwritten.</param>
    /// <param name="value">The loss [1]; overwritten. 0 without samples.</param>
    public void EvaluateSpace(
        ArrayView<Float3> normals, ArrayView<Float3> shiftedNormals, float weight, ArrayView<Float3> dLdNormals,
        ArrayView<Float3> dLdShiftedNormals, ArrayView<float> scratch, ArrayView<float> value)
    {
        LossSumKernels.CheckBuffers("Spatial normal smoothness", normals.Length, scratch.Length, value.Length, dLdNormals.Length);
        LossSumKernels.CheckBuffers("Spatial normal smoothness", shiftedNormals.Length, scratch.Length, value.Length, dLdShiftedNormals.Length);
        if (shiftedNormals.Length != normals.Length)
        {
            throw new ArgumentException($"Spatial normal smoothness: expected {normals.Length} shifted normals, got {shiftedNormals.Length}; pass one per normal.");
        }

        if (normals.Length == 0)
        {
            value.MemSetToZero();
            return;
        }

        float mean = 1f / (3f * normals.Length);
        _space(scratch.IntLength, new NormalSmoothnessKernels.SpaceArgs
        {
            Normals = normals,
            ShiftedNormals = shiftedNormals,
            GradientScale = weight * mean,
            DLdNormals = dLdNormals,
            DLdShiftedNormals = dLdShiftedNormals,
            Sums = scratch,
        });
        _total(1, new LossSumKernels.Args { Sums = scratch, Value = value, Scale = mean });
    }
}
