#!/usr/bin/env python3
"""Outputs of small random Stable Diffusion networks, for the tests of the C# graphs.

    python3 tools/import/goldens.py tests/Golden/import

Needs PyTorch 1.13 or newer and NumPy. First it checks itself: the blocks of networks.py against the numbers that the tests of
huggingface/diffusers (tests/models/test_layers_utils.py) hold for torch.manual_seed(0). Then it writes, from weights by
formula.py, in double precision, stored as float32: the outputs of each network, and every seventh element of each block.
"""
import json
import os
import struct
import sys

import numpy
import torch

import formula
import networks

STRIDE = 7
BATCH, HEIGHT, WIDTH = 2, 8, 6
TIMESTEPS = [981, 20]
CHANNELS = [64, 128]
BASES = {
    "sd1": {"unet": dict(channels=CHANNELS, heads=[4, 4], context=24, linear=False), "text": dict(layers=3, width=32, heads=4, inner=64, quick=True, vocabulary=60)},
    "sd2": {"unet": dict(channels=CHANNELS, heads=[2, 4], context=40, linear=True), "text": dict(layers=3, width=48, heads=3, inner=80, quick=False, vocabulary=60)},
}


def check(name, got, expected, tolerance):
    got = got.detach().flatten()
    error = (got - torch.tensor(expected, dtype=got.dtype)).abs().max().item()
    print(f"{name}: off by {error:.1e} from diffusers' test")
    if not error <= tolerance:
        sys.exit(f"{name}: {got.tolist()}, expected {expected}")


def check_against_diffusers():
    table = networks.time_table([23, 24, 25], 64)[:, 47:50]
    check("time table", table, [.3019, .2280, .1716, .3146, .2377, .1790, .3272, .2474, .1864], 1e-4)

    torch.manual_seed(0)
    sample, temb = torch.randn(1, 32, 64, 64), torch.randn(1, 128)
    block = networks.ResnetBlock(32, 32, 128, 32, 1e-6)
    check("ResnetBlock2D", block(sample, temb)[0, -1, -3:, -3:], [-1.9010, -.2974, -.8245, -1.3533, .8742, -.9645, -2.0584, 1.3387, -.4746], 1e-3)

    torch.manual_seed(0)
    sample = torch.randn(1, 32, 64, 64)
    block = networks.Transformer2D(32, 0, 1, False)
    check("Transformer2D", block(sample, None)[0, -1, -3:, -3:], [-1.9455, -.0066, -1.3933, -1.5878, .5325, -.6486, -1.8648, .7515, -.9689], 1e-3)

    torch.manual_seed(0)
    sample = torch.randn(1, 32, 32, 32)
    block = networks.Resample(32, "up")
    check("Upsample2D", block(sample)[0, -1, -3:, -3:], [.7145, 1.3773, .3492, .8448, 1.0839, -.3341, .5956, .1250, -.4841], 1e-3)


def filled(module):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(torch.from_numpy(formula.weight(name, tuple(parameter.shape))))
    return module.double().eval()


def recorded(module, golden, prefix, evaluate):
    """Evaluates, and keeps what the modules called resnets.j, attentions.j, layers.j, conv_in and resamplers return."""
    handles = []

    def keep(name):
        def hook(_, __, output):
            golden[f"{prefix}/{name}"] = output.flatten()[::STRIDE]
        return hook

    for name, child in module.named_modules():
        parts = name.split(".")
        if parts[-1] in ("conv_in", "post_quant_conv") or (len(parts) > 1 and parts[-2] in ("resnets", "attentions", "layers", "downsamplers", "upsamplers")):
            handles.append(child.register_forward_hook(keep(name)))
    with torch.no_grad():
        result = evaluate()
    for handle in handles:
        handle.remove()
    return result


def tensor(name, *shape):
    return torch.from_numpy(formula.values(name, shape)).double()


def base(sizes):
    golden = {}
    unet = filled(networks.UNet(**sizes["unet"]))
    sample = tensor("input.sample", BATCH, 4, HEIGHT, WIDTH)
    states = tensor("input.encoder_hidden_states", BATCH, 5, sizes["unet"]["context"])
    golden["unet/out_sample"] = recorded(unet, golden, "unet", lambda: unet(sample, TIMESTEPS, states))
    text = filled(networks.Text(**sizes["text"]))
    ids = torch.tensor([[(7 * i + 11 * b) % 60 for i in range(77)] for b in range(BATCH)])
    golden["text_encoder/last_hidden_state"] = recorded(text, golden, "text_encoder", lambda: text(ids))
    with torch.no_grad():
        golden["text_encoder_skip_1/last_hidden_state"] = text(ids, 1)
    return golden


def autoencoder():
    golden = {}
    vae = filled(networks.Vae(CHANNELS))
    picture = tensor("input.picture", BATCH, 3, HEIGHT, WIDTH)
    latent = tensor("input.latent_sample", BATCH, 4, HEIGHT // 2, WIDTH // 2)
    golden["vae_encoder/latent_parameters"] = recorded(vae, golden, "vae_encoder", lambda: vae.encode(picture))
    golden["vae_decoder/sample"] = recorded(vae, golden, "vae_decoder", lambda: vae.decode(latent))
    return golden


def write(path, golden):
    header, data = {}, b""
    for name in sorted(golden):
        values = golden[name].numpy().astype("<f4")
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    header["__metadata__"] = {"torch": torch.__version__, "stride_of_blocks": str(STRIDE)}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
    print(f"{path}: {len(golden)} tensors, {os.path.getsize(path)} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    check_against_diffusers()
    os.makedirs(sys.argv[1], exist_ok=True)
    for label, description in BASES.items():
        write(os.path.join(sys.argv[1], f"{label}.safetensors"), base(description))
    write(os.path.join(sys.argv[1], "vae.safetensors"), autoencoder())
