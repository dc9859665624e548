using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Host twin of <see cref="AdanKernels"/>: several parameters at a time, one pass over the arena. Every parameter goes through the
/// kernel's operations in the kernel's order, so the bits are the same for any vector width and any number of threads.
/// </summary>
internal static unsafe class AdanHost
{
    /// <summary>Twin of <see cref="AdanKernels.Update"/>.</summary>
    public static void Update(HostThreads threads, in AdanKernels.Args a)
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
    internal static void Update<TLanes, TVector>(HostThreads threads, in AdanKernels.Args a)
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
            DifferenceMoments = (float*)a.DifferenceMoments.LoadEffectiveAddressAsPtr(),
            SecondMoments = (float*)a.SecondMoments.LoadEffectiveAddressAsPtr(),
            PreviousGradients = (float*)a.PreviousGradients.LoadEffectiveAddressAsPtr(),
        });
    }

    private struct Work<TLanes, TVector> : IHostWork
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        public const int ParametersPerItem = 8192;

        public int Count;
        public AdanKernels.Args Settings;
        public float* Parameters;
        public float* Gradients;
        public float* FirstMoments;
        public float* DifferenceMoments;
        public float* SecondMoments;
        public float* PreviousGradients;

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
            bool isFirstStep = Settings.IsFirstStep != 0;
            TV zero = TL.Broadcast(0f);
            TV clip = TL.Broadcast(Settings.ClipFactor);
            TV beta1 = TL.Broadcast(Settings.Beta1);
            TV oneMinusBeta1 = TL.Broadcast(Settings.OneMinusBeta1);
            TV beta2 = TL.Broadcast(Settings.Beta2);
            TV oneMinusBeta2 = TL.Broadcast(Settings.OneMinusBeta2);
            TV beta3 = TL.Broadcast(Settings.Beta3);
            TV oneMinusBeta3 = TL.Broadcast(Settings.OneMinusBeta3);
            TV correction = TL.Broadcast(Settings.SecondMomentCorrection);
            TV epsilon = TL.Broadcast(Settings.Epsilon);
            TV stepSize = TL.Broadcast(Settings.StepSize);
            TV differenceStepSize = TL.Broadcast(Settings.DifferenceStepSize);
            TV before = TL.Broadcast(Settings.FactorBefore);
            TV after = TL.Broadcast(Settings.FactorAfter);
            for (int i = first; i < last; i += TL.Count)
            {
                TV g = TL.Multiply(clip, TL.Load(Gradients + i));
                TV difference = isFirstStep ? zero : TL.Subtract(g, TL.Load(PreviousGradients + i));
                TV lookAhead = TL.Add(g, TL.Multiply(beta2, difference));
                TV m = TL.Add(TL.Multiply(beta1, TL.Load(FirstMoments + i)), TL.Multiply(oneMinusBeta1, g));
                TV v = TL.Add(TL.Multiply(beta2, TL.Load(DifferenceMoments + i)), TL.Multiply(oneMinusBeta2, difference));
                TV n = TL.Add(
                    TL.Multiply(beta3, TL.Load(SecondMoments + i)), TL.Multiply(TL.Multiply(oneMinusBeta3, lookAhead), lookAhead));
                TV denominator = TL.Add(TL.Multiply(TL.SquareRoot(n), correction), epsilon);
                TL.Store(m, FirstMoments + i);
                TL.Store(v, DifferenceMoments + i);
                TL.Store(n, SecondMoments + i);
                TL.Store(g, PreviousGradients + i);
                TL.Store(zero, Gradients + i);
                TV p = TL.Multiply(TL.Load(Parameters + i), before);
                TV update = TL.Divide(TL.Add(TL.Multiply(stepSize, m), TL.Multiply(differenceStepSize, v)), denominator);
                TL.Store(TL.Multiply(TL.Subtract(p, update), after), Parameters + i);
            }
        }
    }
}
