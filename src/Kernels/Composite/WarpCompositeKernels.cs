using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using ILGPU;

namespace DreamFusion.Kernels.Composite;

/// <summary>
/// Alpha compositing for GPUs, one warp per ray and 32 samples a turn: formulas of <see cref="AlphaCompositeKernels"/>. Transmittances are a scan of products over the lanes, the
/// suffix sums of the backward pass scans from the last sample on; what a lane sums over the turns is added up once at the end. No shared memory, no barrier, no atomics, so the
/// same bits every run. A group has whole warps.
/// </summary>
public static class WarpCompositeKernels
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 128;

    private const int Lanes = GpuTuning.WarpSize;

    /// <summary>Composites one ray, front to back.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void Forward(AlphaCompositeKernels.Args a)
    {
        int ray = OwnRay;
        if (ray >= a.Ranges.IntLength)
        {
            return;
        }

        int lane = Warp.LaneIdx;
        SampleRange range = a.Ranges[ray];
        Float3 colour = Float3.Zero;
        Float3 normal = Float3.Zero;
        float opacity = 0f;
        float depth = 0f;
        float transmittance = 1f;
        int used = 0;
        bool isOpen = true;
        for (int first = 0; first < range.Count; first += Lanes)
        {
            int i = range.Offset + first + lane;
            bool isInside = first + lane < range.Count;
            float weight = 0f;
            if (isOpen)
            {
                float opticalDepth = isInside ? a.Densities[i] * a.Lengths[i] : 0f;
                float remaining = isInside ? Elementary.Exp(-opticalDepth) : 1f;
                float product = ProductUpTo(remaining, lane);
                float before = Warp.ShuffleUp(product, 1);
                before = transmittance * (lane == 0 ? 1f : before);
                bool isUsed = isInside && !(before < AlphaCompositeKernels.MinTransmittance);
                weight = isUsed ? before * AlphaCompositeKernels.Alpha(opticalDepth, remaining) : 0f;
                int count = IntrinsicMath.PopCount(WarpMatrix.Ballot(isUsed ? 1 : 0));
                // Transmittance falls, so the lanes that are used are the first ones.
                transmittance *= count == 0 ? 1f : Warp.Shuffle(product, count == 0 ? 0 : count - 1);
                used += count;
                isOpen = first + count == first + Lanes && !(transmittance < AlphaCompositeKernels.MinTransmittance);
                if (isUsed)
                {
                    colour += a.Colours[i] * weight;
                    opacity += weight;
                    depth += weight * a.Distances[i];
                    if (a.NormalImage.Length > 0)
                    {
                        normal += a.Normals[i] * weight;
                    }
                }
            }

            if (isInside)
            {
                a.Weights[i] = weight;
            }
        }

        colour = Sum(colour);
        normal = Sum(normal);
        opacity = Sum(opacity);
        depth = Sum(depth);
        if (lane == 0)
        {
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
    }

    /// <summary>Sends one ray's gradients back to its samples, back to front.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void Backward(AlphaCompositeKernels.Args a)
    {
        int ray = OwnRay;
        if (ray >= a.Ranges.IntLength)
        {
            return;
        }

        int lane = Warp.LaneIdx;
        SampleRange range = a.Ranges[ray];
        Float3 dLdImage = a.DLdImage.Length > 0 ? a.DLdImage[ray] : Float3.Zero;
        Float3 dLdNormalImage = a.DLdNormalImage.Length > 0 ? a.DLdNormalImage[ray] : Float3.Zero;
        float dLdDepth = a.DLdDepth.Length > 0 ? a.DLdDepth[ray] : 0f;
        float transmittance = a.Transmittance[ray];
        float dLdOpacity = (a.DLdOpacity.Length > 0 ? a.DLdOpacity[ray] : 0f) - Float3.Dot(dLdImage, a.Backgrounds[ray]);
        if (lane == 0 && a.DLdBackgrounds.Length > 0)
        {
            a.DLdBackgrounds[ray] += dLdImage * transmittance;
        }

        int count = a.UsedCounts[ray];
        float suffix = 0f;
        for (int first = (count - 1) / Lanes * Lanes; first >= 0 && count > 0; first -= Lanes)
        {
            int i = range.Offset + first + lane;
            bool isUsed = first + lane < count;
            float weight = isUsed ? a.Weights[i] : 0f;
            float g = 0f;
            if (isUsed)
            {
                g = Float3.Dot(dLdImage, a.Colours[i]) + dLdOpacity + dLdDepth * a.Distances[i];
                if (a.DLdNormalImage.Length > 0)
                {
                    g += Float3.Dot(dLdNormalImage, a.Normals[i]);
                }

                if (a.DLdWeights.Length > 0)
                {
                    g += a.DLdWeights[i];
                }
            }

            float product = weight * g;
            float weights = SumFrom(weight, lane);
            float products = SumFrom(product, lane);
            // Behind the sample: the sums from the next lane on, never a difference of two.
            float weightsBehind = Behind(weights, lane);
            float productsBehind = Behind(products, lane);
            if (isUsed)
            {
                if (a.DLdDensities.Length > 0)
                {
                    a.DLdDensities[i] += a.Lengths[i] * ((transmittance + weightsBehind) * g - (suffix + productsBehind));
                }

                if (a.DLdColours.Length > 0)
                {
                    a.DLdColours[i] += dLdImage * weight;
                }

                if (a.DLdNormals.Length > 0)
                {
                    a.DLdNormals[i] += dLdNormalImage * weight;
                }
            }

            suffix += Warp.Shuffle(products, 0);
            transmittance += Warp.Shuffle(weights, 0);
        }
    }

    private static int OwnRay => (Grid.IdxX * Group.DimX + Group.IdxX) / Lanes;

    // Π over the lanes up to this one.
    private static float ProductUpTo(float value, int lane)
    {
        for (int distance = 1; distance < Lanes; distance *= 2)
        {
            float below = Warp.ShuffleUp(value, distance);
            value = lane >= distance ? value * below : value;
        }

        return value;
    }

    // Σ over the lanes from this one on.
    private static float SumFrom(float value, int lane)
    {
        for (int distance = 1; distance < Lanes; distance *= 2)
        {
            float above = Warp.ShuffleDown(value, distance);
            value = lane + distance < Lanes ? value + above : value;
        }

        return value;
    }

    private static float Behind(float sumFrom, int lane)
    {
        float next = Warp.ShuffleDown(sumFrom, 1);
        return lane + 1 < Lanes ? next : 0f;
    }

    private static float Sum(float value)
    {
        for (int distance = 1; distance < Lanes; distance *= 2)
        {
            value += Warp.ShuffleXor(value, distance);
        }

        return value;
    }

    private static Float3 Sum(Float3 value) => new(Sum(value.X), Sum(value.Y), Sum(value.Z));
}
