namespace DreamFusion.Kernels.Device;

/// <summary>Two floats that lie side by side: one access of 8 bytes on devices.</summary>
public struct Float2
{
    /// <summary>First.</summary>
    public float X;

    /// <summary>Second.</summary>
    public float Y;

    /// <summary>Both.</summary>
    public Float2(float x, float y)
    {
        X = x;
        Y = y;
    }
}

/// <summary>Four floats that lie side by side: one access of 16 bytes on devices.</summary>
public struct Float4
{
    /// <summary>First.</summary>
    public float X;

    /// <summary>Second.</summary>
    public float Y;

    /// <summary>Third.</summary>
    public float Z;

    /// <summary>Fourth.</summary>
    public float W;

    /// <summary>All four.</summary>
    public Float4(float x, float y, float z, float w)
    {
        X = x;
        Y = y;
        Z = z;
        W = w;
    }
}

/// <summary>Two registers of 32 bits, each with two 16-bit floats: a tensor core's B operand.</summary>
public struct UInt2
{
    /// <summary>First.</summary>
    public uint X;

    /// <summary>Second.</summary>
    public uint Y;

    /// <summary>Both.</summary>
    public UInt2(uint x, uint y)
    {
        X = x;
        Y = y;
    }
}

/// <summary>Four registers of 32 bits, each with two 16-bit floats: a tensor core's A operand.</summary>
public struct UInt4
{
    /// <summary>First.</summary>
    public uint X;

    /// <summary>Second.</summary>
    public uint Y;

    /// <summary>Third.</summary>
    public uint Z;

    /// <summary>Fourth.</summary>
    public uint W;

    /// <summary>All four.</summary>
    public UInt4(uint x, uint y, uint z, uint w)
    {
        X = x;
        Y = y;
        Z = z;
        W = w;
    }
}
