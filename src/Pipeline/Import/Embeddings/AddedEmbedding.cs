using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Import.Embeddings;

/// <summary>A trained concept: a word and the vectors that it stands for (textual inversion, Gal et al. 2022).</summary>
/// <param name="Path">The file that it comes from.</param>
/// <param name="Token">The word, as users write it in a prompt; upper and lower case are the same there.</param>
/// <param name="Values">The vectors, row-major, [<paramref name="Count"/>, width].</param>
/// <param name="Count">Vectors, at least one.</param>
public sealed record AddedEmbedding(string Path, string Token, ReadOnlyMemory<float> Values, int Count)
{
    /// <summary>The tokens, one for each vector: <c>tok</c>, <c>tok_1</c>, <c>tok_2</c>, ...; a prompt's <c>tok</c> stands for all of them.</summary>
    public IReadOnlyList<string> TokenNames =>
        [.. Enumerable.Range(0, Count).Select(i => i == 0 ? Token : string.Create(CultureInfo.InvariantCulture, $"{Token}_{i}"))];
}
