"""Stable Diffusion's networks in PyTorch, written from their published equations, to compare the C# graphs with.

Nothing here is shared with, or generated from, the product. Modules carry the parameter names that diffusers and transformers
use, and create their parameters in diffusers' order, so that torch.manual_seed gives the same weights (see goldens.py).
Sources: Rombach et al. 2022; Ho et al. 2020; Vaswani et al. 2017; Radford et al. 2021; Shazeer 2020 (GEGLU).
"""
import math

import numpy
import torch
from torch import nn
from torch.nn import functional


def time_table(timesteps, width):
    """[cos(t f), sin(t f)], f_i = exp(-ln(10000) i / (width / 2)); f and t f are rounded to float32, as in training."""
    exponent = numpy.float32(-math.log(10000)) * numpy.arange(width // 2, dtype=numpy.float32) / numpy.float32(width // 2)
    frequencies = numpy.exp(exponent.astype(numpy.float64)).astype(numpy.float32)
    phases = numpy.asarray(timesteps, dtype=numpy.float32)[:, None] * frequencies[None, :]
    phases = torch.from_numpy(phases).double()
    return torch.cat([torch.cos(phases), torch.sin(phases)], dim=1)


class TimeEmbedding(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear_1 = nn.Linear(width, 4 * width)
        self.linear_2 = nn.Linear(4 * width, 4 * width)

    def forward(self, e):
        return self.linear_2(functional.silu(self.linear_1(e)))


class ResnetBlock(nn.Module):
    """h = C3(s(GN x)); h += Lin(s(temb)); h = C3(s(GN h)); y = h + shortcut(x)."""

    def __init__(self, inputs, outputs, time_width, groups, eps):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, eps=eps)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        if time_width:
            self.time_emb_proj = nn.Linear(time_width, outputs)
        self.norm2 = nn.GroupNorm(groups, outputs, eps=eps)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x, temb=None):
        h = self.conv1(functional.silu(self.norm1(x)))
        if temb is not None:
            h = h + self.time_emb_proj(functional.silu(temb))[:, :, None, None]
        h = self.conv2(functional.silu(self.norm2(h)))
        return h + (x if self.conv_shortcut is None else self.conv_shortcut(x))


def attend(q, k, v, heads, mask=None):
    """softmax(q k^T / sqrt(d) + mask) v, head by head."""
    d = q.shape[-1] // heads
    results = []
    for head in range(heads):
        part = slice(head * d, (head + 1) * d)
        scores = torch.einsum("bnd,bmd->bnm", q[..., part], k[..., part]) / math.sqrt(d)
        if mask is not None:
            scores = scores + mask
        results.append(torch.einsum("bnm,bmd->bnd", scores.softmax(-1), v[..., part]))
    return torch.cat(results, dim=-1)


class Attention(nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x, context):
        return self.to_out[0](attend(self.to_q(x), self.to_k(context), self.to_v(context), self.heads))


class Gate(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Linear(width, 8 * width)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * functional.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.ModuleList([Gate(width), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, x):
        return self.net[2](self.net[0](x))


class TransformerBlock(nn.Module):
    """context 0: no cross-attention."""

    def __init__(self, width, context, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-5)
        self.attn1 = Attention(width, width, heads)
        if context:
            self.norm2 = nn.LayerNorm(width, eps=1e-5)
            self.attn2 = Attention(width, context, heads)
        self.norm3 = nn.LayerNorm(width, eps=1e-5)
        self.ff = FeedForward(width)
        self.cross = context > 0

    def forward(self, h, text):
        n = self.norm1(h)
        h = h + self.attn1(n, n)
        if self.cross:
            h = h + self.attn2(self.norm2(h), text)
        return h + self.ff(self.norm3(h))


class Transformer2D(nn.Module):
    def __init__(self, width, context, heads, linear, groups=32):
        super().__init__()
        self.linear = linear
        self.norm = nn.GroupNorm(groups, width, eps=1e-6)
        self.proj_in = nn.Linear(width, width) if linear else nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(width, context, heads)])
        self.proj_out = nn.Linear(width, width) if linear else nn.Conv2d(width, width, 1)

    def forward(self, x, text):
        batch, width, height, columns = x.shape

        def pixels(h):
            return h.permute(0, 2, 3, 1).reshape(batch, height * columns, width)

        def picture(h):
            return h.reshape(batch, height, columns, width).permute(0, 3, 1, 2)

        h = self.norm(x)
        h = self.proj_in(pixels(h)) if self.linear else pixels(self.proj_in(h))
        h = self.transformer_blocks[0](h, text)
        h = picture(self.proj_out(h)) if self.linear else self.proj_out(picture(h))
        return h + x


