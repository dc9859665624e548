#!/usr/bin/env python3
"""Writes VAE encoders of Stable Diffusion's structure, with random weights, as exporters write them.

    python3 export_vae_encoder.py OUT                                                       # small, for the tests, with gradients
    python3 export_vae_encoder.py OUT --channels 128,256,512,512 --groups 32 --size 512     # as large as Stable Diffusion 1.5's

Needs PyTorch 1.13 or newer (Debian: python3-torch). The module follows the layer structure that diffusers documents for
AutoencoderKL's encoder: convolution; per level two residual blocks (group norm, SiLU, convolution, twice) and a
downsampling convolution behind a pad of the right and lower edge; a middle of residual block, one-head attention,
residual block; group norm, SiLU, convolution; 1x1 convolution to mean and log-variance. It is written here from that
description.

Four forms: static or dynamic axes, and
  sample      latent_sample, a draw mean + exp(clamp(logvar, -30, 20) / 2) n, at opset 14 (the diffusers script)
  parameters  latent_parameters, mean and log-variance side by side, at opset 17 (optimum)

--golden also writes vae_encoder_gradient.json: latent and image gradient of the small module by torch.autograd in double
precision, for the mean and for a draw with given noise.
"""
import argparse
import base64
import json
import os

import torch
from torch import nn
from torch.nn import functional


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, groups):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, eps=1e-6)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, outputs, eps=1e-6)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x):
        h = self.conv1(functional.silu(self.norm1(x)))
        h = self.conv2(functional.silu(self.norm2(h)))
        return (x if self.shortcut is None else self.shortcut(x)) + h


class Attention(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x):
        batch, channels, height, width = x.shape
        h = x.view(batch, channels, height * width).transpose(1, 2)
        h = self.norm(h.transpose(1, 2)).transpose(1, 2)
        q, k, v = self.query(h), self.key(h), self.value(h)
        empty = torch.empty(q.shape[0], q.shape[1], k.shape[1], dtype=q.dtype)
        scores = torch.baddbmm(empty, q, k.transpose(-1, -2), beta=0, alpha=channels ** -0.5)
        h = self.out(torch.bmm(scores.softmax(dim=-1), v))
        return x + h.transpose(-1, -2).reshape(batch, channels, height, width)


class Encoder(nn.Module):
    def __init__(self, channels, groups, latent=4, blocks=2):
        super().__init__()
        self.conv_in = nn.Conv2d(3, channels[0], 3, padding=1)
        self.levels = nn.ModuleList()
        self.downsamplers = nn.ModuleList()
        inputs = channels[0]
        for level, outputs in enumerate(channels):
            self.levels.append(nn.Sequential(*[ResidualBlock(inputs if b == 0 else outputs, outputs, groups) for b in range(blocks)]))
            if level < len(channels) - 1:
                self.downsamplers.append(nn.Conv2d(outputs, outputs, 3, stride=2))
            inputs = outputs
        self.middle = nn.Sequential(ResidualBlock(inputs, inputs, groups), Attention(inputs, groups), ResidualBlock(inputs, inputs, groups))
        self.norm_out = nn.GroupNorm(groups, inputs, eps=1e-6)
        self.conv_out = nn.Conv2d(inputs, 2 * latent, 3, padding=1)
        self.quant_conv = nn.Conv2d(2 * latent, 2 * latent, 1)

    def forward(self, sample):
        h = self.conv_in(sample)
        for level, blocks in enumerate(self.levels):
            h = blocks(h)
            if level < len(self.downsamplers):
                h = self.downsamplers[level](functional.pad(h, (0, 1, 0, 1)))
        h = self.middle(h)
        return self.quant_conv(self.conv_out(functional.silu(self.norm_out(h))))


def draw(parameters, noise=None):
    mean, log_variance = torch.chunk(parameters, 2, dim=1)
    log_variance = torch.clamp(log_variance, -30.0, 20.0)
    deviation = torch.exp(0.5 * log_variance)
    return mean + deviation * (torch.randn(mean.shape) if noise is None else noise)


class Sampled(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, sample):
        return draw(self.encoder(sample))


def export(encoder, form, path, size):
    axes, result = form.split("_")
    name = "latent_" + result
    open_axes = {0: "batch", 1: "channels", 2: "height", 3: "width"}
    # The size of a graph with open axes is not recorded in it: a small one traces as well.
    traced = size if axes == "static" else min(size, 64)
    torch.onnx.export(
        Sampled(encoder) if result == "sample" else encoder, (torch.zeros(1, 3, traced, traced),), path,
        input_names=["sample"], output_names=[name], opset_version=14 if result == "sample" else 17, do_constant_folding=True,
        dynamic_axes={"sample": open_axes, name: open_axes} if axes == "dynamic" else None)


def sequence(count, step):
    """Numbers in [-1, 1) that any language gives exactly: ((i * step + 13) mod 1009) / 1009 * 2 - 1, rounded to float32."""
    return torch.tensor([((i * step + 13) % 1009) / 1009 * 2 - 1 for i in range(count)], dtype=torch.float64).float().double()


def golden(encoder, size):
    encoder = encoder.double()
    image = sequence(3 * size * size, 7919).reshape(1, 3, size, size)
    shape = (1, encoder.quant_conv.out_channels // 2, size // 8, size // 8)
    count = shape[1] * shape[2] * shape[3]
    cotangent = sequence(count, 7927).reshape(shape)
    # The first channel's deviation is about e^10: as much less weight lets the others be seen.
    cotangent[:, 0] *= 2.0 ** -13
    noise = sequence(count, 7933).reshape(shape)
    result = {"size": size, "latent_shape": list(shape)}
    for name, given in (("mean", torch.zeros(shape, dtype=torch.float64)), ("sample", noise)):
        x = image.clone().requires_grad_()
        z = draw(encoder(x), given)
        (z * cotangent).sum().backward()
        result[name] = {"latent": text(z.detach()), "gradient": text(x.grad)}
    return result


def text(tensor):
    return base64.b64encode(tensor.contiguous().numpy().astype("<f8").tobytes()).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--channels", default="2,4,4,4")
    parser.add_argument("--groups", type=int, default=2)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--forms", default="static_sample,dynamic_sample,static_parameters,dynamic_parameters")
    parser.add_argument("--golden", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(20)
    encoder = Encoder([int(c) for c in options.channels.split(",")], options.groups).eval()
    # Norms and biases at their initial 1 and 0 would hide a mistake in them.
    with torch.no_grad():
        for name, parameter in encoder.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
        if options.golden:
            # Log-variances of the first channel lie around the upper bound of the clamp.
            encoder.quant_conv.bias[4] += 19.9
    print(sum(p.numel() for p in encoder.parameters()), "parameters")
    os.makedirs(options.out, exist_ok=True)
    for form in options.forms.split(","):
        path = os.path.join(options.out, f"vae_encoder_{form}.onnx")
        export(encoder, form, path, options.size)
        print(path, os.path.getsize(path), "bytes")
    if options.golden:
        with open(os.path.join(options.out, "vae_encoder_gradient.json"), "w", encoding="utf-8") as file:
            json.dump(golden(encoder, options.size), file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
