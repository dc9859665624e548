# Score distillation of a small radiance field (dense feature levels + one-hidden-layer MLP, occupancy skipping) with the trained prior (torch).
import torch, numpy as np, math, time, options
import torch.nn.functional as F
from common import *
from sheet import sheet
import captions
ap = options.parser('Score distillation of a small radiance field with the trained prior.'); A = ap.add_argument
A('prompt'); A('--iters', type=int, default=500); A('--cfg', type=float, default=10.); A('--lr', type=float, default=.01); A('--lrm', type=float, default=.003); A('--tmax', type=float, default=.98); A('--tmax_end', type=float, default=.5); A('--tmin', type=float, default=.02)
A('--shade', type=float, default=.5); A('--steps', type=int, default=32); A('--levels', default='8,12,18,27,40,60'); A('--opac', type=float, default=1e-3); A('--ent', type=float, default=1e-2); A('--tv', type=float, default=.01); A('--seed', type=int, default=0)
A('--out', default='f.png'); A('--ckpt', default='ema.pt'); A('--threads', type=int, default=1); A('--log', type=int, default=50); A('--blob', type=float, default=5.); A('--orient', type=float, default=0.); A('--gain', type=float, default=4.); A('--hid', type=int, default=32); A('--init', type=float, default=1e-2); A('--csd', type=int, default=0); A('--views', default='fine')
a = ap.parse_args(); dev = options.device(a); torch.set_num_threads(a.threads); torch.manual_seed(a.seed); rng = np.random.default_rng(a.seed)
tk, te, unet, vae, mu, sd, it = load(a.ckpt, device=dev); ac = alphas_cumprod().to(dev)
emb = lambda s: te(torch.tensor([tk(s)], device=dev))
def words(az, pol):
    if a.views == 'fine': return captions.sector(az, pol)
    return 'overhead view' if pol < 30 else 'front view' if abs(az) <= 30 else 'back view' if abs(az) >= 150 else 'side view'
with torch.no_grad(): E = {v: emb(f'{a.prompt}, {v}') for v in {words(z, p) for z in range(-180, 180, 5) for p in (10, 70)}}; E0 = emb('')
LV = [int(x) for x in a.levels.split(',')]
tabs = [torch.nn.Parameter(((torch.rand(1, 2, g, g, g) * 2 - 1) * a.init).to(dev)) for g in LV]
mlp = torch.nn.Sequential(torch.nn.Linear(2 * len(LV), a.hid), torch.nn.ReLU(), torch.nn.Linear(a.hid, 4)); torch.nn.init.zeros_(mlp[2].bias); mlp.to(dev)
opt = torch.optim.Adam([{'params': tabs, 'k': a.lr}, {'params': mlp.parameters(), 'k': a.lrm}], lr=a.lr, betas=(.9, .99), eps=1e-15)
B = 1.15
def raw(P):  # [M,3]
    g = (P / B).view(1, 1, 1, -1, 3); f = torch.cat([F.grid_sample(t, g, align_corners=True, padding_mode='border')[0, :, 0, 0] for t in tabs]).t()
    o = mlp(f); return a.gain * o[:, 0] + a.blob * (1 - P.norm(dim=1) / .6) - 1., o[:, 1:]
dens = lambda r: F.softplus(r) * 10
def camera(az, pol, rad):
    th, ph = math.radians(pol), math.radians(az); pos = torch.tensor([math.sin(th) * math.sin(ph), math.cos(th), math.sin(th) * math.cos(ph)], device=dev) * rad
    fw = -pos / rad; rt = torch.tensor([math.cos(ph), 0, -math.sin(ph)], device=dev); up = torch.linalg.cross(rt, fw); return pos, fw, rt, up
OG = 40; ax = (torch.arange(OG) + .5) / OG * 2 * B - B; zz, yy, xx = torch.meshgrid(ax, ax, ax, indexing='ij'); OP = torch.stack([xx, yy, zz], -1).view(-1, 3).to(dev); occ = torch.zeros(OG ** 3, device=dev)
@torch.no_grad()
def upd():
    global occ
    P = OP + (torch.rand_like(OP) - .5) * (2 * B / OG); s = torch.cat([dens(raw(p)[0]) for p in P.split(16000)]); occ = torch.maximum(occ * .9, s)
