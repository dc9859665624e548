# Trains the VAE.  usage: train_vae.py MINUTES
import torch, numpy as np, time, math, options
import torch.nn.functional as F
from vae import VAE
from sheet import sheet
ap = options.training_parser('Trains the VAE on data/train -> vae.pt, vae_rec.png.', 100); ap.add_argument('minutes', type=float, nargs='?'); a = ap.parse_args(); dev = options.device(a)
torch.set_num_threads(2); torch.manual_seed(0)
B = 16; LR = 2e-3
X = np.memmap('data/train.rgb', np.uint8, 'r').reshape(-1, 64, 64, 3); N = len(X)
V = np.fromfile('data/val.rgb', np.uint8).reshape(-1, 64, 64, 3) if __import__('os').path.exists('data/val.rgb') else X[-500:]
vae = VAE().to(dev, memory_format=torch.channels_last); print('enc', sum(p.numel() for p in vae.enc.parameters()), 'dec', sum(p.numel() for p in vae.dec.parameters()))
opt = torch.optim.AdamW(vae.parameters(), LR, betas=(.9, .99), weight_decay=1e-4)
rng = np.random.default_rng(0); budget = options.Budget(a.minutes, a.steps); t0 = budget.start; it = 0
def prep(a): return (torch.from_numpy(np.ascontiguousarray(a)).to(dev).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)).contiguous(memory_format=torch.channels_last)
KL = 3e-4
while True:
    f = budget.fraction(it)
    if f >= 1: break
    lr = LR * min(1, (it + 1) / 100) * (.5 + .5 * math.cos(math.pi * f)) + 1e-5
    for g in opt.param_groups: g['lr'] = lr
    x = prep(X[np.sort(rng.integers(0, N, B))]); y, m, lv = vae(x)
    rec = F.mse_loss(y, x) + .2 * F.l1_loss(y, x)
    dx = lambda a: a[..., 1:] - a[..., :-1]; dy = lambda a: a[..., 1:, :] - a[..., :-1, :]
    gr = F.l1_loss(dx(y), dx(x)) + F.l1_loss(dy(y), dy(x))
    kl = .5 * (m * m + lv.exp() - 1 - lv).mean()
    loss = rec + .2 * gr + KL * kl
    opt.zero_grad(); loss.backward(); torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.); opt.step(); it += 1
    if it % a.log == 0: print(it, f'{time.time()-t0:.0f}s {it*B/(time.time()-t0):.0f} img/s loss {loss.item():.4f} mse {F.mse_loss(y,x).item():.5f} kl {kl.item():.3f} std {m.std().item():.3f} pstd {(.5*lv).exp().mean().item():.3f}', flush=True)
    if it % 1000 == 0: options.save(vae.state_dict(), 'vae.pt')
vae.eval(); options.save(vae.state_dict(), 'vae.pt')
with torch.no_grad():
    x = prep(V[:500]); m, lv = vae.encode(x); y = vae.dec(m).clamp(-1, 1)
    mse = ((y - x) ** 2).mean((1, 2, 3)) / 4; print('val psnr', (-10 * torch.log10(mse)).mean().item(), 'lat std', m.std().item(), 'per-ch std', m.std((0, 2, 3)), 'mean', m.mean((0, 2, 3)), 'sf', 1 / m.std().item())
    u8 = lambda a: ((a + 1) * 127.5).round().clamp(0, 255).permute(0, 2, 3, 1).to(torch.uint8).cpu().numpy()
    o = np.stack([u8(x[:64]), u8(y[:64])], 1).reshape(-1, 64, 64, 3); sheet(o, 16, 'vae_rec.png')
