using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>
/// How the tensors of one module make up a change of its weight: sizes from a file's header alone, the change when its values are
/// read. Sizes saturate instead of overflowing, so that an absurd header is compared and refused.
/// </summary>
internal abstract class AdapterForm
{
    /// <summary>Rows of the change.</summary>
    public abstract long Rows { get; }

    /// <summary>Columns of the change.</summary>
    public abstract long Columns { get; }

    /// <summary>Places of the kernel as the file states them, such as [3, 3]; empty if it does not.</summary>
    public abstract IReadOnlyList<long> Kernel { get; }

    /// <summary>r, by which α is divided; null where α does not count.</summary>
    public abstract long? Rank { get; }

    /// <summary>Reads the values.</summary>
    /// <param name="read">Values of a part's tensor.</param>
    /// <returns>The change without its scale.</returns>
    public abstract IMatrixRows Change(Func<LoraPart, float[]> read);

    /// <summary>Finds the form of a module's tensors.</summary>
    /// <param name="parts">The tensors.</param>
    /// <exception cref="FormatException">They are incomplete, of two forms, or do not fit each other; the message says which.</exception>
    public static AdapterForm Of(IReadOnlyDictionary<LoraPart, TensorEntry> parts)
    {
        if (parts.Values.FirstOrDefault(p => p.Shape.Contains(0)) is { } empty)
        {
            throw new FormatException($"'{empty.Name}' is {empty.Describe()}, expected values");
        }

        LoraPart[] found = [.. parts.Keys.Where(p => p != LoraPart.Alpha).Order()];
        AdapterForm form = found switch
        {
            [LoraPart.Down, LoraPart.Up] or [LoraPart.Down, LoraPart.Up, LoraPart.Mid] => new LowRankForm(parts),
            [>= LoraPart.Hadamard1A and <= LoraPart.HadamardCore2, .., >= LoraPart.Hadamard1A and <= LoraPart.HadamardCore2] when found.Length is 4 or 6 => new HadamardForm(parts),
            [>= LoraPart.Kronecker1, ..] => new KroneckerForm(parts),
            _ => throw new FormatException($"it has {string.Join(", ", parts.Values.Select(p => $"'{p.Name}'"))}, which is no whole LoRA, LoHa or LoKr"),
        };
        return form;
    }

    /// <summary>a·b, or the largest number.</summary>
    internal static long Product(long a, long b) => a > 0 && b > long.MaxValue / a ? long.MaxValue : a * b;
}
