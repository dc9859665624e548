using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Prompts.Format;
using Google.Protobuf;

namespace DreamFusion.Fuzz.Targets;

/// <summary>Tokenizer files: read, and a prompt encoded with what was read.</summary>
internal static class TokenizerTargets
{
    private const string Prompt = "A hämburger, 2 of them… 漢字 🍔\u0300 <new> don't";
    private const int Pieces = 60;

    /// <summary>vocab.json, merges.txt and the settings beside them.</summary>
    public static FuzzTarget Clip()
    {
        string[] merges = ["h a", "ha m</w>", "b u", "bu r", "bur g", "burg e", "burge r</w>"];
        IEnumerable<string> words = BytePairMerges.ByteSymbols().Concat(BytePairMerges.ByteSymbols().Select(s => s + BytePairMerges.WordEnd))
            .Concat(merges.Select(m => m.Replace(" ", "", StringComparison.Ordinal))).Concat(["<|startoftext|>", "<|endoftext|>"]);
        JsonObject vocabulary = new(words.Select((word, id) => KeyValuePair.Create(word, (JsonNode?)JsonValue.Create(id))));
        return new FuzzTarget
        {
            Name = "clip-tokenizer",
            What = "vocab.json, merges.txt, tokenizer_config.json, special_tokens_map.json and added_tokens.json of CLIP",
            Seeds =
            [
                new("vocab.json", Encoding.UTF8.GetBytes(vocabulary.ToJsonString())),
                new("merges.txt", Encoding.UTF8.GetBytes("#version: 0.2\n" + string.Join('\n', merges) + "\n")),
                new("tokenizer_config.json", """{ "model_max_length": 16, "pad_token": { "content": "<|endoftext|>", "lstrip": false }, "added_tokens_decoder": { "600": { "content": "<new>", "rstrip": true, "single_word": false } } }"""u8.ToArray()),
                new("special_tokens_map.json", """{ "bos_token": "<|startoftext|>", "eos_token": { "content": "<|endoftext|>" }, "pad_token": "<|endoftext|>" }"""u8.ToArray()),
                new("added_tokens.json", """{ "<cat>": 601, "<new>": 600 }"""u8.ToArray()),
            ],
            Mutations = [TextMutations.Any],
            Parse = (folder, _) => ClipTokenizer.Load(folder, 16, 1 << 20).Encode(Prompt, ", front view"),
            Error = typeof(InvalidModelException),
            Allocation = new AllocationBound(1000, 4 << 20),
        };
    }

    /// <summary>tokenizer.json.</summary>
    public static FuzzTarget T5Json()
    {
        JsonNode real = JsonNode.Parse(File.ReadAllText(Golden("tokenizer.json")))!;
        real["model"]!["vocab"] = new JsonArray([.. real["model"]!["vocab"]!.AsArray().Take(Pieces).Select(piece => piece!.DeepClone())]);
        real["normalizer"] = JsonNode.Parse("""
            { "type": "Sequence", "normalizers": [ { "type": "Precompiled", "precompiled_charsmap": "MAP" }, { "type": "Strip", "strip_left": false, "strip_right": true }, { "type": "NFC" },
              { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": "▁" }, { "type": "Replace", "pattern": { "String": "``" }, "content": "\"" }, { "type": "Lowercase" }, { "type": "Prepend", "prepend": "▁" } ] }
            """.Replace("MAP", Convert.ToBase64String(Map()), StringComparison.Ordinal));
        return new FuzzTarget
        {
            Name = "t5-json",
            What = "tokenizer.json of T5",
            Seeds = [new("tokenizer.json", JsonSerializer.SerializeToUtf8Bytes(real))],
            Mutations = [TextMutations.Any],
            Parse = (folder, _) => T5Tokenizer.Load(folder, 16, 1 << 20).Encode(Prompt, ", front view"),
            Error = typeof(InvalidModelException),
            Allocation = new AllocationBound(4000, 64 << 20),
        };
    }

    /// <summary>spiece.model.</summary>
    public static FuzzTarget T5Model()
    {
        byte[] bytes = File.ReadAllBytes(Golden("bytes.model"));
        var real = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Golden("spiece.model")));
        while (real.Pieces.Count > Pieces)
        {
            real.Pieces.RemoveAt(Pieces);
        }

        real.NormalizerSpec.PrecompiledCharsmap = ByteString.CopyFrom(Map());
        real.Pieces[^1].Type = ModelProto.Types.SentencePiece.Types.Type.UserDefined;
        return new FuzzTarget
        {
            Name = "t5-model",
            What = "spiece.model of T5",
            Seeds = [new("spiece.model", real.ToByteArray()), new("spiece.model", real.ToByteArray()), new("spiece.model", bytes)],
            Mutations = [ProtobufMutations.Any, CharacterMap],
            Parse = (folder, _) => T5Tokenizer.Load(folder, 16, 1 << 20).Encode(Prompt, ", front view"),
            Error = typeof(InvalidModelException),
            Allocation = new AllocationBound(1000, 1 << 20),
        };
    }

    // A map of random units: a trie that leads anywhere.
    private static byte[] CharacterMap(RandomSource random, byte[] input, FuzzTarget target)
    {
        try
        {
            var model = ModelProto.Parser.ParseFrom(input);
            byte[] map = Map();
            for (int n = random.Length(64); n > 0; n--)
            {
                uint unit = (uint)random.Next() & (random.OneIn(2) ? 0x80000FFFu : uint.MaxValue);
                BitConverter.TryWriteBytes(map.AsSpan(4 + (4 * random.Below((map.Length / 4) - 3))), unit);
            }

            model.NormalizerSpec = new NormalizerSpec { PrecompiledCharsmap = ByteString.CopyFrom(map) };
            return model.ToByteArray();
        }
        catch (Exception e) when (ProtobufFile.IsDamage(e))
        {
            return ProtobufMutations.Any(random, input, target);
        }
    }

    // 256 units without a way anywhere, and two replacements.
    private static byte[] Map() => [0, 4, 0, 0, .. new byte[1024], .. "a\0bc\0"u8];

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "t5", name);
}
