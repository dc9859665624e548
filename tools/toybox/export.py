# Export everything to ONNX in the diffusers/optimum directory layout, on the CPU.  usage: export.py OUT_DIR
import copy, sys, os, json, shutil, warnings, torch, torch.nn as nn, numpy as np, onnx
from onnx import numpy_helper, helper, TensorProto
from common import *
warnings.filterwarnings('ignore'); torch.set_num_threads(1)
out = sys.argv[1]; SF = 0.18215; dec = 'vae_dec.pt' if os.path.exists('vae_dec.pt') else None
tk, te, u, v, mu, sd, it = load('ema.pt', dec); L = tk.max_len
class GN(nn.Module):  # GroupNorm as Reshape -> InstanceNormalization -> Reshape -> Mul -> Add with constant shapes (only the batch is dynamic)
    def __init__(s, m): super().__init__(); s.g, s.eps = m.num_groups, m.eps; s.w = nn.Parameter(m.weight.data.view(1, -1, 1, 1).clone()); s.b = nn.Parameter(m.bias.data.view(1, -1, 1, 1).clone()); s.one = nn.Parameter(torch.ones(s.g)); s.zero = nn.Parameter(torch.zeros(s.g))
    def forward(s, x): C, H, W = (int(d) for d in x.shape[1:]); h = nn.functional.instance_norm(x.reshape(-1, s.g, C // s.g * H * W), weight=s.one, bias=s.zero, eps=s.eps); return h.reshape(-1, C, H, W) * s.w + s.b
def swap(m):
    for n, c in list(m.named_children()):
        if isinstance(c, nn.GroupNorm): setattr(m, n, GN(c))
        else: swap(c)
    return m
class VE(nn.Module):
    def __init__(s):
        super().__init__(); s.e = v.enc; c = nn.Conv2d(64, 4, 3, padding=1); k = (1 / (sd * SF)).view(4, 1, 1, 1)
        c.weight.data = s.e.conv_out.weight.data[:4] * k; c.bias.data = (s.e.conv_out.bias.data[:4] - mu.view(4)) * k.view(4); s.c = c
    def forward(s, x): e = s.e; h = e.r1(e.conv_in(x)); h = e.r3(e.r2(e.down(h))); return s.c(torch.nn.functional.silu(e.norm(h)))
class VD(nn.Module):
    def __init__(s): super().__init__(); s.d = v.dec; s.q = nn.Conv2d(4, 4, 1); s.q.weight.data = torch.diag((sd * SF).view(4)).view(4, 4, 1, 1); s.q.bias.data = mu.view(4).clone()
    def forward(s, z): return s.d(s.q(z))
def half(path):
    m = onnx.load(path); g = m.graph; new = []
    for i, t in enumerate(list(g.initializer)):
        if t.data_type == TensorProto.FLOAT and int(np.prod(t.dims)) >= 512:
            a = numpy_helper.to_array(t).astype(np.float16); n = t.name; h = numpy_helper.from_array(a, n + '_f16'); g.initializer.remove(t); g.initializer.append(h); new.append(helper.make_node('Cast', [n + '_f16'], [n], name='cast_' + n, to=TensorProto.FLOAT))
    nodes = new + list(g.node); del g.node[:]; g.node.extend(nodes); onnx.checker.check_model(m); onnx.save(m, path)
def exp(mod, args, d, ins, outs, dyn, fp16):
    os.makedirs(os.path.join(out, d) if not d.endswith('.onnx') else os.path.dirname(os.path.join(out, d)), exist_ok=True); p = os.path.join(out, d if d.endswith('.onnx') else d + '/model.onnx')
    torch.onnx.export(swap(copy.deepcopy(mod)).eval(), args, p, input_names=ins, output_names=outs, dynamic_axes=dyn, opset_version=14, do_constant_folding=True); m = onnx.load(p)
    for n in list(m.graph.node) + list(m.graph.initializer): n.doc_string = ''
    ren = {n.output[0]: n.input[0] for n in m.graph.node if n.op_type == 'Identity' and n.output[0] not in {o.name for o in m.graph.output}}   # drop aliases of shared constants
    keep = [n for n in m.graph.node if not (n.op_type == 'Identity' and n.output[0] in ren)]
    for n in keep:
        for i, x in enumerate(n.input):
            while x in ren: x = ren[x]
            n.input[i] = x
    del m.graph.node[:]; m.graph.node.extend(keep); onnx.checker.check_model(m); onnx.save(m, p)
    if fp16: half(p)
    m = onnx.load(p); print(d, os.path.getsize(p), sorted({n.op_type for n in m.graph.node}))
J = lambda o, p: (os.makedirs(os.path.dirname(os.path.join(out, p)), exist_ok=True), json.dump(o, open(os.path.join(out, p), 'w'), indent=2))
B = {0: 'batch'}
exp(te, (torch.zeros(2, L).long(),), 'text_encoder', ['input_ids'], ['last_hidden_state'], {'input_ids': B, 'last_hidden_state': B}, False)
exp(u, (torch.randn(2, 4, 16, 16), torch.tensor([3, 500]), torch.randn(2, L, 128)), 'unet', ['sample', 'timestep', 'encoder_hidden_states'], ['out_sample'], {'sample': B, 'timestep': {0: 'steps'}, 'encoder_hidden_states': B, 'out_sample': B}, True)
exp(VE(), (torch.randn(2, 3, 64, 64),), 'vae_encoder', ['sample'], ['latent_sample'], {'sample': B, 'latent_sample': B}, False)
exp(VD(), (torch.randn(2, 4, 16, 16),), 'vae_decoder', ['latent_sample'], ['sample'], {'sample': B, 'latent_sample': B}, False)
J({"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.20.0", "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"], "vae_encoder": ["diffusers", "AutoencoderKL"], "vae_decoder": ["diffusers", "AutoencoderKL"], "safety_checker": [None, None], "feature_extractor": [None, None]}, 'model_index.json')
J({"_class_name": "DDIMScheduler", "_diffusers_version": "0.20.0", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "prediction_type": "epsilon", "clip_sample": False, "set_alpha_to_one": True, "steps_offset": 0, "trained_betas": None}, 'scheduler/scheduler_config.json')
J({"architectures": ["CLIPTextModel"], "model_type": "clip_text_model", "vocab_size": len(tk.vocab), "hidden_size": 128, "intermediate_size": 512, "num_hidden_layers": 3, "num_attention_heads": 4, "max_position_embeddings": L, "hidden_act": "quick_gelu", "bos_token_id": tk.bos, "eos_token_id": tk.eos, "pad_token_id": tk.eos}, 'text_encoder/config.json')
J({"_class_name": "UNet2DConditionModel", "in_channels": 4, "out_channels": 4, "sample_size": 16, "cross_attention_dim": 128, "block_out_channels": [48, 96, 192], "layers_per_block": 1, "norm_num_groups": 8, "attention_head_dim": 32}, 'unet/config.json')
vc = {"_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": 4, "sample_size": 64, "block_out_channels": [32, 64], "layers_per_block": 1, "norm_num_groups": 8, "scaling_factor": SF}
J(vc, 'vae_encoder/config.json'); J({**vc, "block_out_channels": [16, 32, 64]}, 'vae_decoder/config.json')
os.makedirs(out + '/tokenizer', exist_ok=True)
for f in os.listdir('tokenizer'): shutil.copy('tokenizer/' + f, out + '/tokenizer/' + f)
# reference tensors for the ONNX Runtime check
os.makedirs('ref', exist_ok=True); torch.manual_seed(1); R = {}
ids = torch.tensor([tk('a hamburger, front view'), tk(''), tk('a red sphere on top of a blue cube, side view')]); x = torch.randn(3, 4, 16, 16); t = torch.tensor([20, 500, 980]); im = torch.from_numpy(np.fromfile('data/val.rgb', np.uint8)[:3 * 12288].reshape(3, 64, 64, 3).copy()).permute(0, 3, 1, 2).float() / 127.5 - 1
with torch.no_grad():
    h = te(ids); z = VE()(im); R = dict(ids=ids, hs=h, x=x, t=t, eps=u(x, t, h), im=im, z=z, rec=VD()(z))
    if os.path.exists('clip.pt'):
        from clip_model import *
        ci, ct = ImageEnc(), ClipText(len(tk.vocab)); s = options.load('clip.pt'); ci.load_state_dict(s['img']); ct.load_state_dict(s['txt']); ci.eval(); ct.eval()
        R.update(ie=ci(im), te=ct(ids))
        exp(ci, (im,), 'clip/image_encoder.onnx', ['pixel_values'], ['image_embeds'], {'pixel_values': B, 'image_embeds': B}, True); exp(ct, (ids,), 'clip/text_encoder.onnx', ['input_ids'], ['text_embeds'], {'input_ids': B, 'text_embeds': B}, True)
        J({"model_type": "clip", "projection_dim": 96, "image_size": 64, "pixel_range": [-1, 1], "logit_scale": float(s['scale']), "normalized": True, "max_position_embeddings": L}, 'clip/config.json')
for k, a in R.items(): a.numpy().astype(np.int64 if a.dtype == torch.long else np.float32).tofile(f'ref/{k}.bin')
print('exported at it', it)
