#!/usr/bin/env python3
"""Key sets and shapes of Stable Diffusion 1.x and 2.x, from the published layer structure; writes import_keys.json beside the goldens.

Independent of src/Pipeline/Import: the lists are made forwards from the tables of diffusers' and the original code's modules. The single-file
names of 1.x are also in two public converters, whose sorted lists have the same SHA-256 (see ../README.md).
"""
import hashlib
import json
import pathlib

CH = [320, 640, 1280, 1280]


def wb(name, *shape, bias=True):
    yield name + ".weight", shape
    if bias:
        yield name + ".bias", (shape[0],)


def norm(name, c):
    yield from wb(name, c)


def resnet(name, ci, co, names, time=1280):
    n1, c1, emb, n2, c2, skip = names
    yield from norm(f"{name}.{n1}", ci)
    yield from wb(f"{name}.{c1}", co, ci, 3, 3)
    if time:
        yield from wb(f"{name}.{emb}", co, time)
    yield from norm(f"{name}.{n2}", co)
    yield from wb(f"{name}.{c2}", co, co, 3, 3)
    if ci != co:
        yield from wb(f"{name}.{skip}", co, ci, 1, 1)


def transformer(name, c, ctx, linear):
    one = () if linear else (1, 1)
    yield from norm(name + ".norm", c)
    yield from wb(name + ".proj_in", c, c, *one)
    b = name + ".transformer_blocks.0"
    for a, k in (("attn1", c), ("attn2", ctx)):
        yield f"{b}.{a}.to_q.weight", (c, c)
        yield f"{b}.{a}.to_k.weight", (c, k)
        yield f"{b}.{a}.to_v.weight", (c, k)
        yield from wb(f"{b}.{a}.to_out.0", c, c)
    yield from wb(b + ".ff.net.0.proj", 8 * c, c)
    yield from wb(b + ".ff.net.2", c, 4 * c)
    for n in "123":
        yield from norm(f"{b}.norm{n}", c)
    yield from wb(name + ".proj_out", c, c, *one)


LDM = ("in_layers.0", "in_layers.2", "emb_layers.1", "out_layers.0", "out_layers.3", "skip_connection")
DIFF = ("norm1", "conv1", "time_emb_proj", "norm2", "conv2", "conv_shortcut")


def unet(ctx, linear, ldm):
    r = LDM if ldm else DIFF
    yield from wb("input_blocks.0.0" if ldm else "conv_in", 320, 4, 3, 3)
    for i, o in ((0, 320), (2, 1280)):
        yield from wb(f"time_embed.{i}" if ldm else f"time_embedding.linear_{1 + i // 2}", 1280, o)
    prev = 320
    for i, c in enumerate(CH):
        for j in range(2):
            n = 3 * i + j + 1
            yield from resnet(f"input_blocks.{n}.0" if ldm else f"down_blocks.{i}.resnets.{j}", prev, c, r)
            prev = c
            if i < 3:
                yield from transformer(f"input_blocks.{n}.1" if ldm else f"down_blocks.{i}.attentions.{j}", c, ctx, linear)
        if i < 3:
            yield from wb(f"input_blocks.{3 * i + 3}.0.op" if ldm else f"down_blocks.{i}.downsamplers.0.conv", c, c, 3, 3)
    yield from resnet("middle_block.0" if ldm else "mid_block.resnets.0", 1280, 1280, r)
    yield from transformer("middle_block.1" if ldm else "mid_block.attentions.0", 1280, ctx, linear)
    yield from resnet("middle_block.2" if ldm else "mid_block.resnets.1", 1280, 1280, r)
    inputs = [[2560, 2560, 2560], [2560, 2560, 1920], [1920, 1280, 960], [960, 640, 640]]
    for i, c in enumerate(reversed(CH)):
        for j in range(3):
            n = 3 * i + j
            yield from resnet(f"output_blocks.{n}.0" if ldm else f"up_blocks.{i}.resnets.{j}", inputs[i][j], c, r)
            if i > 0:
                yield from transformer(f"output_blocks.{n}.1" if ldm else f"up_blocks.{i}.attentions.{j}", c, ctx, linear)
        if i < 3:
            yield from wb(["output_blocks.2.1", "output_blocks.5.2", "output_blocks.8.2"][i] + ".conv" if ldm else f"up_blocks.{i}.upsamplers.0.conv", c, c, 3, 3)
    yield from norm("out.0" if ldm else "conv_norm_out", 320)
    yield from wb("out.2" if ldm else "conv_out", 4, 320, 3, 3)


