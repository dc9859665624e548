using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Ptx.Tests;

/// <summary>Kernels with the intrinsics that ILGPU's API does not have.</summary>
public static class IntrinsicKernels
{
    private static int Thread => (Grid.IdxX * Group.DimX) + Group.IdxX;

    public static void Vectors(Index1D i, ArrayView<float> x, ArrayView<float> y)
    {
        Float4 plain = DeviceAccess.Load4(x, 4 * i);
        Float4 cached = DeviceAccess.LoadReadOnly4(x, 4 * (i ^ 1));
        float single = DeviceAccess.LoadReadOnly(x, i);
        DeviceAccess.Store4(y, 4 * i, new Float4(plain.X + cached.W, plain.Y * cached.Z, plain.Z - single, plain.W));
    }

    public static void Scalars(Index1D i, ArrayView<float> x, ArrayView<float> y, ArrayView<int> floors, ArrayView<uint> halves)
    {
        Float2 pair = DeviceAccess.LoadReadOnly2(x, 2 * (i ^ 1));
        y[i] = Intrinsics.Fma(pair.X, x[i], pair.Y);
        floors[i] = Intrinsics.FloorToInt(x[i]);
        halves[i] = HalfPair.Pack(x[2 * i], x[2 * i + 1]);
    }

    public static void Sums(Index1D i, ArrayView<float> four, ArrayView<float> two, ArrayView<uint> halves)
    {
        DeviceAccess.AtomicAdd4(four, 4 * (i % 3), new Float4(i, 1f, 0.5f, -i));
        DeviceAccess.AtomicAdd2(two, 2 * (i % 5), 0.25f * i, 2f);
        DeviceAccess.AtomicAddHalf2(halves, i % 2, HalfPair.Pack(1f, 0.125f));
    }

    public static void Ballots(ArrayView<int> x, ArrayView<uint> masks)
        => masks[Thread] = WarpMatrix.Ballot(x[Thread] % 3 == 0 ? 1 : 0);

    public static void Products(ArrayView<uint> a, ArrayView<uint> b, ArrayView<float> c, int isBrain)
    {
        int lane = Thread;
        var left = new UInt4(a[4 * lane], a[(4 * lane) + 1], a[(4 * lane) + 2], a[(4 * lane) + 3]);
        var right = new UInt2(b[2 * lane], b[(2 * lane) + 1]);
        Float4 sum = DeviceAccess.Load4(c, 4 * lane);
        for (int k = 0; k < 3; k++)
        {
            sum = isBrain != 0 ? WarpMatrix.MultiplyAddBrain(left, right, sum) : WarpMatrix.MultiplyAddHalf(left, right, sum);
        }

        DeviceAccess.Store4(c, 4 * lane, sum);
    }

    public static void Matrices(ArrayView<ushort> x, ArrayView<uint> words)
    {
        ArrayView<ushort> tile = SharedMemory.Allocate<ushort>(32 * 16);
        int lane = Group.IdxX;
        for (int i = lane; i < 32 * 16; i += 32)
        {
            tile[i] = x[i];
        }

        Group.Barrier();
        UInt4 straight = WarpMatrix.LoadMatrices(tile, 16 * lane);
        UInt4 turned = WarpMatrix.LoadTransposed(tile, (16 * lane) + 8);
        words[8 * lane] = straight.X;
        words[(8 * lane) + 1] = straight.Y;
        words[(8 * lane) + 2] = straight.Z;
        words[(8 * lane) + 3] = straight.W;
        words[(8 * lane) + 4] = turned.X;
        words[(8 * lane) + 5] = turned.Y;
        words[(8 * lane) + 6] = turned.Z;
        words[(8 * lane) + 7] = turned.W;
    }

    public static void AsyncCopies(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(256);
        DeviceAccess.CopyToShared4(tile, 4 * Group.IdxX, x, 4 * Thread);
        DeviceAccess.WaitForCopies();
        Group.Barrier();
        y[Thread] = tile[255 - Group.IdxX] + tile[Group.IdxX];
    }

