using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// Host twin of <see cref="AlbedoKernels.Forward"/>: the three columns go to the albedo, and several of its numbers at a time through the
/// sigmoid, with the kernel's bits. The backward pass is bound by memory and has none.
/// </summary>
internal static unsafe class AlbedoHost
{
    /// <summary>Twin of <see cref="AlbedoKernels.Forward"/>.</summary>
    public static void Forward(HostThreads threads, in AlbedoKernels.Args args)
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

    /// <summary>The twin for one vector width.</summary>
    internal static void Forward<TLanes, TVector>(HostThreads threads, in AlbedoKernels.Args args)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int count = args.Albedo.IntLength;
        threads.Run((count + Work<TLanes, TVector>.SamplesPerItem - 1) / Work<TLanes, TVector>.SamplesPerItem, 0, new Work<TLanes, TVector>
        {
            Count = count,
            Raw = HostAddress.Of(args.Raw) + args.Column,
            Stride = args.Stride,
            Albedo = HostAddress.Of(args.Albedo),
            Gain = args.Gain,
        });
    }

    private struct Work<TLanes, TVector> : IHostWork
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        public const int SamplesPerItem = 1024;

        public int Count;
        public float* Raw;
        public int Stride;
        public float* Albedo;
        public float Gain;

        public readonly void Run(int item, float* scratch)
        {
            int first = item * SamplesPerItem;
            int last = Math.Min(Count, first + SamplesPerItem);
            for (int sample = first; sample < last; sample++)
            {
                float* raw = Raw + (nint)sample * Stride;
                float* albedo = Albedo + 3 * (nint)sample;
                albedo[0] = raw[0];
                albedo[1] = raw[1];
                albedo[2] = raw[2];
            }

            int count = 3 * (last - first);
            int whole = count / TLanes.Count * TLanes.Count;
            Sigmoids<TLanes, TVector>(Albedo + 3 * (nint)first, 0, whole);
            Sigmoids<Lanes32, float>(Albedo + 3 * (nint)first, whole, count);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Sigmoids<TL, TV>(float* values, int first, int last)
            where TL : struct, ILanes<TV>
            where TV : struct
        {
            for (int i = first; i < last; i += TL.Count)
            {
                TV scaled = TL.Multiply(TL.Broadcast(Gain), TL.Load(values + i));
                TL.Store(ElementaryLanes<TL, TV>.Logistic(scaled), values + i);
            }
        }
    }
}
