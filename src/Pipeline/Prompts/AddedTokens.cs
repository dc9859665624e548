using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>A token that is looked for in the text itself, before words are split: start, end, or a trained concept.</summary>
/// <param name="Text">What is looked for.</param>
/// <param name="Id">Its id.</param>
/// <param name="StripLeft">Whether white space before it belongs to it.</param>
/// <param name="StripRight">Whether white space behind it belongs to it.</param>
/// <param name="SingleWord">Whether letters, digits and underscores on either side prevent it.</param>
internal sealed record AddedToken(string Text, int Id, bool StripLeft = false, bool StripRight = false, bool SingleWord = false);

/// <summary>Cuts a text at its added tokens: the leftmost first, of several at one place the longest.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, AddedToken[]> _byFirst;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        _byFirst = tokens.Where(t => t.Text.Length > 0)
            .GroupBy(t => t.Text[0])
            .ToDictionary(g => g.Key, g => g.OrderByDescending(t => t.Text.Length).ToArray());
    }

    /// <summary>The pieces of a text in order; a piece with a token is that token, one without is text between them.</summary>
    public IEnumerable<(string Text, AddedToken? Token)> Split(string text)
    {
        int start = 0;
        int at = 0;
        while (at < text.Length)
        {
            if (At(text, at) is not AddedToken token)
            {
                at++;
                continue;
            }

            string between = text[start..at];
            between = token.StripLeft ? between.TrimEnd() : between;
            if (between.Length > 0)
            {
                yield return (between, null);
            }

            yield return (token.Text, token);
            at += token.Text.Length;
            while (token.StripRight && at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            start = at;
        }

        if (start < text.Length)
        {
            yield return (text[start..], null);
        }
    }

    private AddedToken? At(string text, int index) => _byFirst.TryGetValue(text[index], out AddedToken[]? candidates)
        ? Array.Find(candidates, t => string.CompareOrdinal(text, index, t.Text, 0, t.Text.Length) == 0
            && (!t.SingleWord || (!IsWord(text, index - 1) && !IsWord(text, index + t.Text.Length))))
        : null;

    private static bool IsWord(string text, int index) =>
        index >= 0 && index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] == '_');
}
