using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// Byte pair encoding of one word (Sennrich et al. 2016): its UTF-8 bytes, the last one marked with <c>&lt;/w&gt;</c>, are
/// merged pairwise, the pair of lowest rank first and of equal ranks the leftmost. A queue of pairs keeps the time at
/// n log n, so that a word of a megabyte is no trap.
/// </summary>
internal sealed class BytePairMerges
{
    /// <summary>Marks the symbol that ends a word.</summary>
    public const string WordEnd = "</w>";

    private const int CachedWords = 4096;
    private const int LongestCachedWord = 64;

    private readonly int[] _bytes = new int[256];
    private readonly int[] _lastBytes = new int[256];
    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _merges = [];
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);

    /// <summary>Prepares a vocabulary that is known to hold all bytes and all symbols of its merges.</summary>
    /// <param name="vocabulary">Symbol to id.</param>
    /// <param name="merges">Pairs of symbols, the first merged first.</param>
    public BytePairMerges(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges)
    {
        string[] symbols = ByteSymbols();
        for (int b = 0; b < 256; b++)
        {
            (_bytes[b], _lastBytes[b]) = (vocabulary[symbols[b]], vocabulary[symbols[b] + WordEnd]);
        }

        for (int rank = 0; rank < merges.Count; rank++)
        {
            (string left, string right) = merges[rank];
            _merges[(vocabulary[left], vocabulary[right])] = (rank, vocabulary[left + right]);
        }
    }

    /// <summary>
    /// The character that stands for each byte in vocab.json and merges.txt: the 188 printable ones for themselves, the
    /// others the code points from 256 on, so that no symbol is white space; the same table as GPT-2's.
    /// </summary>
    public static string[] ByteSymbols()
    {
        string[] symbols = new string[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
            symbols[b] = ((char)(printable ? b : next++)).ToString(CultureInfo.InvariantCulture);
        }

        return symbols;
    }

    /// <summary>Ids of a word, at least one; the word is not empty.</summary>
    public int[] Encode(string word)
    {
        if (word.Length > LongestCachedWord)
        {
            return Merge(word);
        }

        if (!_cache.TryGetValue(word, out int[]? ids))
        {
            ids = Merge(word);
            if (_cache.Count >= CachedWords)
            {
                _cache.Clear();
            }

            _cache[word] = ids;
        }

        return ids;
    }

    private int[] Merge(string word)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(word);
        int[] symbols = Array.ConvertAll(bytes, b => _bytes[b]);
        symbols[^1] = _lastBytes[bytes[^1]];
        int[] next = new int[symbols.Length];
        int[] previous = new int[symbols.Length];
        PriorityQueue<(int At, int Left, int Right), long> pairs = new();
        for (int i = 0; i < symbols.Length; i++)
        {
            (next[i], previous[i]) = (i + 1, i - 1);
            Offer(pairs, symbols, i, i + 1);
        }

        while (pairs.TryDequeue(out (int At, int Left, int Right) pair, out _))
        {
            int right = next[pair.At];
            // A pair is stale if one of its symbols was merged with another neighbour since.
            if (symbols[pair.At] != pair.Left || right >= symbols.Length || symbols[right] != pair.Right)
            {
                continue;
            }

            symbols[pair.At] = _merges[(pair.Left, pair.Right)].Merged;
            symbols[right] = -1;
            next[pair.At] = next[right];
            if (next[right] < symbols.Length)
            {
                previous[next[right]] = pair.At;
            }

            Offer(pairs, symbols, previous[pair.At], pair.At);
            Offer(pairs, symbols, pair.At, next[pair.At]);
        }

        return Array.FindAll(symbols, id => id >= 0);
    }

    private void Offer(PriorityQueue<(int At, int Left, int Right), long> pairs, int[] symbols, int left, int right)
    {
        if (left >= 0 && right < symbols.Length && _merges.TryGetValue((symbols[left], symbols[right]), out (int Rank, int Merged) merge))
        {
            pairs.Enqueue((left, symbols[left], symbols[right]), ((long)merge.Rank << 32) | (uint)left);
        }
    }
}
