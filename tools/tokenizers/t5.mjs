// Encodes the strings of tests/Golden/prompt_strings.json with @huggingface/tokenizers from t5/tokenizer.json. That package does not
// apply the file's table of replacements but NFKC and a few rules of its own, so a string counts only where this makes no
// difference: where SentencePiece gives the same ids, or where the string holds an added token (which SentencePiece takes
// for plain text) and nothing that the two normalise differently. Elsewhere null is stored.
import { Tokenizer } from "@huggingface/tokenizers";
import { readGolden, writeLines } from "./files.mjs";

const strings = readGolden("prompt_strings.json");
const sentencePiece = readGolden("t5_ids.json");
const json = readGolden("t5/tokenizer.json");
const added = json.added_tokens.map((t) => t.content);
// Zero-width joiners are spaces for that package, and NFKC puts marks into canonical order.
const normalisesAlike = (s) => !s.includes("\u200d") && !/\p{M}\p{M}/u.test(s);

const store = (name, tokenizerJson) => {
  const tokenizer = new Tokenizer(tokenizerJson, { eos_token: "</s>" });
  const ids = strings.map((s) => tokenizer.encode(s, { add_special_tokens: false }).ids);
  const same = (s, i) => ids[i].join() === sentencePiece[i].join();
  const counts = (s, i) => same(s, i) || (added.some((t) => s.includes(t)) && normalisesAlike(s));
  console.log(`${name}: the same as SentencePiece for ${strings.filter(same).length} of ${strings.length}, stored for ${strings.filter(counts).length}`);
  writeLines(name, strings.map((s, i) => (counts(s, i) ? ids[i] : null)));
};

store("t5_huggingface_ids.json", json);
// What newer versions of Hugging Face's converter write.
store("t5_huggingface_new_ids.json", {
  ...json,
  normalizer: {
    type: "Sequence",
    normalizers: [json.normalizer, { type: "Strip", strip_left: false, strip_right: true }, { type: "Replace", pattern: { Regex: " {2,}" }, content: "\u2581" }],
  },
  pre_tokenizer: { type: "Metaspace", replacement: "\u2581", prepend_scheme: "always", split: true },
});
