using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>
/// LoKr: w1 ⊗ w2, each whole or as two factors, the second perhaps with a core (<c>lokr_t2</c>). With both whole the factor is 1
/// and α is ignored, as LyCORIS does.
/// </summary>
internal sealed class KroneckerForm : AdapterForm
{
    private readonly Side _first;
    private readonly Side _second;

    /// <summary>Checks that each matrix is there once.</summary>
    /// <param name="parts">The module's tensors.</param>
    public KroneckerForm(IReadOnlyDictionary<LoraPart, TensorEntry> parts)
    {
        _first = new Side(parts, LoraPart.Kronecker1, LoraPart.Kronecker1A, LoraPart.Kronecker1B, core: null);
        _second = new Side(parts, LoraPart.Kronecker2, LoraPart.Kronecker2A, LoraPart.Kronecker2B, LoraPart.KroneckerCore2);
        if (_first.Kernel.Any(size => size != 1))
        {
            throw new FormatException("its first matrix has a kernel; expected it in the second");
        }
    }

    /// <inheritdoc/>
    public override long Rows => Product(_first.Rows, _second.Rows);

    /// <inheritdoc/>
    public override long Columns => Product(_first.Columns, _second.Columns);

    /// <inheritdoc/>
    public override IReadOnlyList<long> Kernel => _second.Kernel;

    /// <inheritdoc/>
    public override long? Rank => _second.Rank ?? _first.Rank;

    /// <inheritdoc/>
    public override IMatrixRows Change(Func<LoraPart, float[]> read) =>
        new KroneckerRows(DenseRows.Of(_first.Read(read)), DenseRows.Of(_second.Read(read)));

    private sealed class Side
    {
        private readonly LoraPart _whole;
        private readonly TensorEntry? _entry;
        private readonly FactorPair? _factors;

        public Side(IReadOnlyDictionary<LoraPart, TensorEntry> parts, LoraPart whole, LoraPart a, LoraPart b, LoraPart? core)
        {
            _whole = whole;
            bool factored = parts.ContainsKey(a) || parts.ContainsKey(b) || (core is { } t && parts.ContainsKey(t));
            if (parts.TryGetValue(whole, out _entry) == factored)
            {
                throw new FormatException($"it has {string.Join(", ", parts.Values.Select(p => $"'{p.Name}'"))}; expected {whole} whole or as its two factors");
            }

            if (_entry is null)
            {
                _factors = new FactorPair(parts, a, b, core, transposedWithCore: true);
            }
            else if (_entry.Shape.Length is not (2 or 4))
            {
                throw new FormatException($"'{_entry.Name}' is {_entry.Describe()}, expected a matrix or a convolution");
            }
        }

        public long Rows => _factors?.Rows ?? _entry!.Shape[0];

        public long Columns => _factors?.Columns ?? _entry!.Shape.Skip(1).Aggregate(1L, (product, size) => product * size);

        public IReadOnlyList<long> Kernel => _factors?.Kernel ?? [.. _entry!.Shape.Skip(2)];

        public long? Rank => _factors?.Rank;

        public IMatrixRows Read(Func<LoraPart, float[]> read) => _factors?.Read(read) ?? new DenseRows(read(_whole), (int)_entry!.Shape[0]);
    }
}
