# Tiny CLIP-like dual encoder for offline R-Precision.  usage: train_clip.py MINUTES [THREADS [CHECKPOINT]]
import torch, numpy as np, time, math, random, options
import torch.nn.functional as F
from clip_model import *
from tok import Tokenizer
import captions
ap = options.training_parser('Trains the CLIP-like pair of encoders on data/train -> clip.pt.', 50); ap.add_argument('minutes', type=float, nargs='?'); ap.add_argument('threads', type=int, nargs='?', default=1); ap.add_argument('checkpoint', nargs='?'); ap.add_argument('--views', type=float, default=0, metavar='W', help='weight of a cross-entropy that tells front view from back view in an otherwise equal caption; front and back views are then drawn five times as often'); ap.add_argument('--reach', type=float, default=30, metavar='DEG', help='with --views: azimuths this near to 0 count as front, this near to 180 as back'); ap.add_argument('--often', metavar='WORD', help='with --views: pictures with this word in the caption are drawn another five times as often'); ap.add_argument('--rate', type=float, default=1.5e-3, help='peak learning rate'); ap.add_argument('--augment', action='store_true', help='mirrors half of the pictures (their azimuth, too), shifts all by up to 3 pixels and blurs half of them by up to 1.2: as soft as the renders of a field'); ap.add_argument('--seed', type=int, help='of the draws; the clock without it'); ap.add_argument('--keep', type=int, default=0, metavar='N', help='also write clip.pt every N steps')
a = ap.parse_args(); dev = options.device(a); torch.set_num_threads(a.threads); torch.manual_seed(0); B = 96; LR = a.rate
X = np.memmap('data/train.rgb', np.uint8, 'r').reshape(-1, 64, 64, 3); meta = [(c, v, float(z), float(p)) for c, v, z, p in (l.split('\t')[:4] for l in open('data/train.tsv'))]; N = len(X); tk = Tokenizer('tokenizer'); im, tx = ImageEnc(), ClipText(len(tk.vocab)); ls = torch.nn.Parameter(torch.tensor(math.log(14.)))
print(sum(p.numel() for p in im.parameters()), sum(p.numel() for p in tx.parameters()))
if a.checkpoint:
    s = options.load(a.checkpoint); im.load_state_dict(s['img']); tx.load_state_dict(s['txt']); ls.data.fill_(math.log(s['scale']))   # go on from a checkpoint
im.to(dev); tx.to(dev); ls.data = ls.data.to(dev)
P = list(im.parameters()) + list(tx.parameters()) + [ls]; opt = torch.optim.AdamW(P, LR, betas=(.9, .98), weight_decay=.02); seed = int(time.time()) if a.seed is None else a.seed; rng = np.random.default_rng(seed); rnd = random.Random(seed); budget = options.Budget(a.minutes, a.steps); t0 = budget.start; it = 0
def cap(k, mirrored=False):
    c, (core, view, az, pol) = '', meta[k]
    while not c: c = captions.make(core, view, -az if mirrored else az, pol, rnd)
    return c
TAPS = torch.arange(-3, 4, device=dev).float()
def augmented(x, flip):
    x = torch.where(torch.from_numpy(flip).to(dev)[:, None, None, None], x.flip(3), x); p = F.pad(x, (3, 3, 3, 3), mode='replicate'); o = rng.integers(0, 7, (len(x), 2)); x = torch.stack([p[i, :, u:u + 64, v:v + 64] for i, (u, v) in enumerate(o)])
    w = torch.from_numpy(np.where(rng.random(len(x)) < .5, rng.uniform(.3, 1.2, len(x)), .1)).float().to(dev); k = torch.exp(-.5 * (TAPS[None] / w[:, None]) ** 2); k = (k / k.sum(1, keepdim=True)).repeat_interleave(3, 0); n = len(k)
    y = F.conv2d(F.pad(x, (3, 3, 3, 3), mode='replicate').reshape(1, n, 70, 70), k.view(n, 1, 7, 1), groups=n); return F.conv2d(y, k.view(n, 1, 1, 7), groups=n).view(x.shape)
