"""Stable Diffusion 1.5's networks with random weights, written from the layer structure that diffusers and transformers document.

UNet2DConditionModel: channels 320, 640, 1280, 1280; two residual blocks for each level down, three up; transformers of depth 1 with
eight heads on every level but the coarsest, and in the middle; 32 groups; time embedding of 1280. CLIPTextModel (ViT-L/14): 12 layers
of width 768 with 12 heads, quick GELU, causal mask. AutoencoderKL's decoder: channels 512, 512, 256, 128, three residual blocks each.
The encoder is that of tests/Golden/tools/export_vae_encoder.py.
"""
import math

import torch
from torch import nn
from torch.nn import functional

GROUPS = 32
TIME_WIDTH = 1280


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, epsilon, time=True):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, inputs, eps=epsilon)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time_emb_proj = nn.Linear(TIME_WIDTH, outputs) if time else None
        self.norm2 = nn.GroupNorm(GROUPS, outputs, eps=epsilon)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x, time=None):
        h = self.conv1(functional.silu(self.norm1(x)))
        if self.time_emb_proj is not None:
            h = h + self.time_emb_proj(functional.silu(time))[:, :, None, None]
        h = self.conv2(functional.silu(self.norm2(h)))
        return (x if self.conv_shortcut is None else self.conv_shortcut(x)) + h


class Attention(nn.Module):
    def __init__(self, width, heads, context, bias=False):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=bias)
        self.to_k = nn.Linear(context, width, bias=bias)
        self.to_v = nn.Linear(context, width, bias=bias)
        self.to_out = nn.Linear(width, width)

    def split(self, x):
        batch, length, width = x.shape
        return x.reshape(batch, length, self.heads, width // self.heads).permute(0, 2, 1, 3)

    def forward(self, x, context, mask=None):
        q, k, v = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
        scores = torch.matmul(q, k.transpose(-1, -2)) * (q.shape[-1] ** -0.5)
        scores = scores if mask is None else scores + mask
        h = torch.matmul(scores.softmax(dim=-1), v).permute(0, 2, 1, 3)
        return self.to_out(h.reshape(x.shape))


class GatedFeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Linear(width, 8 * width)
        self.out = nn.Linear(4 * width, width)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, dim=-1)
        return self.out(value * functional.gelu(gate))


class Transformer(nn.Module):
    def __init__(self, channels, context):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels, eps=1e-6)
        self.proj_in = nn.Conv2d(channels, channels, 1)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(channels), nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.attn1 = Attention(channels, 8, channels)
        self.attn2 = Attention(channels, 8, context)
        self.ff = GatedFeedForward(channels)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x, text):
        batch, channels, height, width = x.shape
        h = self.proj_in(self.norm(x)).permute(0, 2, 3, 1).reshape(batch, height * width, channels)
        y = self.norm1(h)
        h = h + self.attn1(y, y)
        h = h + self.attn2(self.norm2(h), text)
        h = h + self.ff(self.norm3(h))
        return x + self.proj_out(h.reshape(batch, height, width, channels).permute(0, 3, 1, 2))


