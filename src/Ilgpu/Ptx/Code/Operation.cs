namespace ILGPU.Ptx.Code;

/// <summary>Operations, named as in PTX.</summary>
internal enum Operation
{
    Mov,
    Add,
    Sub,
    Mul,

    /// <summary>Upper half of a product.</summary>
    MulHigh,

    /// <summary>64-bit product of two 32-bit numbers.</summary>
    MulWide,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Not,
    Neg,
    Shl,
    Shr,
    Min,
    Max,
    Abs,
    Fma,
    Sqrt,
    CopySign,

    /// <summary>2ˣ, approximately.</summary>
    Ex2,

    /// <summary>log₂ x, approximately.</summary>
    Lg2,

    /// <summary>sin x, approximately.</summary>
    Sin,

    /// <summary>cos x, approximately.</summary>
    Cos,
    Popc,
    Clz,
    Brev,

    /// <summary>Conversion from SourceType to Type; rounding in Rounding.</summary>
    Cvt,

    /// <summary>The same bits in another type of register.</summary>
    Bits,
    SetP,

    /// <summary>Sources: condition, then, else... in PTX's order: then, else, condition.</summary>
    SelP,
    LoadParameter,
    Load,
    Store,
    Atomic,
    SpecialRegister,
    Barrier,

    /// <summary>Barrier with a reduction of a predicate: popc, and, or.</summary>
    BarrierReduce,
    WarpBarrier,
    Fence,
    Shuffle,
    Ballot,

    /// <summary>Several neighbouring elements; the result stands for all of them, and Extract takes them.</summary>
    LoadVector,
    StoreVector,

    /// <summary>Atomic sums without a result: of two or four floats, or of two 16-bit floats in a word.</summary>
    ReduceVector,

    /// <summary>Product of matrices that a warp holds; the result stands for four floats.</summary>
    MultiplyMatrix,

    /// <summary>Four matrices from shared memory; the result stands for four words.</summary>
    LoadMatrix,

    /// <summary>An element of what stands for several; Offset is its number.</summary>
    Extract,

    /// <summary>Two floats to two 16-bit floats in a word.</summary>
    PackHalves,

    /// <summary>16 bytes from global (second source) to shared memory (first) without waiting.</summary>
    CopyAsync,
    WaitCopies,

    /// <summary>Address in local or shared memory to a generic one.</summary>
    ToGeneric,

    /// <summary>A function of Math or MathF, in code for the host only.</summary>
    HostCall,
}

/// <summary>Comparisons; the ones with U are also true where an operand is NaN.</summary>
internal enum Comparison
{
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Equ,
    Neu,
    Ltu,
    Leu,
    Gtu,
    Geu,
}

/// <summary>Rounding of a conversion.</summary>
internal enum Rounding
{
    None,

    /// <summary>To the nearest float.</summary>
    Rn,

    /// <summary>To the nearest integer.</summary>
    Rni,

    /// <summary>To the integer towards zero.</summary>
    Rzi,

    /// <summary>To the integer below.</summary>
    Rmi,

    /// <summary>To the integer above.</summary>
    Rpi,
}
