using System.Collections.Immutable;
using System.Globalization;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>A tensor as a file's header describes it.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Sizes, slowest first; empty for a scalar; a 0 means no elements.</param>
/// <param name="Begin">First byte, from the start of the data.</param>
/// <param name="End">One past its last byte.</param>
public sealed record TensorEntry(string Name, TensorType Type, ImmutableArray<long> Shape, long Begin, long End)
{
    /// <summary>Bytes of the tensor.</summary>
    public long Length => End - Begin;

    /// <summary>Type and shape for messages, <c>F32 [3, 4]</c>.</summary>
    public string Describe()
    {
        return string.Create(CultureInfo.InvariantCulture, $"{Type.FileName()} [{string.Join(", ", Shape)}]");
    }
}
