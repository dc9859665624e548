using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;

namespace DreamFusion.Kernels.Composite;

/// <summary>
/// Host twin of <see cref="AlphaCompositeKernels"/>. What belongs to one sample alone (exponentials, inner products, gradients) is computed
/// for several samples of a ray at a time; only the running transmittance and sums go from sample to sample, several of them side by
/// side in one vector. Every number goes through the kernel's operations in the kernel's order, so the bits are the same for any vector
/// width and any number of threads.
/// </summary>
internal static unsafe class AlphaCompositeHost
{
    /// <summary>Twin of <see cref="AlphaCompositeKernels.Forward"/>.</summary>
    public static void Forward(HostThreads threads, in AlphaCompositeKernels.Args args)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Forward<Lanes512, Vector512<float>>(threads, args);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Forward<Lanes256, Vector256<float>>(threads, args);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Forward<Lanes128, Vector128<float>>(threads, args);
        }
        else
        {
            Forward<Lanes32, float>(threads, args);
        }
    }

    /// <summary>Twin of <see cref="AlphaCompositeKernels.Backward"/>.</summary>
    public static void Backward(HostThreads threads, in AlphaCompositeKernels.Args args)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Backward<Lanes512, Vector512<float>>(threads, args);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Backward<Lanes256, Vector256<float>>(threads, args);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Backward<Lanes128, Vector128<float>>(threads, args);
        }
        else
        {
            Backward<Lanes32, float>(threads, args);
        }
    }

    /// <summary>The forward twin for one vector width.</summary>
    internal static void Forward<TLanes, TVector>(HostThreads threads, in AlphaCompositeKernels.Args args)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        => threads.Run(
            CompositeArrays.ItemCount(args), CompositeForward<TLanes, TVector>.ScratchLength,
            new CompositeForward<TLanes, TVector> { Arrays = CompositeArrays.Of(args) });

    /// <summary>The backward twin for one vector width.</summary>
    internal static void Backward<TLanes, TVector>(HostThreads threads, in AlphaCompositeKernels.Args args)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        => threads.Run(
            CompositeArrays.ItemCount(args), CompositeBackward<TLanes, TVector>.ScratchLength,
            new CompositeBackward<TLanes, TVector> { Arrays = CompositeArrays.Of(args) });
}

/// <summary>The arguments of the kernels as addresses; null for an empty view.</summary>
internal unsafe struct CompositeArrays
{
    /// <summary>Rays of a work item.</summary>
    public const int RaysPerItem = 32;

    /// <summary>Samples of a ray that are treated together.</summary>
    public const int BlockLength = 64;

    public int RayCount;
    public int SampleCount;
    public SampleRange* Ranges;
    public float* Densities;
    public float* Lengths;
    public float* Distances;
    public float* Colours;
    public float* Normals;
    public Float3* Backgrounds;
    public Float3* Image;
    public float* Opacity;
    public float* Depth;
    public Float3* NormalImage;
    public float* Weights;
    public float* Transmittance;
    public int* UsedCounts;
    public Float3* DLdImage;
    public float* DLdOpacity;
    public float* DLdDepth;
    public Float3* DLdNormalImage;
    public float* DLdWeights;
    public float* DLdDensities;
    public float* DLdColours;
    public float* DLdNormals;
    public Float3* DLdBackgrounds;

    public static int ItemCount(in AlphaCompositeKernels.Args args) => (args.Ranges.IntLength + RaysPerItem - 1) / RaysPerItem;

