# What sampling and evaluation share: the trained parts, DDIM sampling.
import torch, options
from vae import VAE
from model import *
from tok import Tokenizer
def load(ckpt='ema.pt', dec=None, device='cpu'):
    tk = Tokenizer('tokenizer'); s = options.load(ckpt); u = UNet(c=(48, 96, 192), x16=False); t = TextEncoder(len(tk.vocab)); u.load_state_dict(s['unet']); t.load_state_dict(s['te'])
    v = VAE(); v.load_state_dict(options.load(dec or 'vae.pt')); st = options.load('latstats.pt')
    for m in (u, t, v):
        m.eval().to(device)
        for p in m.parameters(): p.requires_grad_(False)
    return tk, t, u, v, st['mean'].view(1, 4, 1, 1).to(device), st['std'].view(1, 4, 1, 1).to(device), s.get('it')
@torch.no_grad()
def ddim(u, ctx, unc, cfg=4., steps=30, seed=0):
    g = torch.Generator().manual_seed(seed); B = len(ctx); d = ctx.device; x = torch.randn(B, 4, 16, 16, generator=g).to(d); ac = alphas_cumprod().to(d); ts = torch.arange(steps, 0, -1) * (1000 // steps) - 1
    cc = torch.cat([unc.expand(B, -1, -1), ctx])
    for i, t in enumerate(ts):
        e = u(torch.cat([x, x]), torch.full((2 * B,), int(t), device=d), cc); e0, e1 = e.chunk(2); e = e0 + cfg * (e1 - e0)
        a = ac[t]; an = ac[ts[i + 1]] if i + 1 < steps else torch.tensor(1., device=d); x0 = ((x - (1 - a).sqrt() * e) / a.sqrt()).clamp(-5, 5); e = (x - a.sqrt() * x0) / (1 - a).sqrt(); x = an.sqrt() * x0 + (1 - an).sqrt() * e
    return x
def u8(a): return ((a.clamp(-1, 1) + 1) * 127.5).round().clamp(0, 255).permute(0, 2, 3, 1).to(torch.uint8).cpu().numpy()
