using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>Two thin factors, perhaps with a Tucker core between them: what LoRA has once, LoHa twice, LoKr up to twice.</summary>
internal sealed class FactorPair
{
    private readonly IReadOnlyDictionary<LoraPart, TensorEntry> _parts;
    private readonly LoraPart _left;
    private readonly LoraPart _right;
    private readonly LoraPart? _core;
    private readonly bool _leftTransposed;
    private readonly long _leftRank;

    /// <summary>Checks the factors against each other.</summary>
    /// <param name="parts">The module's tensors.</param>
    /// <param name="left">The factor that makes the rows, [rows, r].</param>
    /// <param name="right">The factor that makes the columns, [r, columns].</param>
    /// <param name="core">The core, [r, r, kh, kw]; may be missing in <paramref name="parts"/>; null if the form has none.</param>
    /// <param name="transposedWithCore">Whether the left factor is [r, rows] where there is a core, as in LyCORIS.</param>
    public FactorPair(IReadOnlyDictionary<LoraPart, TensorEntry> parts, LoraPart left, LoraPart right, LoraPart? core, bool transposedWithCore)
    {
        (_parts, _left, _right) = (parts, left, right);
        _core = core is { } named && parts.ContainsKey(named) ? named : null;
        _leftTransposed = _core is not null && transposedWithCore;
        TensorEntry a = Matrix(left, kernelAllowed: false);
        TensorEntry b = Matrix(right, kernelAllowed: _core is null);
        (Rows, _leftRank) = _leftTransposed ? (a.Shape[1], a.Shape[0]) : (a.Shape[0], a.Shape[1]);
        Rank = b.Shape[0];
        Columns = b.Shape.Skip(1).Aggregate(1L, (product, size) => product * size);
        if (_core is { } there)
        {
            TensorEntry t = parts[there];
            if (t.Shape.Length != 4 || t.Shape[0] != _leftRank || t.Shape[1] != Rank)
            {
                throw new FormatException($"'{t.Name}' is {t.Describe()}, expected [{_leftRank}, {Rank}, kh, kw]");
            }

            Kernel = [t.Shape[2], t.Shape[3]];
            Columns = AdapterForm.Product(Columns, AdapterForm.Product(t.Shape[2], t.Shape[3]));
        }
        else if (_leftRank != Rank)
        {
            throw new FormatException($"'{a.Name}' is {a.Describe()} and '{b.Name}' is {b.Describe()}: their ranks {_leftRank} and {Rank} differ");
        }
        else
        {
            Kernel = b.Shape.Length == 4 ? [b.Shape[2], b.Shape[3]] : [];
        }
    }

    /// <summary>Rows of the product.</summary>
    public long Rows { get; }

    /// <summary>Columns of the product.</summary>
    public long Columns { get; }

    /// <summary>Places of the kernel as the file states them; empty if it does not.</summary>
    public IReadOnlyList<long> Kernel { get; }

    /// <summary>First extent of the right factor.</summary>
    public long Rank { get; }

    /// <summary>Reads the factors.</summary>
    public IMatrixRows Read(Func<LoraPart, float[]> read)
    {
        float[] left = _leftTransposed ? Transposed(read(_left), (int)_leftRank) : read(_left);
        return _core is { } core
            ? new TuckerRows(left, read(core), read(_right), (int)_leftRank, (int)Rank)
            : new LowRankRows(left, read(_right), (int)Rank);
    }

    // [a, b], or [a, b, kh, kw], whose kernel must be 1x1 where none is allowed.
    private TensorEntry Matrix(LoraPart part, bool kernelAllowed)
    {
        TensorEntry entry = _parts.TryGetValue(part, out TensorEntry? found)
            ? found
            : throw new FormatException($"it has {string.Join(", ", _parts.Values.Select(p => $"'{p.Name}'"))}, but not its part {part}");
        return entry.Shape.Length is 2 or 4 && (kernelAllowed || entry.Shape.Skip(2).All(size => size == 1))
            ? entry
            : throw new FormatException($"'{entry.Name}' is {entry.Describe()}, expected a matrix{(kernelAllowed ? " or a convolution" : " or a 1x1 convolution")}");
    }

    private static float[] Transposed(float[] values, int rows)
    {
        int columns = values.Length / rows;
        float[] transposed = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            transposed[((i % columns) * rows) + (i / columns)] = values[i];
        }

        return transposed;
    }
}
