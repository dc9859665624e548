using System.Collections.Generic;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>A prompt as token ids, framed by start and end and padded to the tokenizer's length.</summary>
/// <param name="Ids">Token ids [L].</param>
/// <param name="Length">Ids that are not padding, start and end included.</param>
/// <param name="DroppedTokens">Tokens that did not fit; 0 if the prompt is whole.</param>
/// <param name="DroppedWords">The words that lost at least one token, in order, as the tokenizer sees them.</param>
public sealed record TokenizedPrompt(IReadOnlyList<int> Ids, int Length, int DroppedTokens, IReadOnlyList<string> DroppedWords)
{
    /// <summary>Whether the prompt was shortened.</summary>
    public bool IsTruncated => DroppedTokens > 0;
}
