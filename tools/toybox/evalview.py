# How often the right view words explain a render best, on objects that look different from each side.  usage: evalview.py CKPT...
import torch, numpy as np, options
from common import *
import captions
ap = options.parser('How often the right view words explain a render best.'); ap.add_argument('checkpoints', nargs='+'); args = ap.parse_args(); dev = options.device(args)
torch.set_num_threads(1)
ASYM = {'car', 'bus', 'chair', 'sofa', 'bed', 'mug', 'rubber duck', 'teapot', 'airplane', 'teddy bear', 'penguin', 'pig', 'fish', 'guitar', 'robot', 'sailboat', 'lighthouse', 'house', 'umbrella', 'hammer'}
X = np.fromfile('data/val.rgb', np.uint8).reshape(-1, 64, 64, 3); m = [l.rstrip('\n').split('\t') for l in open('data/val.tsv')]
sel = [i for i, f in enumerate(m) if f[5] in ASYM and float(f[3]) >= 45][:240]; COARSE = ['front view', 'side view', 'back view']; FINE = captions.SECTORS
for ck in args.checkpoints:
    tk, te, u, v, mu, sd, it = load(ck, device=dev); ac = alphas_cumprod().to(dev)
    with torch.no_grad():
        z = (v.encode(torch.from_numpy(X[sel]).to(dev).permute(0, 3, 1, 2).float() / 127.5 - 1)[0] - mu) / sd; out = []
        for name, words, true in (('coarse', COARSE, [COARSE.index(m[i][1]) for i in sel]), ('fine', FINE, [round(float(m[i][2]) / 45) % 8 for i in sel])):
            T = torch.tensor(true, device=dev)
            for t in (500, 700, 850):
                L = 0
                for s in range(2):
                    torch.manual_seed(s); a = ac[t]; e = torch.randn_like(z); x = a.sqrt() * z + (1 - a).sqrt() * e
                    L = L + torch.stack([((u(x, torch.full((len(sel),), t, device=dev), te(torch.tensor([tk(m[i][0] + ', ' + w) for i in sel], device=dev))) - e) ** 2).mean((1, 2, 3)) for w in words])
                right = (L.argmin(0) == T).float(); mean_true = L[T, torch.arange(len(sel), device=dev)].mean(); mean_wrong = (L.sum(0) - L[T, torch.arange(len(sel), device=dev)]).mean() / (len(words) - 1)
                out.append(f'{name} t{t}: {right.mean():.2f} gap {(mean_wrong / mean_true - 1) * 100:.1f}%')
        print(ck, it, len(sel), '; '.join(out), flush=True)
