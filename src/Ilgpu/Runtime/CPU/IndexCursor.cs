namespace ILGPU.Runtime.CPU;

/// <summary>Walks the indices of an extent in linear order, X fastest, without a division per index.</summary>
internal static class IndexCursor
{
    public static void Start(long linear, Index3D extent, out Index1D index) => index = new Index1D((int)linear);

    public static void Start(long linear, Index3D extent, out Index2D index)
        => index = new Index2D((int)(linear % extent.X), (int)(linear / extent.X));

    public static void Start(long linear, Index3D extent, out Index3D index)
        => index = new Index3D((int)(linear % extent.X), (int)(linear / extent.X % extent.Y), (int)(linear / extent.X / extent.Y));

    public static void Next(Index3D extent, ref Index1D index) => index = new Index1D(index.X + 1);

    public static void Next(Index3D extent, ref Index2D index)
        => index = index.X + 1 < extent.X ? new Index2D(index.X + 1, index.Y) : new Index2D(0, index.Y + 1);

    public static void Next(Index3D extent, ref Index3D index)
    {
        if (index.X + 1 < extent.X)
        {
            index = new Index3D(index.X + 1, index.Y, index.Z);
        }
        else if (index.Y + 1 < extent.Y)
        {
            index = new Index3D(0, index.Y + 1, index.Z);
        }
        else
        {
            index = new Index3D(0, 0, index.Z + 1);
        }
    }
}
