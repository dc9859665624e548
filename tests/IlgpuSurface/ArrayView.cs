using ILGPU.Runtime;

namespace ILGPU;

public readonly struct ArrayView<T>
    where T : unmanaged
{
    public static ArrayView<T> Empty => throw null!;
    public bool IsValid => throw null!;
    public long Length => throw null!;
    public int IntLength => throw null!;
    public long LengthInBytes => throw null!;
    public ref T this[int index] => throw null!;
    public ref T this[long index] => throw null!;
    public ref T this[Index1D index] => throw null!;
    public ref T this[LongIndex1D index] => throw null!;
    public ArrayView<T> SubView(long offset) => throw null!;
    public ArrayView<T> SubView(int offset, int length) => throw null!;
    public ArrayView<T> SubView(long offset, long length) => throw null!;
    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged => throw null!;
    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => throw null!;
    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => throw null!;
}

public static class Stride1D
{
    public readonly struct Dense : IStride1D
    {
        public int XStride => throw null!;
    }

    public readonly struct General : IStride1D
    {
        public General(int stride) => throw null!;
        public int XStride => throw null!;
    }
}

public interface IStride1D
{
    int XStride { get; }
}

public static class Stride2D
{
    public readonly struct DenseX : IStride2D
    {
        public DenseX(int yStride) => throw null!;
        public int XStride => throw null!;
        public int YStride => throw null!;
    }

    public readonly struct DenseY : IStride2D
    {
        public DenseY(int xStride) => throw null!;
        public int XStride => throw null!;
        public int YStride => throw null!;
    }
}

public interface IStride2D
{
    int XStride { get; }
    int YStride { get; }
}