class Resample(nn.Module):
    """factor 2: every pixel four times, then 3x3. 0.5: 3x3 with stride 2; padded on all sides, or right and below."""

    def __init__(self, channels, kind):
        super().__init__()
        self.kind = kind
        self.conv = nn.Conv2d(channels, channels, 3, stride=1 if kind == "up" else 2, padding={"up": 1, "down": 1, "down_vae": 0}[kind])

    def forward(self, x):
        if self.kind == "up":
            x = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        elif self.kind == "down_vae":
            x = functional.pad(x, (0, 1, 0, 1))
        return self.conv(x)


class Level(nn.Module):
    def __init__(self, resnets, attentions, resampler, name):
        super().__init__()
        self.resnets = nn.ModuleList(resnets)
        if attentions:
            self.attentions = nn.ModuleList(attentions)
        if resampler is not None:
            setattr(self, name, nn.ModuleList([resampler]))
        self.resampler = [resampler]
        self.has_attention = len(attentions) > 0


class UNet(nn.Module):
    def __init__(self, channels, heads, context, linear, groups=32, latent=4, resnets=2):
        super().__init__()
        levels, time = len(channels), 4 * channels[0]
        self.time_width = channels[0]
        self.conv_in = nn.Conv2d(latent, channels[0], 3, padding=1)
        self.time_embedding = TimeEmbedding(channels[0])

        def resnet(inputs, outputs):
            return ResnetBlock(inputs, outputs, time, groups, 1e-5)

        def transformer(level):
            return Transformer2D(channels[level], context, heads[level], linear, groups)

        skips, width, down = [channels[0]], channels[0], []
        for level, outputs in enumerate(channels):
            blocks = []
            for _ in range(resnets):
                blocks.append(resnet(width, outputs))
                width = outputs
                skips.append(width)
            last = level == levels - 1
            if not last:
                skips.append(width)
            down.append(Level(blocks, [] if last else [transformer(level) for _ in blocks], None if last else Resample(width, "down"), "downsamplers"))
        self.down_blocks = nn.ModuleList(down)
        self.mid_block = Level([resnet(width, width), resnet(width, width)], [transformer(levels - 1)], None, "")
        up = []
        for level in reversed(range(levels)):
            blocks = []
            for _ in range(resnets + 1):
                blocks.append(resnet(width + skips.pop(), channels[level]))
                width = channels[level]
            deepest = level == levels - 1
            up.append(Level(blocks, [] if deepest else [transformer(level) for _ in blocks], Resample(width, "up") if level else None, "upsamplers"))
        self.up_blocks = nn.ModuleList(up)
        self.conv_norm_out = nn.GroupNorm(groups, channels[0], eps=1e-5)
        self.conv_out = nn.Conv2d(channels[0], latent, 3, padding=1)

    def forward(self, sample, timesteps, text):
        temb = self.time_embedding(time_table(timesteps, self.time_width))
        h = self.conv_in(sample)
        skips = [h]
        for block in self.down_blocks:
            for j, resnet in enumerate(block.resnets):
                h = resnet(h, temb)
                if block.has_attention:
                    h = block.attentions[j](h, text)
                skips.append(h)
            if block.resampler[0] is not None:
                h = block.resampler[0](h)
                skips.append(h)
        h = self.mid_block.resnets[0](h, temb)
        h = self.mid_block.attentions[0](h, text)
        h = self.mid_block.resnets[1](h, temb)
        for block in self.up_blocks:
            for j, resnet in enumerate(block.resnets):
                h = resnet(torch.cat([h, skips.pop()], dim=1), temb)
                if block.has_attention:
                    h = block.attentions[j](h, text)
            if block.resampler[0] is not None:
                h = block.resampler[0](h)
        return self.conv_out(functional.silu(self.conv_norm_out(h)))


class VaeAttention(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x):
        batch, channels, height, width = x.shape
        h = self.group_norm(x).flatten(2).transpose(1, 2)
        h = self.to_out[0](attend(self.to_q(h), self.to_k(h), self.to_v(h), 1))
        return x + h.transpose(1, 2).reshape(batch, channels, height, width)


