using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// Host twin of <see cref="ShadingKernels"/> for the two lit models without highlights, <see cref="Lambertian"/> and
/// <see cref="Textureless"/>: several samples at a time through the kernel's operations, so the bits are the same. The other models,
/// and calls without normals, run the kernels.
/// </summary>
internal static unsafe class LambertianHost
{
    /// <summary>Whether the twin runs these arguments; otherwise the kernels do.</summary>
    public static bool Serves<TModel>(in ShadingKernels.Args<TModel> args)
        where TModel : unmanaged, IShadingModel
        => args.Normals.Length > 0
            && (typeof(TModel) == typeof(Textureless) || (typeof(TModel) == typeof(Lambertian) && args.Albedo.Length > 0));

    /// <summary>Twin of <see cref="ShadingKernels.Forward"/>.</summary>
    public static void Forward<TModel>(HostThreads threads, in ShadingKernels.Args<TModel> args)
        where TModel : unmanaged, IShadingModel => Run(threads, LambertianWork.Of(args, args.Colours.IntLength, isBackward: 0));

    /// <summary>Twin of <see cref="ShadingKernels.Backward"/>.</summary>
    public static void Backward<TModel>(HostThreads threads, in ShadingKernels.Args<TModel> args)
        where TModel : unmanaged, IShadingModel => Run(threads, LambertianWork.Of(args, args.DLdColours.IntLength, isBackward: 1));

    /// <summary>The twin for one vector width.</summary>
    internal static void Run<TLanes, TVector>(HostThreads threads, in LambertianWork work)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        => threads.Run(work.ItemCount, 0, new LambertianWork<TLanes, TVector> { Arrays = work });

    private static void Run(HostThreads threads, in LambertianWork work)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Lanes512, Vector512<float>>(threads, work);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Lanes256, Vector256<float>>(threads, work);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Lanes128, Vector128<float>>(threads, work);
        }
        else
        {
            Run<Lanes32, float>(threads, work);
        }
    }
}

/// <summary>What the twin reads and writes; null for an empty view.</summary>
internal unsafe struct LambertianWork
{
    public const int SamplesPerItem = 2048;

    public int IsBackward;
    public int Count;
    public float Ambient;
    public float Diffuse;
    public Light Light;
    public float* Positions;
    public float* Albedo;
    public float* Normals;
    public float* Colours;
    public float* DLdColours;
    public float* DLdAlbedo;
    public float* DLdNormals;

    public readonly int ItemCount => (Count + SamplesPerItem - 1) / SamplesPerItem;

    public static LambertianWork Of<TModel>(in ShadingKernels.Args<TModel> args, int count, int isBackward)
        where TModel : unmanaged, IShadingModel
    {
        // Both models are an ambient and a diffuse share; a white surface has no albedo and no gradient to it.
        bool isWhite = typeof(TModel) == typeof(Textureless);
        TModel model = args.Model;
        Lambertian shares = Unsafe.As<TModel, Lambertian>(ref model);
        return new LambertianWork
        {
            IsBackward = isBackward,
            Count = count,
            Ambient = shares.Ambient,
            Diffuse = shares.Diffuse,
            Light = args.Light,
            Positions = HostAddress.Of(args.Positions),
            Albedo = isWhite ? null : HostAddress.Of(args.Albedo),
            Normals = HostAddress.Of(args.Normals),
            Colours = HostAddress.Of(args.Colours),
            DLdColours = HostAddress.Of(args.DLdColours),
            DLdAlbedo = isWhite ? null : HostAddress.Of(args.DLdAlbedo),
            DLdNormals = HostAddress.Of(args.DLdNormals),
        };
    }
}