    public static CompositeArrays Of(in AlphaCompositeKernels.Args args) => new()
    {
        RayCount = args.Ranges.IntLength,
        SampleCount = args.Densities.IntLength,
        Ranges = (SampleRange*)HostAddress.Of(args.Ranges),
        Densities = HostAddress.Of(args.Densities),
        Lengths = HostAddress.Of(args.Lengths),
        Distances = HostAddress.Of(args.Distances),
        Colours = HostAddress.Of(args.Colours),
        Normals = HostAddress.Of(args.Normals),
        Backgrounds = (Float3*)HostAddress.Of(args.Backgrounds),
        Image = (Float3*)HostAddress.Of(args.Image),
        Opacity = HostAddress.Of(args.Opacity),
        Depth = HostAddress.Of(args.Depth),
        NormalImage = (Float3*)HostAddress.Of(args.NormalImage),
        Weights = HostAddress.Of(args.Weights),
        Transmittance = HostAddress.Of(args.Transmittance),
        UsedCounts = (int*)HostAddress.Of(args.UsedCounts),
        DLdImage = (Float3*)HostAddress.Of(args.DLdImage),
        DLdOpacity = HostAddress.Of(args.DLdOpacity),
        DLdDepth = HostAddress.Of(args.DLdDepth),
        DLdNormalImage = (Float3*)HostAddress.Of(args.DLdNormalImage),
        DLdWeights = HostAddress.Of(args.DLdWeights),
        DLdDensities = HostAddress.Of(args.DLdDensities),
        DLdColours = HostAddress.Of(args.DLdColours),
        DLdNormals = HostAddress.Of(args.DLdNormals),
        DLdBackgrounds = (Float3*)HostAddress.Of(args.DLdBackgrounds),
    };
}