TET = torch.tensor([[1., -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], device=dev)
def render(az, pol, rad, h, bg, amb=None, ld=None, S=a.steps, R=64, jitter=True, tless=False):
    pos, fw, rt, up = camera(az, pol, rad); p = ((torch.arange(R, device=dev) + .5) / R * 2 - 1) * h / rad; d = F.normalize(fw + p.view(1, R, 1) * rt - p.view(R, 1, 1) * up, dim=-1).reshape(-1, 3)
    b = (d @ pos); cc = pos.dot(pos) - B ** 2; disc = b * b - cc; m = disc > 0; sq = disc.clamp(min=0).sqrt(); n, f = -b - sq, -b + sq; k = m.nonzero()[:, 0]
    dt = 2 * B / S; t = n[k, None] + dt * (torch.arange(S, device=dev) + (torch.rand(len(k), 1, device=dev) if jitter else .5)); P = (pos + d[k, None] * t[..., None])
    ok = (t < f[k, None]); ii = ((P / B * .5 + .5) * OG).long().clamp(0, OG - 1); ok &= occ[(ii[..., 2] * OG + ii[..., 1]) * OG + ii[..., 0]] > .05; q = ok.nonzero(); X = P[ok]
    r, alb = raw(X); c = torch.sigmoid(2 * alb); nr = None; ori = torch.zeros((), device=dev)
    if amb is not None:
        e = .02; g = sum(raw(X + e * TET[i])[0][:, None] * TET[i] for i in range(4)); nr = -F.normalize(g, dim=1, eps=1e-5); lam = amb + (1 - amb) * (nr @ ld).clamp(min=0); c = (torch.ones_like(c) if tless else c) * lam[:, None]
    sig = torch.zeros(len(k), S, device=dev).masked_scatter(ok, dens(r)); col = torch.zeros(len(k), S, 3, device=dev).index_put((q[:, 0], q[:, 1]), c)
    al = 1 - torch.exp(-sig * dt); T = torch.cumprod(torch.cat([torch.ones(len(k), 1, device=dev), 1 - al + 1e-7], 1), 1)[:, :-1]; w = al * T
    if nr is not None: ori = (w[ok].detach() * (nr * d[k][q[:, 0]]).sum(1).clamp(min=0) ** 2).sum() / len(k)
    acc = w.sum(1); cl = (w[..., None] * col).sum(1) + (1 - acc)[:, None] * bg; img = bg.expand(R * R, 3).clone(); img[k] = cl; A_ = torch.zeros(R * R, device=dev); A_[k] = acc
    N_ = None
    if nr is not None and not jitter: nn_ = torch.zeros(len(k), S, 3, device=dev).index_put((q[:, 0], q[:, 1]), nr); N_ = torch.ones(R * R, 3, device=dev); N_[k] = (w[..., None] * (nn_ * .5 + .5)).sum(1) + (1 - acc)[:, None]
    return img.view(R, R, 3).permute(2, 0, 1)[None], A_, ori, N_, len(X)
t0 = time.time(); upd()
for i in range(a.iters):
    if i % 8 == 0: upd()
    fr = i / a.iters; tm = a.tmax + (a.tmax_end - a.tmax) * fr
    az = rng.uniform(-180, 180); pol = rng.uniform(5, 30) if rng.random() < .12 else rng.uniform(45, 105); rad = rng.uniform(3, 4); h = rng.uniform(1.0, 1.3); v = words(az, pol)
    u = rng.random(); bg = torch.ones(3, device=dev) if u < .3 else torch.rand(3).to(dev); amb = ld = None
    if rng.random() < a.shade and fr > .1: amb = rng.uniform(.2, .9); pos = camera(az, pol, 1.)[0]; ld = F.normalize(pos + torch.randn(3).to(dev) * .4, dim=0)
    img, acc, ori, _, M = render(az, pol, rad, h, bg, amb, ld); pa = acc.clamp(1e-3, 1 - 1e-3)
    loss = a.opac * (acc ** 2 + .01).sqrt().mean() + a.ent * fr * (-(pa * pa.log2() + (1 - pa) * (1 - pa).log2())).mean() + a.orient * ori
    z = (vae.encode(img * 2 - 1)[0] - mu) / sd
    with torch.no_grad():
        t = torch.randint(int(a.tmin * 1000), max(int(tm * 1000), int(a.tmin * 1000) + 1), (1,)).to(dev); al = ac[t].view(-1, 1, 1, 1); e = torch.randn_like(z); xt = al.sqrt() * z + (1 - al).sqrt() * e
        p0, p1 = unet(torch.cat([xt, xt]), torch.cat([t, t]), torch.cat([E0, E[v]])).chunk(2); ep = p0 + a.cfg * (p1 - p0); g = (1 - al) * ((ep - e) if not a.csd else a.cfg * (p1 - p0))
    tvv = sum((f[:, :, 1:] - f[:, :, :-1]).pow(2).mean() + (f[:, :, :, 1:] - f[:, :, :, :-1]).pow(2).mean() + (f[..., 1:] - f[..., :-1]).pow(2).mean() for f in tabs); loss = loss + a.tv * tvv
    opt.zero_grad(); ((z * g).sum() + 1024 * loss).backward(); opt.step()
    for gr in opt.param_groups: gr['lr'] = gr['k'] * min(1, (i + 1) / 30) * (1 if fr < .6 else 1 - .8 * (fr - .6) / .4)
    if (i + 1) % a.log == 0: print(i + 1, f'{time.time()-t0:.0f}s acc {acc.mean().item():.3f} M {M} gnorm {g.norm().item():.2f} tv {tvv.item():.4f}', flush=True)
with torch.no_grad():
    rows = []
    for mode in (0, 1):
        for k in range(8):
            az = k * 45.; pos = camera(az, 70, 1.)[0]; img = render(az, 70, 4, 1.15, torch.ones(3, device=dev), .4 if mode else None, F.normalize(pos + torch.tensor([0, .6, 0.], device=dev), dim=0) if mode else None, S=96, R=96, jitter=False)[0]
            rows.append((img[0].permute(1, 2, 0).clamp(0, 1) * 255).byte().cpu().numpy())
    for k in range(8): N = render(k * 45., 70, 4, 1.15, torch.ones(3, device=dev), .4, torch.tensor([0, 1., 0], device=dev), S=96, R=96, jitter=False)[3]; rows.append((N.view(96, 96, 3).clamp(0, 1) * 255).byte().cpu().numpy())
    sheet(np.stack(rows), 8, a.out)
print('total', f'{time.time()-t0:.0f}s')
