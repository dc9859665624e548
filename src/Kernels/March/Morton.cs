namespace DreamFusion.Kernels.March;

/// <summary>
/// Morton (Z-order) indices of cells of a cube with a power-of-two side of at most 1024 cells: bit i of x, y and z becomes
/// bit 3i, 3i+1 and 3i+2. Neighbouring cells are then mostly neighbours in memory.
/// Source: Morton 1966; the bit order is instant-ngp's (Müller et al. 2022).
/// </summary>
public static class Morton
{
    /// <summary>Index of cell (x, y, z), each in [0, 1023].</summary>
    public static uint Encode(uint x, uint y, uint z) => Spread(x) | (Spread(y) << 1) | (Spread(z) << 2);

    /// <summary>Coordinate <paramref name="axis"/> (0 = x, 1 = y, 2 = z) of the cell with an index below 2³⁰.</summary>
    public static uint Decode(uint index, int axis) => Gather(index >> axis);

    // Moves bit i of a ten-bit number to bit 3i by halving the distance to go in each line.
    private static uint Spread(uint v)
    {
        v = (v | (v << 16)) & 0x030000FFu;
        v = (v | (v << 8)) & 0x0300F00Fu;
        v = (v | (v << 4)) & 0x030C30C3u;
        return (v | (v << 2)) & 0x09249249u;
    }

    private static uint Gather(uint v)
    {
        v &= 0x09249249u;
        v = (v | (v >> 2)) & 0x030C30C3u;
        v = (v | (v >> 4)) & 0x0300F00Fu;
        v = (v | (v >> 8)) & 0x030000FFu;
        return (v | (v >> 16)) & 0x000003FFu;
    }
}