/// <summary>The twin for one vector width.</summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal unsafe struct LambertianWork<TLanes, TVector> : IHostWork
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    public LambertianWork Arrays;

    public readonly void Run(int item, float* scratch)
    {
        int first = item * LambertianWork.SamplesPerItem;
        int last = Math.Min(Arrays.Count, first + LambertianWork.SamplesPerItem);
        int whole = first + (last - first) / TLanes.Count * TLanes.Count;
        if (Arrays.IsBackward != 0)
        {
            Backward<TLanes, TVector>(first, whole);
            Backward<Lanes32, float>(whole, last);
        }
        else
        {
            Forward<TLanes, TVector>(first, whole);
            Forward<Lanes32, float>(whole, last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Forward<TL, TV>(int first, int last)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        for (int i = first; i < last; i += TL.Count)
        {
            nint at = 3 * (nint)i;
            ToLight<TL, TV>(at, out TV lightX, out TV lightY, out TV lightZ);
            TV light = Strength<TL, TV>(Cosine<TL, TV>(at, lightX, lightY, lightZ));
            TV x = light;
            TV y = light;
            TV z = light;
            if (Arrays.Albedo != null)
            {
                TL.LoadTriples(Arrays.Albedo + at, out TV red, out TV green, out TV blue);
                x = TL.Multiply(red, light);
                y = TL.Multiply(green, light);
                z = TL.Multiply(blue, light);
            }

            TL.StoreTriples(x, y, z, Arrays.Colours + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Backward<TL, TV>(int first, int last)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        for (int i = first; i < last; i += TL.Count)
        {
            nint at = 3 * (nint)i;
            ToLight<TL, TV>(at, out TV lightX, out TV lightY, out TV lightZ);
            TV cosine = Cosine<TL, TV>(at, lightX, lightY, lightZ);
            TL.LoadTriples(Arrays.DLdColours + at, out TV dX, out TV dY, out TV dZ);
            if (Arrays.DLdAlbedo != null)
            {
                TV light = Strength<TL, TV>(cosine);
                Add<TL, TV>(Arrays.DLdAlbedo + at, TL.Multiply(dX, light), TL.Multiply(dY, light), TL.Multiply(dZ, light));
            }

            if (Arrays.DLdNormals != null)
            {
                if (Arrays.Albedo != null)
                {
                    TL.LoadTriples(Arrays.Albedo + at, out TV red, out TV green, out TV blue);
                    dX = TL.Multiply(red, dX);
                    dY = TL.Multiply(green, dY);
                    dZ = TL.Multiply(blue, dZ);
                }

                TV scale = TL.Multiply(TL.Broadcast(Arrays.Diffuse), TL.Add(TL.Add(dX, dY), dZ));
                Add<TL, TV>(
                    Arrays.DLdNormals + at, TL.KeepWherePositive(TL.Multiply(lightX, scale), cosine),
                    TL.KeepWherePositive(TL.Multiply(lightY, scale), cosine), TL.KeepWherePositive(TL.Multiply(lightZ, scale), cosine));
            }
        }
    }

    /// <summary>Twin of <see cref="Light.From"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void ToLight<TL, TV>(nint at, out TV x, out TV y, out TV z)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        x = TL.Broadcast(Arrays.Light.Vector.X);
        y = TL.Broadcast(Arrays.Light.Vector.Y);
        z = TL.Broadcast(Arrays.Light.Vector.Z);
        if (Arrays.Light.IsPoint != 0)
        {
            TL.LoadTriples(Arrays.Positions + at, out TV positionX, out TV positionY, out TV positionZ);
            x = TL.Subtract(x, positionX);
            y = TL.Subtract(y, positionY);
            z = TL.Subtract(z, positionZ);
            TV squared = TL.Add(TL.Add(TL.Multiply(x, x), TL.Multiply(y, y)), TL.Multiply(z, z));
            TV scale = TL.Divide(TL.Broadcast(1f), TL.SquareRoot(squared));
            x = TL.Multiply(x, scale);
            y = TL.Multiply(y, scale);
            z = TL.Multiply(z, scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TV Cosine<TL, TV>(nint at, TV lightX, TV lightY, TV lightZ)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        TL.LoadTriples(Arrays.Normals + at, out TV x, out TV y, out TV z);
        return TL.Add(TL.Add(TL.Multiply(x, lightX), TL.Multiply(y, lightY)), TL.Multiply(z, lightZ));
    }

    /// <summary>a + b max(0, n·l); a NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TV Strength<TL, TV>(TV cosine)
        where TL : struct, ILanes<TV>
        where TV : struct
        => TL.Add(TL.Broadcast(Arrays.Ambient), TL.KeepWherePositive(TL.Multiply(TL.Broadcast(Arrays.Diffuse), cosine), cosine));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TL, TV>(float* triples, TV x, TV y, TV z)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        TL.LoadTriples(triples, out TV oldX, out TV oldY, out TV oldZ);
        TL.StoreTriples(TL.Add(oldX, x), TL.Add(oldY, y), TL.Add(oldZ, z), triples);
    }
}
