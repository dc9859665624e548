using System;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// The update of some parameters, written once for every vector width. Implementations are compiled with full optimisation and not
/// inlined, for the reasons of <see cref="IHostWork"/>.
/// </summary>
internal interface IParameterUpdate
{
    /// <summary>Updates the parameters first..last-1, a whole number of vectors.</summary>
    void Run<TLanes, TVector>(int first, int last)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct;
}

/// <summary>
/// Host twins of optimiser kernels: several parameters at a time, one pass over the arena. Every parameter goes through the kernel's
/// operations in the kernel's order, so the bits are the same for any vector width and any number of threads.
/// </summary>
internal static unsafe class ParameterSweep
{
    /// <summary>Updates all parameters with the widest vectors of this machine.</summary>
    public static void Run<TUpdate>(HostThreads threads, int count, in TUpdate update)
        where TUpdate : unmanaged, IParameterUpdate
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<TUpdate, Lanes512, Vector512<float>>(threads, count, update);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<TUpdate, Lanes256, Vector256<float>>(threads, count, update);
        }
        else
        {
            Run<TUpdate, Lanes128, Vector128<float>>(threads, count, update);
        }
    }

    /// <summary>Updates all parameters with vectors of one width.</summary>
    public static void Run<TUpdate, TLanes, TVector>(HostThreads threads, int count, in TUpdate update)
        where TUpdate : unmanaged, IParameterUpdate
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        const int PerItem = Work<TUpdate, TLanes, TVector>.ParametersPerItem;
        threads.Run((count + PerItem - 1) / PerItem, 0, new Work<TUpdate, TLanes, TVector> { Count = count, Update = update });
    }

    private struct Work<TUpdate, TLanes, TVector> : IHostWork
        where TUpdate : unmanaged, IParameterUpdate
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        public const int ParametersPerItem = 8192;

        public int Count;
        public TUpdate Update;

        public readonly void Run(int item, float* scratch)
        {
            int first = item * ParametersPerItem;
            int last = Math.Min(Count, first + ParametersPerItem);
            int whole = first + ((last - first) / TLanes.Count * TLanes.Count);
            Update.Run<TLanes, TVector>(first, whole);
            Update.Run<Lanes32, float>(whole, last);
        }
    }
}