SIDES = ['front view', 'back view']; SIDE = [-1 if p < 30 else 0 if abs(z) <= a.reach else 1 if abs(z) >= 180 - a.reach else -1 for _, _, z, p in meta]; P0 = np.cumsum([(5. if v in SIDES else 1.) * (5. if a.often and a.often in c.split() else 1.) for c, v, _, _ in meta])
# As for the UNet's text encoder, a fixed direction keeps the words apart: without it 'front view' and 'back view' differ by 0.01 in a text's embedding, two colours by 0.8.
U = torch.nn.functional.normalize(torch.randn(96, generator=torch.Generator().manual_seed(7)), dim=0).to(dev); AT = torch.tensor([.35, -.35], device=dev)
def save(): options.save({'img': im.state_dict(), 'txt': tx.state_dict(), 'scale': ls.exp().item()}, 'clip.pt')
def draw():
    return rng.integers(0, N, B) if a.views == 0 else np.searchsorted(P0, rng.random(B) * P0[-1])
while True:
    f = budget.fraction(it)
    if f >= 1: break
    for g in opt.param_groups: g['lr'] = LR * min(1, (it + 1) / 50) * (.5 + .5 * math.cos(math.pi * f)) + 1e-5
    j = draw(); x = torch.from_numpy(X[j]).to(dev).permute(0, 3, 1, 2).float().div_(127.5).sub_(1); flip = rng.random(B) < .5 if a.augment else np.zeros(B, bool); ids = torch.tensor([tk(cap(k, m)) for k, m in zip(j, flip)], device=dev)
    if a.augment: x = augmented(x, flip)
    s = ls.exp().clamp(max=60); e = im(x); lo = s * e @ tx(ids).t(); cores = [meta[k][0] for k in j]; T = torch.tensor([[float(p == q) for q in cores] for p in cores], device=dev); T = T / T.sum(1, keepdim=True)
    loss = -.5 * ((T * lo.log_softmax(1)).sum(1).mean() + (T * lo.t().log_softmax(1)).sum(1).mean())
    if a.views > 0:  # its own view words against the opposite ones, and both at their places
        h = [i for i, k in enumerate(j) if SIDE[k] >= 0]; w = tx(torch.tensor([tk(meta[j[i]][0] + ', ' + v) for i in h for v in SIDES], device=dev)).view(len(h), 2, -1); q = s * (w * e[h, None]).sum(2); y = torch.tensor([SIDE[j[i]] for i in h], device=dev)
        loss = loss + a.views * (F.cross_entropy(q, y) + 10 * (w @ U - AT).square().mean())
    opt.zero_grad(); loss.backward(); opt.step(); it += 1
    if it % a.log == 0: print(it, f'{time.time()-t0:.0f}s', loss.item(), (lo.argmax(1) == torch.arange(B, device=dev)).float().mean().item(), *([(q.argmax(1) == y).float().mean().item()] if a.views > 0 else []), flush=True)
    if a.keep and it % a.keep == 0: save()
save()
# retrieval on held-out renders: true caption core vs every distinct core caption in the validation set, and category-level
V = np.fromfile('data/val.rgb', np.uint8).reshape(-1, 64, 64, 3); vm = [l.rstrip('\n').split('\t') for l in open('data/val.tsv')]
with torch.no_grad():
    e = torch.cat([im(torch.from_numpy(V[i:i + 250]).to(dev).permute(0, 3, 1, 2).float() / 127.5 - 1) for i in range(0, len(V), 250)]); cats = sorted({m[5] for m in vm if m[5] != 'two'}); te = tx(torch.tensor([tk('a ' + c) for c in cats], device=dev)); k = [i for i, m in enumerate(vm) if m[5] != 'two' and m[4] != 'textureless']
    print('val category top1', np.mean([cats[j] == vm[i][5] for i, j in zip(k, (e[k] @ te.t()).argmax(1).tolist())]), 'of', len(cats))
    cores = sorted({m[0] for m in vm}); te = tx(torch.tensor([tk(c) for c in cores], device=dev)); r = (e @ te.t()).argsort(1, descending=True)[:, :5].tolist(); print('val full-caption top1', np.mean([cores[q[0]] == m[0] for q, m in zip(r, vm)]), 'top5', np.mean([m[0] in [cores[b] for b in q] for q, m in zip(r, vm)]), 'of', len(cores))