    /// <summary>Forgets to wait: what it reads is not there.</summary>
    public static void ForgottenWait(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(256);
        DeviceAccess.CopyToShared4(tile, 4 * Group.IdxX, x, 4 * Thread);
        Group.Barrier();
        y[Thread] = tile[255 - Group.IdxX];
    }

    /// <summary>Reads the tile of the copy before the last while the next copy into it is on its way.</summary>
    public static void EarlyRead(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(256);
        DeviceAccess.CopyToShared4(tile, 4 * Group.IdxX, x, 4 * Thread);
        DeviceAccess.WaitForCopies();
        DeviceAccess.CopyToShared4(tile, 4 * Group.IdxX, x, 0);
        y[Thread] = tile[4 * Group.IdxX];
        DeviceAccess.WaitForCopies();
    }

    public static void MisalignedLoad(Index1D i, ArrayView<float> x, ArrayView<float> y) => y[i] = DeviceAccess.LoadReadOnly4(x, 4 * i + 2).X;

    public static void MisalignedPair(Index1D i, ArrayView<float> x, ArrayView<float> y) => y[i] = DeviceAccess.LoadReadOnly2(x, 2 * i + 1).Y;

    public static void MisalignedStore(Index1D i, ArrayView<float> x, ArrayView<float> y) => DeviceAccess.Store4(y, i * 4 + 1, new Float4(x[i], 0f, 0f, 0f));

    public static void MisalignedSum(Index1D i, ArrayView<float> x, ArrayView<float> y) => DeviceAccess.AtomicAdd2(y, 1, x[i], 1f);

    public static void MisalignedCopy(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(256);
        DeviceAccess.CopyToShared4(tile, 4 * Group.IdxX, x, 4 * Thread + 1);
        DeviceAccess.WaitForCopies();
        y[Thread] = tile[4 * Group.IdxX];
    }

    /// <summary>Rows of matrices that do not start at a multiple of 16 bytes.</summary>
    public static void MisalignedRows(ArrayView<float> x, ArrayView<float> y) => Rows(x, y, 4);

    /// <summary>The last rows lie behind the tile.</summary>
    public static void RowsOutside(ArrayView<float> x, ArrayView<float> y) => Rows(x, y, 64);

    /// <summary>Half of the warp does not take part in the product.</summary>
    public static void HalfAWarp(ArrayView<float> x, ArrayView<float> y)
    {
        if (Group.IdxX < 16)
        {
            Float4 sum = WarpMatrix.MultiplyAddHalf(new UInt4(1u, 2u, 3u, 4u), new UInt2(5u, 6u), new Float4(x[0], 0f, 0f, 0f));
            y[Group.IdxX] = sum.X;
        }
    }

    public static void LargeStaticMemory(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> tile = SharedMemory.Allocate<float>(13 * 1024);
        tile[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        y[Group.IdxX] = tile[Group.DimX - 1 - Group.IdxX];
    }

    /// <summary>Uses all of a tile above 48 KB that is asked for at the launch.</summary>
    public static void LargeDynamicMemory(ArrayView<float> x, ArrayView<float> y)
    {
        ArrayView<float> tile = SharedMemory.GetDynamic<float>();
        for (int i = Group.IdxX; i < tile.IntLength; i += Group.DimX)
        {
            tile[i] = x[i % 512] + i;
        }

        Group.Barrier();
        y[Group.IdxX] = tile[tile.IntLength - 1 - Group.IdxX];
    }

    private static void Rows(ArrayView<float> x, ArrayView<float> y, int stride)
    {
        ArrayView<ushort> tile = SharedMemory.Allocate<ushort>(32 * 16);
        for (int i = Group.IdxX; i < 32 * 16; i += 32)
        {
            tile[i] = (ushort)i;
        }

        Group.Barrier();
        UInt4 loaded = WarpMatrix.LoadMatrices(tile, stride * Group.IdxX);
        y[Group.IdxX] = x[0] + loaded.X;
    }
}