/// <summary>Forward pass of a few rays.</summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal unsafe struct CompositeForward<TLanes, TVector> : IHostWork
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    public const int ScratchLength = (2 * CompositeArrays.BlockLength) + (2 * MaxLanes);

    private const int MaxLanes = 16;

    public CompositeArrays Arrays;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int item, float* scratch)
    {
        int last = Math.Min(Arrays.RayCount, (item + 1) * CompositeArrays.RaysPerItem);
        for (int ray = item * CompositeArrays.RaysPerItem; ray < last; ray++)
        {
            Composite(ray, scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Composite(int ray, float* remaining)
    {
        float* alpha = remaining + CompositeArrays.BlockLength;
        float* weights = Arrays.Weights;
        int sample = Arrays.Ranges[ray].Offset;
        int end = sample + Arrays.Ranges[ray].Count;
        // Colour and depth, normal and opacity: four sums that grow side by side.
        Vector128<float> colourDepth = Vector128<float>.Zero;
        Vector128<float> normalOpacity = Vector128<float>.Zero;
        float transmittance = 1f;
        while (sample < end && !(transmittance < AlphaCompositeKernels.MinTransmittance))
        {
            int count = Math.Min(CompositeArrays.BlockLength, end - sample);
            Absorb(sample, count, remaining, alpha);
            int k = 0;
            do
            {
                float weight = transmittance * alpha[k];
                weights[sample] = weight;
                Vector128<float> factor = Vector128.Create(weight);
                colourDepth += Triple(Arrays.Colours, sample, Arrays.Distances[sample]) * factor;
                normalOpacity += Arrays.NormalImage == null
                    ? factor
                    : Triple(Arrays.Normals, sample, 1f) * factor;
                transmittance *= remaining[k];
                sample++;
                k++;
            }
            while (k < count && !(transmittance < AlphaCompositeKernels.MinTransmittance));
        }

        new Span<float>(weights + sample, end - sample).Clear();
        Arrays.Image[ray] = ToFloat3(colourDepth) + Arrays.Backgrounds[ray] * transmittance;
        Arrays.Depth[ray] = colourDepth.GetElement(3);
        Arrays.Opacity[ray] = normalOpacity.GetElement(3);
        Arrays.Transmittance[ray] = transmittance;
        Arrays.UsedCounts[ray] = sample - Arrays.Ranges[ray].Offset;
        if (Arrays.NormalImage != null)
        {
            Arrays.NormalImage[ray] = ToFloat3(normalOpacity);
        }
    }

    /// <summary>exp(-σδ) and 1 - exp(-σδ) of consecutive samples; a last incomplete vector overlaps the one before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Absorb(int first, int count, float* remaining, float* alpha)
    {
        float* densities = Arrays.Densities + first;
        float* lengths = Arrays.Lengths + first;
        if (count < TLanes.Count)
        {
            float* padded = alpha + CompositeArrays.BlockLength;
            for (int k = 0; k < TLanes.Count; k++)
            {
                padded[k] = k < count ? densities[k] : 0f;
                padded[k + MaxLanes] = k < count ? lengths[k] : 0f;
            }

            Absorb(padded, padded + MaxLanes, remaining, alpha);
            return;
        }

        for (int k = 0; k < count; k += TLanes.Count)
        {
            int at = Math.Min(k, count - TLanes.Count);
            Absorb(densities + at, lengths + at, remaining + at, alpha + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Absorb(float* densities, float* lengths, float* remaining, float* alpha)
    {
        TVector one = TLanes.Broadcast(1f);
        TVector x = TLanes.Multiply(TLanes.Load(densities), TLanes.Load(lengths));
        TVector e = ElementaryLanes<TLanes, TVector>.Exp(TLanes.Subtract(TLanes.Broadcast(0f), x));
        TVector series = TLanes.Subtract(TLanes.Broadcast(1f / 6f), TLanes.Multiply(x, TLanes.Broadcast(1f / 24f)));
        series = TLanes.Subtract(TLanes.Broadcast(0.5f), TLanes.Multiply(x, series));
        series = TLanes.Multiply(x, TLanes.Subtract(one, TLanes.Multiply(x, series)));
        TVector isThin = TLanes.Broadcast(AlphaCompositeKernels.ThinOpticalDepth);
        TLanes.Store(e, remaining);
        TLanes.Store(TLanes.SelectGreater(isThin, x, series, TLanes.Subtract(one, e)), alpha);
    }

    // Four floats are read where three are meant, except at the end of the array.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector128<float> Triple(float* triples, int sample, float fourth)
    {
        float* triple = triples + 3 * (nint)sample;
        return sample + 1 < Arrays.SampleCount
            ? Vector128.Load(triple).WithElement(3, fourth)
            : Vector128.Create(triple[0], triple[1], triple[2], fourth);
    }

    private static Float3 ToFloat3(Vector128<float> v) => new(v.GetElement(0), v.GetElement(1), v.GetElement(2));
}

/// <summary>Backward pass of a few rays.</summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal unsafe struct CompositeBackward<TLanes, TVector> : IHostWork
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    public const int ScratchLength = 3 * CompositeArrays.BlockLength;

    public CompositeArrays Arrays;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int item, float* scratch)
    {
        int last = Math.Min(Arrays.RayCount, (item + 1) * CompositeArrays.RaysPerItem);
        for (int ray = item * CompositeArrays.RaysPerItem; ray < last; ray++)
        {
            Distribute(ray, scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Distribute(int ray, float* g)
    {
        float* transmittances = g + CompositeArrays.BlockLength;
        float* suffixes = transmittances + CompositeArrays.BlockLength;
        RayGradient gradient = Gradient(ray);
        float transmittance = Arrays.Transmittance[ray];
        if (Arrays.DLdBackgrounds != null)
        {
            Arrays.DLdBackgrounds[ray] += gradient.Image * transmittance;
        }

        int start = Arrays.Ranges[ray].Offset;
        float suffix = 0f;
        for (int end = start + Arrays.UsedCounts[ray]; end > start; end -= CompositeArrays.BlockLength)
        {
            int first = Math.Max(start, end - CompositeArrays.BlockLength);
            int count = end - first;
            int whole = count / TLanes.Count * TLanes.Count;
            Sensitivities<TLanes, TVector>(gradient, first, 0, whole, g);
            Sensitivities<Lanes32, float>(gradient, first, whole, count, g);
            for (int k = count - 1; k >= 0; k--)
            {
                float weight = Arrays.Weights[first + k];
                transmittances[k] = transmittance;
                suffixes[k] = suffix;
                suffix += weight * g[k];
                transmittance += weight;
            }

            Store<TLanes, TVector>(gradient, first, 0, whole, g);
            Store<Lanes32, float>(gradient, first, whole, count, g);
        }
    }

    private readonly RayGradient Gradient(int ray)
    {
        var gradient = new RayGradient
        {
            Image = Arrays.DLdImage != null ? Arrays.DLdImage[ray] : Float3.Zero,
            NormalImage = Arrays.DLdNormalImage != null ? Arrays.DLdNormalImage[ray] : Float3.Zero,
            Opacity = Arrays.DLdOpacity != null ? Arrays.DLdOpacity[ray] : 0f,
            Depth = Arrays.DLdDepth != null ? Arrays.DLdDepth[ray] : 0f,
        };
        gradient.Opacity -= Float3.Dot(gradient.Image, Arrays.Backgrounds[ray]);
        return gradient;
    }

    /// <summary>g_i of samples first + from to first + to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Sensitivities<TL, TV>(in RayGradient gradient, int first, int from, int to, float* g)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        for (int k = from; k < to; k += TL.Count)
        {
            nint i = first + k;
            TV value = TL.Add(Dot<TL, TV>(gradient.Image, Arrays.Colours + 3 * i), TL.Broadcast(gradient.Opacity));
            value = TL.Add(value, TL.Multiply(TL.Broadcast(gradient.Depth), TL.Load(Arrays.Distances + i)));
            if (Arrays.DLdNormalImage != null)
            {
                value = TL.Add(value, Dot<TL, TV>(gradient.NormalImage, Arrays.Normals + 3 * i));
            }

            if (Arrays.DLdWeights != null)
            {
                value = TL.Add(value, TL.Load(Arrays.DLdWeights + i));
            }

            TL.Store(value, g + k);
        }
    }

    /// <summary>Adds the gradients of samples first + from to first + to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<TL, TV>(in RayGradient gradient, int first, int from, int to, float* g)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        for (int k = from; k < to; k += TL.Count)
        {
            nint i = first + k;
            TV weight = TL.Load(Arrays.Weights + i);
            if (Arrays.DLdDensities != null)
            {
                TV transmittance = TL.Load(g + CompositeArrays.BlockLength + k);
                TV suffix = TL.Load(g + (2 * CompositeArrays.BlockLength) + k);
                TV slope = TL.Subtract(TL.Multiply(transmittance, TL.Load(g + k)), suffix);
                TV sum = TL.Add(TL.Load(Arrays.DLdDensities + i), TL.Multiply(TL.Load(Arrays.Lengths + i), slope));
                TL.Store(sum, Arrays.DLdDensities + i);
            }

            if (Arrays.DLdColours != null)
            {
                AddScaled<TL, TV>(gradient.Image, weight, Arrays.DLdColours + 3 * i);
            }

            if (Arrays.DLdNormals != null)
            {
                AddScaled<TL, TV>(gradient.NormalImage, weight, Arrays.DLdNormals + 3 * i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Dot<TL, TV>(Float3 a, float* triples)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        TL.LoadTriples(triples, out TV x, out TV y, out TV z);
        TV sum = TL.Add(TL.Multiply(TL.Broadcast(a.X), x), TL.Multiply(TL.Broadcast(a.Y), y));
        return TL.Add(sum, TL.Multiply(TL.Broadcast(a.Z), z));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled<TL, TV>(Float3 a, TV scale, float* triples)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        TL.LoadTriples(triples, out TV x, out TV y, out TV z);
        TL.StoreTriples(
            TL.Add(x, TL.Multiply(TL.Broadcast(a.X), scale)), TL.Add(y, TL.Multiply(TL.Broadcast(a.Y), scale)),
            TL.Add(z, TL.Multiply(TL.Broadcast(a.Z), scale)), triples);
    }

    /// <summary>The gradients that a ray hands to its samples; the opacity's holds the background's share.</summary>
    private struct RayGradient
    {
        public Float3 Image;
        public Float3 NormalImage;
        public float Opacity;
        public float Depth;
    }
}
