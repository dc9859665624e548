using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>A network's parameters as the host twins read them, and the sum over the row ranges of their gradients.</summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal sealed unsafe class PackedMlp<TLanes, TVector>(HostThreads threads) : IDisposable
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private float* _packed;
    private int _packedLength;

    /// <summary>Packs the parameters for one launch.</summary>
    public MlpBlock<TLanes, TVector> Bind(MlpOptions options, ArrayView<float> parameters)
    {
        MlpShape shape = MlpShape.Create<TLanes, TVector>(options);
        if (shape.PackedLength > _packedLength)
        {
            Dispose();
            _packed = (float*)NativeMemory.AlignedAlloc((nuint)shape.PackedLength * sizeof(float), 64);
            _packedLength = shape.PackedLength;
        }

        shape.Pack(HostAddress.Of(parameters), _packed, TLanes.Count);
        return new MlpBlock<TLanes, TVector> { Shape = shape, Packed = _packed };
    }

    /// <summary>Twin of <see cref="FusedMlpKernels.SumPartials"/>.</summary>
    public void SumPartials(ArrayView<float> partials, ArrayView<float> dLdParameters)
    {
        int count = dLdParameters.IntLength;
        int items = (count + SumWork.ParametersPerItem - 1) / SumWork.ParametersPerItem;
        threads.Run(items, 0, new SumWork { Partials = HostAddress.Of(partials), DLdParameters = HostAddress.Of(dLdParameters), Count = count });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_packed);
        _packed = null;
        _packedLength = 0;
    }

    private struct SumWork : IHostWork
    {
        public const int ParametersPerItem = 1024;

        public float* Partials;
        public float* DLdParameters;
        public int Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            int last = Math.Min(Count, (item + 1) * ParametersPerItem);
            int i = item * ParametersPerItem;
            for (; i + TLanes.Count <= last; i += TLanes.Count)
            {
                TVector sum = TLanes.Broadcast(0f);
                for (int chunk = 0; chunk < FusedMlpKernels.ChunkCount; chunk++)
                {
                    sum = TLanes.Add(sum, TLanes.Load(Partials + (nint)chunk * Count + i));
                }

                TLanes.Store(TLanes.Add(TLanes.Load(DLdParameters + i), sum), DLdParameters + i);
            }

            for (; i < last; i++)
            {
                float sum = 0f;
                for (int chunk = 0; chunk < FusedMlpKernels.ChunkCount; chunk++)
                {
                    sum += Partials[(nint)chunk * Count + i];
                }

                DLdParameters[i] += sum;
            }
        }
    }
}
