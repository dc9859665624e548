using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Tests.Prompts;

/// <summary>Strings and what independent tokenizers make of them; their origin stands in tests/Golden/README.md.</summary>
internal static class Golden
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    public static IReadOnlyList<string> Strings { get; } = Read<string[]>("prompt_strings.json");

    public static IReadOnlyList<int[]> Ids(string name) => Read<int[][]>(name);

    public static IReadOnlyList<int[]?> IdsOrNull(string name) => Read<int[]?[]>(name);

    /// <summary>One line for every string that a tokenizer encodes otherwise.</summary>
    public static List<string> Differences(PromptTokenizer tokenizer, string name)
    {
        IReadOnlyList<int[]> expected = Ids(name);
        return
        [
            .. Strings.Zip(expected, (text, ids) => (Text: text, Expected: ids, Got: tokenizer.Tokens(text)))
                .Where(s => !s.Expected.SequenceEqual(s.Got))
                .Select(s => $"{JsonSerializer.Serialize(s.Text)}: {string.Join(' ', s.Got)}, expected {string.Join(' ', s.Expected)}"),
        ];
    }

    private static T Read<T>(string name) => JsonSerializer.Deserialize<T>(File.ReadAllBytes(Path.Combine(Folder, name)))!;
}
