// Writes tests/Golden/prompt_strings.json: the strings that every tokenizer of this folder encodes. Fixed seed.
import { writeLines } from "./files.mjs";

let state = 20240917;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const many = (n, make) => Array.from({ length: n }, make);
const text = (min, max, make) => many(min + below(max - min + 1), make).join("");
const char = (...codes) => String.fromCodePoint(...codes);

// Characters on which JavaScript's white space is not Unicode's, and lone surrogates, which JSON cannot hold.
const usable = (c) => !/[\p{Cn}\p{Cs}\u0085\ufeff]/u.test(c);
const between = (first, last) => {
  for (;;) {
    const c = char(first + below(last - first + 1));
    if (usable(c)) return c;
  }
};

const objects = ["hamburger", "squirrel", "corgi", "teapot", "pine tree", "ice cream cone", "red sports car", "jack-o-lantern", "T-Rex", "Eiffel Tower", "motorcycle", "origami crane", "beagle in a detective's outfit", "rubber duck", "3D-printed bust"];
const prefixes = ["", "a ", "A DSLR photo of a ", "a zoomed out DSLR photo of a ", "a wide angle zoomed out DSLR photo of a ", "an oil painting of the ", "two "];
const actions = ["", " wearing a leather jacket", " riding a motorcycle", " on top of a blue cube", ", highly detailed, 8k, f/1.8", " made of salad!!!", " (unreal engine 5)", " -- no text --", " & friends", " w/ 42 legs"];
const views = ["", ", front view", ", side view", ", back view", ", overhead view"];
const prompt = () => pick(prefixes) + pick(objects) + pick(actions) + pick(views);

