using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Import.Embeddings;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Import.Tokenizer;

/// <summary>Whether the words of added embeddings can be told from the vocabulary's words and from each other.</summary>
internal static class AddedTokenNames
{
    /// <summary>Checks all words.</summary>
    /// <param name="embeddings">The words.</param>
    /// <param name="vocabularySize">Tokens of the base.</param>
    /// <exception cref="InvalidModelException">A word is empty, is a token of the base, or collides with another; the message names both.</exception>
    public static void Check(IReadOnlyList<AddedEmbedding> embeddings, int vocabularySize)
    {
        if (embeddings.Count == 0)
        {
            return;
        }

        var vocabulary = ClipVocabulary.Load(vocabularySize);
        Dictionary<string, int> ids = vocabulary.Tokens.Select((token, id) => KeyValuePair.Create(token, id)).ToDictionary(StringComparer.Ordinal);
        BytePairMerges merges = new(ids, [.. vocabulary.MergeLines.Select(line => (line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]))]);
        Dictionary<string, AddedEmbedding> taken = new(StringComparer.Ordinal);
        foreach (AddedEmbedding embedding in embeddings)
        {
            foreach (string name in embedding.TokenNames)
            {
                string clean = ClipWords.Clean(name);
                RefuseKnown(embedding, name, clean, ids, merges);
                if (!taken.TryAdd(clean, embedding))
                {
                    throw new InvalidModelException($"Embeddings {taken[clean].Path} and {embedding.Path} both add the word '{name}' (upper and lower case are the same). {Rename}");
                }
            }
        }

        foreach (AddedEmbedding embedding in embeddings)
        {
            // Readers take tok_1, tok_2, ... for the further vectors of tok.
            string next = ClipWords.Clean(string.Create(CultureInfo.InvariantCulture, $"{embedding.Token}_{embedding.Count}"));
            if (taken.TryGetValue(next, out AddedEmbedding? other))
            {
                throw new InvalidModelException($"Embeddings {embedding.Path} and {other.Path}: the word '{next}' of the second reads as one more vector of '{embedding.Token}'. {Rename}");
            }
        }
    }

    private const string Rename = "Rename one: the file, if its tensor is 'emb_params', else the tensor in it.";

    private static void RefuseKnown(AddedEmbedding embedding, string name, string clean, Dictionary<string, int> ids, BytePairMerges merges)
    {
        if (string.IsNullOrWhiteSpace(clean))
        {
            throw new InvalidModelException($"Embedding {embedding.Path}: its word is empty. {Rename}");
        }

        List<string> words = ClipWords.SplitClean(clean);
        int id = words is [string word] && merges.Encode(word) is [int single] ? single : ids.GetValueOrDefault(clean, -1);
        if (id >= 0)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"Embedding {embedding.Path}: its word '{name}' is token {id} of CLIP's vocabulary already, so every prompt with it would change. {Rename}"));
        }
    }
}