def vae(ldm):
    ch = [128, 256, 512, 512]
    r = ("norm1", "conv1", None, "norm2", "conv2", "nin_shortcut" if ldm else "conv_shortcut")
    for side, first in (("encoder", (128, 3)), ("decoder", (512, 4))):
        yield from wb(side + ".conv_in", *first, 3, 3)
        mid = [f"{side}.mid.block_1", f"{side}.mid.block_2"] if ldm else [f"{side}.mid_block.resnets.0", f"{side}.mid_block.resnets.1"]
        for m in mid:
            yield from resnet(m, 512, 512, r, time=0)
        a = f"{side}.mid.attn_1" if ldm else f"{side}.mid_block.attentions.0"
        yield from norm(a + (".norm" if ldm else ".group_norm"), 512)
        for p in (("q", "k", "v", "proj_out") if ldm else ("to_q", "to_k", "to_v", "to_out.0")):
            yield from wb(f"{a}.{p}", 512, 512, *((1, 1) if ldm else ()))
        yield from norm(side + (".norm_out" if ldm else ".conv_norm_out"), 512 if side == "encoder" else 128)
        yield from wb(side + ".conv_out", *((8, 512) if side == "encoder" else (3, 128)), 3, 3)
    prev = 128
    for i, c in enumerate(ch):
        for j in range(2):
            yield from resnet(f"encoder.down.{i}.block.{j}" if ldm else f"encoder.down_blocks.{i}.resnets.{j}", prev, c, r, time=0)
            prev = c
        if i < 3:
            yield from wb(f"encoder.down.{i}.downsample.conv" if ldm else f"encoder.down_blocks.{i}.downsamplers.0.conv", c, c, 3, 3)
    prev = 512
    for i, c in enumerate(reversed(ch)):
        for j in range(3):
            yield from resnet(f"decoder.up.{3 - i}.block.{j}" if ldm else f"decoder.up_blocks.{i}.resnets.{j}", prev, c, r, time=0)
            prev = c
        if i < 3:
            yield from wb(f"decoder.up.{3 - i}.upsample.conv" if ldm else f"decoder.up_blocks.{i}.upsamplers.0.conv", c, c, 3, 3)
    yield from wb("quant_conv", 8, 8, 1, 1)
    yield from wb("post_quant_conv", 4, 4, 1, 1)


def clip(layers, w):
    t = "text_model."
    yield t + "embeddings.token_embedding.weight", (49408, w)
    yield t + "embeddings.position_embedding.weight", (77, w)
    for n in range(layers):
        p = f"{t}encoder.layers.{n}"
        for a in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from wb(f"{p}.self_attn.{a}", w, w)
        yield from norm(p + ".layer_norm1", w)
        yield from norm(p + ".layer_norm2", w)
        yield from wb(p + ".mlp.fc1", 4 * w, w)
        yield from wb(p + ".mlp.fc2", w, 4 * w)
    yield from norm(t + "final_layer_norm", w)


def open_clip(layers, w):
    yield "token_embedding.weight", (49408, w)
    yield "positional_embedding", (77, w)
    for n in range(layers):
        p = f"transformer.resblocks.{n}"
        yield p + ".attn.in_proj_weight", (3 * w, w)
        yield p + ".attn.in_proj_bias", (3 * w,)
        yield from wb(p + ".attn.out_proj", w, w)
        yield from norm(p + ".ln_1", w)
        yield from norm(p + ".ln_2", w)
        yield from wb(p + ".mlp.c_fc", 4 * w, w)
        yield from wb(p + ".mlp.c_proj", w, 4 * w)
    yield from norm("ln_final", w)


def digest(lines):
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def main():
    sets = {}
    for base, ctx, linear in (("1", 768, False), ("2", 1024, True)):
        sets[f"unet {base} ldm"] = [("model.diffusion_model." + k, s) for k, s in unet(ctx, linear, True)]
        sets[f"unet {base} diffusers"] = list(unet(ctx, linear, False))
    sets["vae ldm"] = [("first_stage_model." + k, s) for k, s in vae(True)]
    sets["vae diffusers"] = list(vae(False))
    sets["text 1 ldm"] = [("cond_stage_model.transformer." + k, s) for k, s in clip(12, 768)]
    sets["text 1 diffusers"] = list(clip(12, 768))
    sets["text 2 ldm"] = [("cond_stage_model.model." + k, s) for k, s in open_clip(23, 1024)]
    sets["text 2 diffusers"] = list(clip(23, 1024))
    result = {}
    for name, keys in sets.items():
        assert len(dict(keys)) == len(keys)
        count = 0
        for _, shape in keys:
            n = 1
            for extent in shape:
                n *= extent
            count += n
        result[name] = {"tensors": len(keys), "parameters": count, "names": digest(k for k, _ in keys), "shapes": digest(f"{k} {','.join(map(str, s))}" for k, s in keys)}
    path = pathlib.Path(__file__).resolve().parent.parent / "import_keys.json"
    path.write_text(json.dumps(result, indent=2) + "\n")


main()