const words = "don't we're they've I'll he'd I'm it's 'tis 'S 'LL rock'n'roll o'clock y'all'd've dog's dogs' '' ''' 's's 't't ... ?! !! ;-) :D <3 @home #tag $5.99 50% 1,234.56 3.14e-10 0x1F 1st 2nd 42nd x² H₂O ½ ⅓ Ⅷ ① ٣ ๕ 五 a.b.c e-mail re-read naïve café Ångström ŒUVRE straße STRASSE ΟΔΥΣΣΕΥΣ Σ ΑΣ ΑΣ. Σ' ΑΣΑ ΣΣ İstanbul Iğdır ǅ ẞ ﬃ ŉ ſ 'ſ K Å Ω 𝐀𝐁 𝟘 𐐀𐐨 Ⓐⓐ ª º _under_score_ __init__ snake_case kebab-case CamelCase path/to/file C:\\dir http://a.b/c?d=e&f=g user@host.org &amp; &lt;b&gt; &#39; \\n \\u0041 {json:[1,2]} <tag/> $(cmd) `tick` ~tilde^caret|pipe".split(" ");
const specials = ["<|startoftext|>", "<|endoftext|>", "<|EndOfText|>", "<|startoftext|", "|>", "</w>", "</s>", "<pad>", "<unk>", "<s>", "<extra_id_0>", "[PAD]", "▁", "▁▁", "Ġ", "Ċ", "<0x41>"];
const spaces = [" ", "  ", "\t", "\n", "\r\n", "\v", "\f", "\u00a0", "\u1680", "\u2000", "\u2003", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"];
const invisible = ["\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u202c", "\u2060", "\u2066", "\u2069", "\u00ad", "\u180e", "\u034f", "\u061c", "\ufe0f", "\ufe0e"];
const emoji = ["😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🇺🇸🇯🇵", "1️⃣", "#️⃣", "❤️‍🔥", "🧑🏿‍🚀", "☃", "☃️", "™️", "🫠", "🐉", "🍔", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍🦰", "🤷🏻‍♀️", "⌚"];
const blocks = [[0x21, 0x7e], [0xa1, 0xff], [0x100, 0x17f], [0x180, 0x24f], [0x250, 0x2ff], [0x370, 0x3ff], [0x400, 0x52f], [0x531, 0x58f], [0x591, 0x5f4], [0x600, 0x6ff], [0x700, 0x74f], [0x900, 0x97f], [0x980, 0x9ff], [0xa00, 0xaff], [0xb80, 0xbff], [0xc00, 0xcff], [0xd00, 0xdff], [0xe01, 0xe5b], [0xe80, 0xeff], [0xf00, 0xfff], [0x1000, 0x109f], [0x10a0, 0x10ff], [0x1100, 0x11ff], [0x1200, 0x137f], [0x13a0, 0x13ff], [0x1780, 0x17ff], [0x1e00, 0x1eff], [0x1f00, 0x1fff], [0x2010, 0x206f], [0x2070, 0x20cf], [0x2100, 0x218f], [0x2190, 0x22ff], [0x2460, 0x24ff], [0x2500, 0x27bf], [0x2c00, 0x2dff], [0x3001, 0x30ff], [0x3100, 0x33ff], [0x4e00, 0x9fff], [0xa640, 0xa7ff], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfb00, 0xfb4f], [0xfb50, 0xfdff], [0xfe30, 0xfe6f], [0xff01, 0xffef], [0x10000, 0x100ff], [0x10400, 0x1044f], [0x1d000, 0x1d1ff], [0x1d400, 0x1d7ff], [0x1f300, 0x1f6ff], [0x1f900, 0x1f9ff], [0x20000, 0x2a6df], [0x2f800, 0x2fa1f], [0xe0020, 0xe007f], [0xf0000, 0xf00ff]];
const letter = () => pick("aaaabcdeeeefghiiijklmnnooopqrrssstttuuvwxyz");
const mark = () => pick([() => between(0x300, 0x36f), () => between(0x1ab0, 0x1abe), () => between(0x20d0, 0x20f0), () => between(0x591, 0x5bd), () => between(0x64b, 0x65f), () => between(0x93c, 0x94d), () => between(0x3099, 0x309a)])();
const anything = () => pick([() => letter(), () => pick(words), () => pick(spaces), () => pick(emoji), () => pick(invisible), () => pick(specials), () => between(...pick(blocks)), () => mark(), () => between(0x1, 0x2ff), () => between(0x20, 0x1ffff)])();

const strings = new Set(["", " ", "a", "A", "'", "\u0000", "a\u0000b", ...words, ...specials, ...spaces, ...invisible, ...emoji]);
const add = (list) => list.forEach((s) => strings.add(s));
add(many(200, prompt));
add(many(150, () => many(1 + below(8), () => pick(words)).join(pick([" ", "", ", ", "-", "'"]))));
for (const block of blocks) add(many(6, () => text(1, 12, () => (below(5) ? between(...block) : pick([" ", "x", "1", "."])))));
add(many(90, () => text(1, 5, () => between(...pick(blocks)) + text(0, 4, mark))));
add(many(40, () => text(1, 8, () => pick(["e", "o", "A", "ᄀ", "ᅡ", "ᆨ", "가", "か", "は", "क", "ಕ"]) + text(0, 3, mark))));
add(many(50, () => text(2, 8, () => pick([pick(emoji), pick(invisible), pick(words), " "]))));
add(many(50, () => text(2, 10, () => pick([pick(spaces), pick(words), pick(invisible), letter()]))));
add(many(40, () => text(2, 10, () => pick([between(0x1, 0x1f), between(0x7f, 0x9f), letter(), " "]))));
add(many(40, () => text(2, 8, () => pick([between(0x5d0, 0x5ea), between(0x627, 0x64a), pick(invisible), pick(words), " "]))));
add(many(40, () => text(1, 24, () => pick("0123456789.,-eE+ ٤५"))));
add(many(60, () => text(1, 5, () => pick([pick(specials), pick(words), " ", ""]))));
add(many(30, () => text(20, 120, letter)));
add([300, 600].flatMap((n) => [text(n, n, letter), "x".repeat(n), "'".repeat(n), "ab".repeat(n / 2), "é".repeat(n / 2), "漢".repeat(n / 2), "\u0301".repeat(n / 4)]));
add(many(250, () => text(1, 12, anything)));

writeLines("prompt_strings.json", [...strings].filter((s) => [...s].every(usable)));
