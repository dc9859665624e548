#!/usr/bin/env python3
"""Trains two small SentencePiece models and encodes the strings of tests/Golden/prompt_strings.json with SentencePiece itself.

t5/spiece.model has T5's settings: unigram, nmt_nfkc, <pad> 0, </s> 1, <unk> 2, no start; 1000 pieces. t5/tokenizer.json is the
same model as Hugging Face's converter of T5 tokenizers writes it. t5/bytes.model has the settings that T5 does not use: byte
fallback, user-defined symbols, no normalisation, no dummy prefix, spaces kept.
Needs Debian's python3-sentencepiece (0.1.97) and python3-protobuf. Usage: /usr/bin/python3 t5.py
"""
import base64
import io
import json
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as format

GOLDEN = Path(__file__).resolve().parents[2] / "tests/Golden"
FOLDER = GOLDEN / "t5"
EXTRA_IDS = 10


def corpus(strings):
    """Every other string, so that the others hold characters without a piece, and the captions' words often."""
    vocabulary = json.loads((GOLDEN.parents[1] / "models/toybox/vocabulary.json").read_text(encoding="utf-8"))
    names = [n for o in vocabulary["objects"] for n in [o["name"], *o["synonyms"]]]
    captions = [f"A DSLR photo of a {c} {n}, {v} view" for c in vocabulary["colours"] for n in names for v in ("front", "side", "back", "overhead")]
    return [s.replace("\x00", " ") for s in strings[::2] if len(s) < 200] + captions


def train(sentences, **settings):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=model, model_type="unigram", num_threads=1,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, minloglevel=2, **settings)
    return model.getvalue()


def hugging_face(model):
    """The tokenizer.json of transformers' T5Converter."""
    proto = format.ModelProto.FromString(model)
    special = [(i, p) for i, p in enumerate(["<pad>", "</s>", "<unk>"])]
    special += [(len(proto.pieces) + i, f"<extra_id_{EXTRA_IDS - 1 - i}>") for i in range(EXTRA_IDS)]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": p, **flags} for i, p in special],
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(proto.normalizer_spec.precompiled_charsmap).decode()},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True}]},
        "post_processor": {"type": "TemplateProcessing",
                           "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                           "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
                           "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
        "decoder": {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True},
        "model": {"type": "Unigram", "unk_id": 2, "vocab": [[p.piece, p.score] for p in proto.pieces]},
    }


def store_ids(name, model, strings):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    lines = [json.dumps(processor.encode(s, out_type=int), separators=(",", ":")) for s in strings]
    (GOLDEN / name).write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="ascii", newline="\n")


def main():
    strings = json.loads((GOLDEN / "prompt_strings.json").read_text(encoding="utf-8"))
    FOLDER.mkdir(exist_ok=True)
    t5 = train(corpus(strings), vocab_size=1000, character_coverage=0.995, normalization_rule_name="nmt_nfkc")
    (FOLDER / "spiece.model").write_bytes(t5)
    (FOLDER / "tokenizer.json").write_text(json.dumps(hugging_face(t5)) + "\n", encoding="ascii", newline="\n")
    store_ids("t5_ids.json", t5, strings)
    plain = train(corpus(strings), vocab_size=600, character_coverage=0.98, normalization_rule_name="identity", byte_fallback=True,
                  user_defined_symbols=["<obj>", "photo of", "\u2581\u2581"], add_dummy_prefix=False, remove_extra_whitespaces=False)
    (FOLDER / "bytes.model").write_bytes(plain)
    store_ids("t5_bytes_ids.json", plain, strings)


if __name__ == "__main__":
    main()