class Unet(nn.Module):
    def __init__(self, channels=(320, 640, 1280, 1280), context=768):
        super().__init__()
        self.conv_in = nn.Conv2d(4, channels[0], 3, padding=1)
        self.linear_1, self.linear_2 = nn.Linear(channels[0], TIME_WIDTH), nn.Linear(TIME_WIDTH, TIME_WIDTH)
        last = len(channels) - 1
        self.down, self.down_attention, self.downsamplers = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        skips, width = [channels[0]], channels[0]
        for level, outputs in enumerate(channels):
            for _ in range(2):
                self.down.append(ResidualBlock(width, outputs, 1e-5))
                self.down_attention.append(Transformer(outputs, context) if level < last else nn.Identity())
                width = outputs
                skips.append(width)
            if level < last:
                self.downsamplers.append(nn.Conv2d(width, width, 3, stride=2, padding=1))
                skips.append(width)
        self.mid_first, self.mid_attention, self.mid_second = ResidualBlock(width, width, 1e-5), Transformer(width, context), ResidualBlock(width, width, 1e-5)
        self.up, self.up_attention, self.upsamplers = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for level, outputs in enumerate(reversed(channels)):
            for _ in range(3):
                self.up.append(ResidualBlock(width + skips.pop(), outputs, 1e-5))
                self.up_attention.append(Transformer(outputs, context) if level > 0 else nn.Identity())
                width = outputs
            if level < last:
                self.upsamplers.append(nn.Conv2d(width, width, 3, padding=1))
        self.conv_norm_out = nn.GroupNorm(GROUPS, width, eps=1e-5)
        self.conv_out = nn.Conv2d(width, 4, 3, padding=1)

    def embed(self, timestep, count):
        half = self.conv_in.out_channels // 2
        frequencies = torch.exp(torch.arange(half, dtype=torch.float32) * (-math.log(10000.0) / half))
        angles = timestep.expand(count)[:, None].float() * frequencies[None, :]
        return self.linear_2(functional.silu(self.linear_1(torch.cat([angles.cos(), angles.sin()], dim=-1))))

    @staticmethod
    def attend(attention, h, text):
        return attention(h, text) if isinstance(attention, Transformer) else h

    def forward(self, sample, timestep, encoder_hidden_states):
        time = self.embed(timestep, sample.shape[0])
        h = self.conv_in(sample)
        skips = [h]
        for i, (block, attention) in enumerate(zip(self.down, self.down_attention)):
            h = self.attend(attention, block(h, time), encoder_hidden_states)
            skips.append(h)
            if i % 2 == 1 and i // 2 < len(self.downsamplers):
                h = self.downsamplers[i // 2](h)
                skips.append(h)
        h = self.mid_second(self.mid_attention(self.mid_first(h, time), encoder_hidden_states), time)
        for i, (block, attention) in enumerate(zip(self.up, self.up_attention)):
            h = self.attend(attention, block(torch.cat([h, skips.pop()], dim=1), time), encoder_hidden_states)
            if i % 3 == 2 and i // 3 < len(self.upsamplers):
                h = self.upsamplers[i // 3](functional.interpolate(h, scale_factor=2.0, mode="nearest"))
        return self.conv_out(functional.silu(self.conv_norm_out(h)))


class TextLayer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads, width, bias=True)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask):
        y = self.layer_norm1(x)
        x = x + self.attention(y, y, mask)
        y = self.fc1(self.layer_norm2(x))
        return x + self.fc2(y * torch.sigmoid(1.702 * y))


class TextEncoder(nn.Module):
    def __init__(self, vocabulary=49408, tokens=77, width=768, layers=12, heads=12):
        super().__init__()
        self.token_embedding, self.position_embedding = nn.Embedding(vocabulary, width), nn.Embedding(tokens, width)
        self.layers = nn.ModuleList([TextLayer(width, heads) for _ in range(layers)])
        self.final_layer_norm = nn.LayerNorm(width)
        self.register_buffer("mask", torch.full((tokens, tokens), torch.finfo(torch.float32).min).triu(1), persistent=False)
        # CLIP's own scale; the module's default of 1 would drown the attention.
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        nn.init.normal_(self.position_embedding.weight, std=0.01)

    def forward(self, input_ids):
        length = input_ids.shape[1]
        h = self.token_embedding(input_ids) + self.position_embedding.weight[:length]
        for layer in self.layers:
            h = layer(h, self.mask[:length, :length])
        h = self.final_layer_norm(h)
        return h, h[torch.arange(h.shape[0]), input_ids.argmax(dim=-1)]


class Decoder(nn.Module):
    def __init__(self, attention, channels=(512, 512, 256, 128)):
        super().__init__()
        self.post_quant_conv = nn.Conv2d(4, 4, 1)
        self.conv_in = nn.Conv2d(4, channels[0], 3, padding=1)
        self.mid_first, self.mid_attention, self.mid_second = ResidualBlock(channels[0], channels[0], 1e-6, False), attention, ResidualBlock(channels[0], channels[0], 1e-6, False)
        self.levels, self.upsamplers, width = nn.ModuleList(), nn.ModuleList(), channels[0]
        for level, outputs in enumerate(channels):
            self.levels.append(nn.Sequential(*[ResidualBlock(width if b == 0 else outputs, outputs, 1e-6, False) for b in range(3)]))
            width = outputs
            if level < len(channels) - 1:
                self.upsamplers.append(nn.Conv2d(width, width, 3, padding=1))
        self.conv_norm_out = nn.GroupNorm(GROUPS, width, eps=1e-6)
        self.conv_out = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, latent_sample):
        h = self.conv_in(self.post_quant_conv(latent_sample))
        h = self.mid_second(self.mid_attention(self.mid_first(h)))
        for level, blocks in enumerate(self.levels):
            h = blocks(h)
            if level < len(self.upsamplers):
                h = self.upsamplers[level](functional.interpolate(h, scale_factor=2.0, mode="nearest"))
        return self.conv_out(functional.silu(self.conv_norm_out(h)))