class VaeMiddle(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.resnets = nn.ModuleList([ResnetBlock(channels, channels, 0, groups, 1e-6) for _ in range(2)])
        self.attentions = nn.ModuleList([VaeAttention(channels, groups)])

    def forward(self, h):
        return self.resnets[1](self.attentions[0](self.resnets[0](h)))


def run(block, h):
    for resnet in block.resnets:
        h = resnet(h)
    return h if block.resampler[0] is None else block.resampler[0](h)


class Encoder(nn.Module):
    def __init__(self, channels, groups, latent, resnets):
        super().__init__()
        self.conv_in = nn.Conv2d(3, channels[0], 3, padding=1)
        blocks, width = [], channels[0]
        for level, outputs in enumerate(channels):
            inner = []
            for _ in range(resnets):
                inner.append(ResnetBlock(width, outputs, 0, groups, 1e-6))
                width = outputs
            blocks.append(Level(inner, [], Resample(width, "down_vae") if level < len(channels) - 1 else None, "downsamplers"))
        self.down_blocks = nn.ModuleList(blocks)
        self.mid_block = VaeMiddle(width, groups)
        self.conv_norm_out = nn.GroupNorm(groups, width, eps=1e-6)
        self.conv_out = nn.Conv2d(width, 2 * latent, 3, padding=1)

    def forward(self, x):
        h = self.conv_in(x)
        for block in self.down_blocks:
            h = run(block, h)
        return self.conv_out(functional.silu(self.conv_norm_out(self.mid_block(h))))


class Decoder(nn.Module):
    def __init__(self, channels, groups, latent, resnets):
        super().__init__()
        width = channels[-1]
        self.conv_in = nn.Conv2d(latent, width, 3, padding=1)
        self.mid_block = VaeMiddle(width, groups)
        blocks = []
        for level in reversed(range(len(channels))):
            inner = []
            for _ in range(resnets + 1):
                inner.append(ResnetBlock(width, channels[level], 0, groups, 1e-6))
                width = channels[level]
            blocks.append(Level(inner, [], Resample(width, "up") if level else None, "upsamplers"))
        self.up_blocks = nn.ModuleList(blocks)
        self.conv_norm_out = nn.GroupNorm(groups, width, eps=1e-6)
        self.conv_out = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, z):
        h = self.mid_block(self.conv_in(z))
        for block in self.up_blocks:
            h = run(block, h)
        return self.conv_out(functional.silu(self.conv_norm_out(h)))


class Vae(nn.Module):
    def __init__(self, channels, groups=32, latent=4, resnets=2):
        super().__init__()
        self.encoder = Encoder(channels, groups, latent, resnets)
        self.decoder = Decoder(channels, groups, latent, resnets)
        self.quant_conv = nn.Conv2d(2 * latent, 2 * latent, 1)
        self.post_quant_conv = nn.Conv2d(latent, latent, 1)

    def encode(self, x):
        return self.quant_conv(self.encoder(x))

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))


class ClipAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.k_proj, self.v_proj, self.q_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x):
        mask = torch.full((x.shape[1], x.shape[1]), float("-inf"), dtype=x.dtype).triu(1)
        return self.out_proj(attend(self.q_proj(x), self.k_proj(x), self.v_proj(x), self.heads, mask))


class ClipMlp(nn.Module):
    def __init__(self, width, inner, quick):
        super().__init__()
        self.quick = quick
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x):
        h = self.fc1(x)
        return self.fc2(h * torch.sigmoid(1.702 * h) if self.quick else functional.gelu(h))


class ClipLayer(nn.Module):
    def __init__(self, width, heads, inner, quick):
        super().__init__()
        self.self_attn = ClipAttention(width, heads)
        self.layer_norm1 = nn.LayerNorm(width, eps=1e-5)
        self.mlp = ClipMlp(width, inner, quick)
        self.layer_norm2 = nn.LayerNorm(width, eps=1e-5)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class TextModel(nn.Module):
    def __init__(self, layers, width, heads, inner, quick, vocabulary, positions=77):
        super().__init__()
        self.embeddings = nn.Module()
        self.embeddings.token_embedding = nn.Embedding(vocabulary, width)
        self.embeddings.position_embedding = nn.Embedding(positions, width)
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList([ClipLayer(width, heads, inner, quick) for _ in range(layers)])
        self.final_layer_norm = nn.LayerNorm(width, eps=1e-5)

    def forward(self, ids, clip_skip=0):
        x = self.embeddings.token_embedding(ids) + self.embeddings.position_embedding.weight[: ids.shape[1]]
        for layer in self.encoder.layers[: len(self.encoder.layers) - clip_skip]:
            x = layer(x)
        return self.final_layer_norm(x)


class Text(nn.Module):
    def __init__(self, *sizes, **more):
        super().__init__()
        self.text_model = TextModel(*sizes, **more)

    def forward(self, ids, clip_skip=0):
        return self.text_model(ids, clip_skip)
