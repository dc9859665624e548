using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Host twin of <see cref="AdamKernels"/>: several parameters at a time, one pass over the arena. Every parameter goes through the
/// kernel's operations in the kernel's order, so the bits are the same for any vector width and any number of threads.
/// </summary>
internal static unsafe class AdamHost
{
    /// <summary>Twin of <see cref="AdamKernels.Update"/>.</summary>
    public static void Update(HostThreads threads, in AdamKernels.UpdateArgs a)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Update<Lanes512, Vector512<float>>(threads, a);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Update<Lanes256, Vector256<float>>(threads, a);
        }
        else
        {
            Update<Lanes128, Vector128<float>>(threads, a);
        }
    }

    /// <summary>The twin for one vector width.</summary>
    internal static void Update<TLanes, TVector>(HostThreads threads, in AdamKernels.UpdateArgs a)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        int count = a.Parameters.IntLength;
        threads.Run((count + Work<TLanes, TVector>.ParametersPerItem - 1) / Work<TLanes, TVector>.ParametersPerItem, 0, new Work<TLanes, TVector>
        {
            Count = count,
            Settings = a,
            Parameters = (float*)a.Parameters.LoadEffectiveAddressAsPtr(),
            Gradients = (float*)a.Gradients.LoadEffectiveAddressAsPtr(),
            FirstMoments = (float*)a.FirstMoments.LoadEffectiveAddressAsPtr(),
            SecondMoments = (float*)a.SecondMoments.LoadEffectiveAddressAsPtr(),
        });
    }

    private struct Work<TLanes, TVector> : IHostWork
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        public const int ParametersPerItem = 8192;

        public int Count;
        public AdamKernels.UpdateArgs Settings;
        public float* Parameters;
        public float* Gradients;
        public float* FirstMoments;
        public float* SecondMoments;

        public readonly void Run(int item, float* scratch)
        {
            int first = item * ParametersPerItem;
            int last = Math.Min(Count, first + ParametersPerItem);
            int whole = first + (last - first) / TLanes.Count * TLanes.Count;
            Update<TLanes, TVector>(first, whole);
            Update<Lanes32, float>(whole, last);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Update<TL, TV>(int first, int last)
            where TL : struct, ILanes<TV>
            where TV : struct
        {
            TV zero = TL.Broadcast(0f);
            TV clip = TL.Broadcast(Settings.ClipFactor);
            TV decay = TL.Broadcast(Settings.GradientDecay);
            TV beta1 = TL.Broadcast(Settings.Beta1);
            TV oneMinusBeta1 = TL.Broadcast(1f - Settings.Beta1);
            TV beta2 = TL.Broadcast(Settings.Beta2);
            TV oneMinusBeta2 = TL.Broadcast(1f - Settings.Beta2);
            TV correction = TL.Broadcast(Settings.SecondMomentCorrection);
            TV epsilon = TL.Broadcast(Settings.Epsilon);
            TV factor = TL.Broadcast(Settings.ParameterFactor);
            TV stepSize = TL.Broadcast(Settings.StepSize);
            for (int i = first; i < last; i += TL.Count)
            {
                TV p = TL.Load(Parameters + i);
                TV g = TL.Add(TL.Multiply(clip, TL.Load(Gradients + i)), TL.Multiply(decay, p));
                TV m = TL.Add(TL.Multiply(beta1, TL.Load(FirstMoments + i)), TL.Multiply(oneMinusBeta1, g));
                TV v = TL.Add(TL.Multiply(beta2, TL.Load(SecondMoments + i)), TL.Multiply(TL.Multiply(oneMinusBeta2, g), g));
                TV denominator = TL.Add(TL.Multiply(TL.SquareRoot(v), correction), epsilon);
                TL.Store(m, FirstMoments + i);
                TL.Store(v, SecondMoments + i);
                TL.Store(zero, Gradients + i);
                TL.Store(TL.Subtract(TL.Multiply(p, factor), TL.Divide(TL.Multiply(stepSize, m), denominator)), Parameters + i);
            }
        }
    }
}
