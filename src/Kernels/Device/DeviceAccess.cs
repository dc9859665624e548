using System.Runtime.CompilerServices;
using ILGPU;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Accesses that ILGPU's API does not have, with portable bodies: 16 bytes at once, memory that nobody writes during the launch, sums of vectors, copies from global to
/// shared memory that do not wait. Vectors of four must start at a multiple of 16 bytes, pairs at one of 8.
/// </summary>
public static class DeviceAccess
{
    /// <summary>Four floats from an index on.</summary>
    [DeviceIntrinsic("ld.v4.f32")]
    public static Float4 Load4(ArrayView<float> view, int index) => new(view[index], view[index + 1], view[index + 2], view[index + 3]);

    /// <summary>Four floats from an index on, of memory that no thread writes during the launch: through the read-only cache.</summary>
    [DeviceIntrinsic("ld.nc.v4.f32")]
    public static Float4 LoadReadOnly4(ArrayView<float> view, int index) => new(view[index], view[index + 1], view[index + 2], view[index + 3]);

    /// <summary>Two floats from an index on, of memory that no thread writes during the launch: through the read-only cache.</summary>
    [DeviceIntrinsic("ld.nc.v2.f32")]
    public static Float2 LoadReadOnly2(ArrayView<float> view, int index) => new(view[index], view[index + 1]);

    /// <summary>One float of memory that no thread writes during the launch: through the read-only cache.</summary>
    [DeviceIntrinsic("ld.nc.f32")]
    public static float LoadReadOnly(ArrayView<float> view, int index) => view[index];

    /// <summary>Writes four floats from an index on.</summary>
    [DeviceIntrinsic("st.v4.f32")]
    public static void Store4(ArrayView<float> view, int index, Float4 value)
    {
        view[index] = value.X;
        view[index + 1] = value.Y;
        view[index + 2] = value.Z;
        view[index + 3] = value.W;
    }

    /// <summary>Adds to two floats in global memory, each atomically; one instruction from sm_90 on.</summary>
    [DeviceIntrinsic("red.v2.f32")]
    public static void AtomicAdd2(ArrayView<float> view, int index, float x, float y)
    {
        Atomic.Add(ref view[index], x);
        Atomic.Add(ref view[index + 1], y);
    }

    /// <summary>Adds to four floats in global memory, each atomically; one instruction from sm_90 on.</summary>
    [DeviceIntrinsic("red.v4.f32")]
    public static void AtomicAdd4(ArrayView<float> view, int index, Float4 value)
    {
        Atomic.Add(ref view[index], value.X);
        Atomic.Add(ref view[index + 1], value.Y);
        Atomic.Add(ref view[index + 2], value.Z);
        Atomic.Add(ref view[index + 3], value.W);
    }

    /// <summary>Adds to two 16-bit floats that share a word, each atomically and rounded to the nearest.</summary>
    /// <param name="view">Words with two 16-bit floats each, the first in the low bits.</param>
    /// <param name="index">Word.</param>
    /// <param name="value">Two summands.</param>
    [DeviceIntrinsic("red.f16x2")]
    public static void AtomicAddHalf2(ArrayView<uint> view, int index, uint value)
    {
        uint old = Atomic.Or(ref view[index], 0u);
        uint seen;
        do
        {
            seen = old;
            old = Atomic.CompareExchange(ref view[index], seen, HalfPair.Add(seen, value));
        }
        while (old != seen);
    }

    /// <summary>Copies four floats from global to shared memory; they are there after <see cref="WaitForCopies"/> and a barrier. Plain loads before sm_80.</summary>
    /// <param name="shared">Shared memory.</param>
    /// <param name="to">Index in it, a multiple of 4.</param>
    /// <param name="global">Global memory.</param>
    /// <param name="from">Index in it, a multiple of 4.</param>
    [DeviceIntrinsic("cp.async.16")]
    public static void CopyToShared4(ArrayView<float> shared, int to, ArrayView<float> global, int from) => Store4(shared, to, Load4(global, from));

    /// <summary>Waits until the thread's copies to shared memory are done.</summary>
    [DeviceIntrinsic("cp.async.wait_all")]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void WaitForCopies()
    {
    }
}
