using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>LoHa: (w1a · w1b) ∘ (w2a · w2b), perhaps with cores (<c>hada_t1</c>, <c>hada_t2</c>).</summary>
internal sealed class HadamardForm : AdapterForm
{
    private readonly FactorPair _first;
    private readonly FactorPair _second;

    /// <summary>Checks that both products have one size.</summary>
    /// <param name="parts">The module's tensors.</param>
    public HadamardForm(IReadOnlyDictionary<LoraPart, TensorEntry> parts)
    {
        _first = new FactorPair(parts, LoraPart.Hadamard1A, LoraPart.Hadamard1B, LoraPart.HadamardCore1, transposedWithCore: true);
        _second = new FactorPair(parts, LoraPart.Hadamard2A, LoraPart.Hadamard2B, LoraPart.HadamardCore2, transposedWithCore: true);
        if (_first.Rows != _second.Rows || _first.Columns != _second.Columns || !_first.Kernel.SequenceEqual(_second.Kernel))
        {
            throw new FormatException($"its two products are {_first.Rows} x {_first.Columns} and {_second.Rows} x {_second.Columns}; expected one size");
        }
    }

    /// <inheritdoc/>
    public override long Rows => _first.Rows;

    /// <inheritdoc/>
    public override long Columns => _first.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<long> Kernel => _first.Kernel;

    /// <inheritdoc/>
    public override long? Rank => _first.Rank;

    /// <inheritdoc/>
    public override IMatrixRows Change(Func<LoraPart, float[]> read) => new HadamardRows(_first.Read(read), _second.Read(read));
}
