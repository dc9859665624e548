namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>What a tensor of an adapter file is to the weight that it changes.</summary>
internal enum LoraPart
{
    /// <summary>The scalar α.</summary>
    Alpha,

    /// <summary>LoRA: down or A, [r, in] or [r, in, kh, kw].</summary>
    Down,

    /// <summary>LoRA: up or B, [out, r] or [out, r, 1, 1].</summary>
    Up,

    /// <summary>LoRA with a Tucker core: mid, [r, r, kh, kw].</summary>
    Mid,

    /// <summary>LoHa: first factor of the first product, [out, r]; with a core [r, out].</summary>
    Hadamard1A,

    /// <summary>LoHa: second factor of the first product, [r, in·kh·kw]; with a core [r, in].</summary>
    Hadamard1B,

    /// <summary>LoHa: first factor of the second product.</summary>
    Hadamard2A,

    /// <summary>LoHa: second factor of the second product.</summary>
    Hadamard2B,

    /// <summary>LoHa: core of the first product, [r, r, kh, kw].</summary>
    HadamardCore1,

    /// <summary>LoHa: core of the second product.</summary>
    HadamardCore2,

    /// <summary>LoKr: first matrix, whole.</summary>
    Kronecker1,

    /// <summary>LoKr: first factor of the first matrix, [rows, r].</summary>
    Kronecker1A,

    /// <summary>LoKr: second factor of the first matrix, [r, columns].</summary>
    Kronecker1B,

    /// <summary>LoKr: second matrix, whole, [rows, columns] or [rows, columns, kh, kw].</summary>
    Kronecker2,

    /// <summary>LoKr: first factor of the second matrix, [rows, r]; with a core [r, rows].</summary>
    Kronecker2A,

    /// <summary>LoKr: second factor of the second matrix, [r, columns·kh·kw]; with a core [r, columns].</summary>
    Kronecker2B,

    /// <summary>LoKr: core of the second matrix, [r, r, kh, kw].</summary>
    KroneckerCore2,
}
