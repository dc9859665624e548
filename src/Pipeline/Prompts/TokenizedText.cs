using System.Collections.Generic;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>A text as token ids, without start, end and padding.</summary>
/// <param name="Ids">Token ids in order.</param>
/// <param name="WordOf">For every id the index of the word it belongs to; does not decrease.</param>
/// <param name="Words">The words as the tokenizer sees them, cleaned.</param>
public sealed record TokenizedText(IReadOnlyList<int> Ids, IReadOnlyList<int> WordOf, IReadOnlyList<string> Words);
