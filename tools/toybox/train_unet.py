# Data-parallel training of text encoder + UNet on VAE latents.  usage: train_unet.py RANK WORLD MINUTES
import torch, numpy as np, time, math, random, os, copy, options
import torch.distributed as dist
import torch.nn.functional as F
from vae import VAE
from model import *
from tok import Tokenizer
import captions
ap = options.training_parser('Trains text encoder and UNet on latents of data/train -> ema.pt (averaged), raw.pt (to go on from as resume.pt).', 100)
ap.add_argument('rank', type=int, help='of this process, from 0'); ap.add_argument('world', type=int, help='number of processes'); ap.add_argument('minutes', type=float, nargs='?')
args = ap.parse_args(); dev = options.device(args); rank, world = args.rank, args.world; torch.set_num_threads(1)
os.environ.setdefault('MASTER_ADDR', '127.0.0.1'); os.environ.setdefault('MASTER_PORT', '29511')
if world > 1: dist.init_process_group('gloo', rank=rank, world_size=world)
B = 32; LR = 8e-4; ENC0 = 11000; ENCSTEP = 26
X = np.memmap('data/train.rgb', np.uint8, 'r').reshape(-1, 64, 64, 3); N = len(X); meta = [(c, v, float(z), float(p)) for c, v, z, p in (l.split('\t')[:4] for l in open('data/train.tsv'))]
idx = np.random.default_rng(6).permutation(N)[rank::world]; M = len(idx)   # this rank's images, in random order
Z = np.zeros((M, 4, 16, 16), np.float16); ne = 0
vae = VAE(); vae.load_state_dict(options.load('vae.pt')); vae.eval().to(dev); st = options.load('latstats.pt'); mu, sd = st['mean'].view(1, 4, 1, 1).to(dev), st['std'].view(1, 4, 1, 1).to(dev)
@torch.no_grad()
def encode(n):
    global ne
    n = min(n, M - ne)
    if n <= 0: return
    a = torch.from_numpy(X[idx[ne:ne + n]]).to(dev).permute(0, 3, 1, 2).float().div_(127.5).sub_(1); Z[ne:ne + n] = ((vae.encode(a)[0] - mu) / sd).half().cpu().numpy(); ne += n
t0 = time.time()
while ne < min(ENC0, M): encode(50)
if rank == 0: print(f'encoded {ne} per rank in {time.time()-t0:.0f}s', flush=True)
tk = Tokenizer('tokenizer'); rnd = random.Random(rank + 11); rng = np.random.default_rng(200 + rank)
torch.manual_seed(0); unet = UNet(c=(48, 96, 192), x16=False); te = TextEncoder(len(tk.vocab)); torch.manual_seed(2000 + rank)
if os.path.exists('resume.pt'):
    s = options.load('resume.pt'); print(unet.load_state_dict(s['unet'], strict=False)); te.load_state_dict(s['te'])
# view directions: those the UNet's text projections listen to least, so that they disturb nothing at first
VW = options.load('viewdirs.pt') if os.path.exists('viewdirs.pt') else torch.linalg.svd(torch.cat([unet.p.weight, unet.p2.weight]).detach())[2][-len(captions.VIEWS):].contiguous()
if rank == 0: options.save(VW, 'viewdirs.pt')
VW = VW.to(dev); unet.to(dev); te.to(dev)
params = [p for m in (unet, te) for p in m.parameters()]; nel = sum(p.numel() for p in params)
if rank == 0: print('params', nel, flush=True); eu, et = copy.deepcopy(unet), copy.deepcopy(te)
hot = set(map(id, list(te.parameters()) + [unet.p.weight, unet.p2.weight])); opt = torch.optim.AdamW([{'params': [p for p in params if id(p) not in hot], 'k': 1.}, {'params': [p for p in params if id(p) in hot], 'k': 1.5}], LR, betas=(.9, .99), weight_decay=.01); ac = alphas_cumprod().to(dev); it = 0; budget = options.Budget(args.minutes, args.steps); t0 = budget.start; run = [0, 0, 0]; stop = torch.zeros(1)
flat = torch.zeros(nel, device=dev)
while True:
    f = budget.fraction(it); stop[0] = f
    if world > 1 and it % 10 == 0: dist.broadcast(stop, 0)
    if it % 10 == 0: f0 = stop.item()
    if f0 >= 1: break
    lr = LR * min(1, (it + 1) / 100) * (.5 + .5 * math.cos(math.pi * min(f0, 1))) + 1e-5
    for g in opt.param_groups: g['lr'] = lr * g['k']
    encode(ENCSTEP)
    j = rng.integers(0, ne, B); z = torch.from_numpy(Z[j]).to(dev).float(); cap = [captions.make_labelled(*meta[idx[k]], rnd) for k in j]; ids = torch.tensor([tk(c) for c, _ in cap], device=dev); lab = torch.tensor([l for _, l in cap], device=dev)
    # stratified timesteps
    t = ((torch.arange(B) + torch.rand(B)) / B * 1000).long().clamp(0, 999).to(dev); a = ac[t].view(-1, 1, 1, 1); e = torch.randn_like(z); x = a.sqrt() * z + (1 - a).sqrt() * e
    ctx = te(ids); y = unet(x, t, ctx); mse = ((y - e) ** 2).mean((1, 2, 3)); snr = (a / (1 - a)).view(-1); loss = (mse * ((snr.clamp(max=5) + .2) / snr).clamp(max=30)).mean()
    # the pooled text must keep the view words apart (else they drown beside object and colour): cross-entropy against fixed directions
    vce = F.cross_entropy(2 * ctx[:, -1] @ VW.t(), lab); run[2] += vce.item(); loss_all = loss + .03 * vce
    opt.zero_grad(set_to_none=True); loss_all.backward()
    if world > 1:
        o = 0
        for p in params: n = p.numel(); flat[o:o + n] = p.grad.view(-1); o += n
        dist.all_reduce(flat); flat /= world; o = 0
        for p in params: n = p.numel(); p.grad.copy_(flat[o:o + n].view_as(p)); o += n
    torch.nn.utils.clip_grad_norm_(params, 1.); opt.step(); it += 1; run[0] += loss.item(); run[1] += mse.mean().item()
    if rank == 0:
        d = min(.999, (1 + it) / (12 + it))
        with torch.no_grad():
            for m, em in ((unet, eu), (te, et)): torch._foreach_mul_(list(em.parameters()), d); torch._foreach_add_(list(em.parameters()), list(m.parameters()), alpha=1 - d)
        if it % args.log == 0: el = time.time() - t0; print(f'{it} {el:.0f}s {it*B*world/el:.0f}/s loss {run[0]/args.log:.4f} mse {run[1]/args.log:.4f} view {run[2]/args.log:.3f} enc {ne} lr {lr:.1e}', flush=True); run = [0, 0, 0]
        if it % 500 == 0: options.save({'unet': eu.state_dict(), 'te': et.state_dict(), 'it': it}, 'ema.pt'); options.save({'unet': unet.state_dict(), 'te': te.state_dict(), 'it': it}, 'raw.pt')
if rank == 0: options.save({'unet': eu.state_dict(), 'te': et.state_dict(), 'it': it}, 'ema.pt'); options.save({'unet': unet.state_dict(), 'te': te.state_dict(), 'opt': opt.state_dict(), 'it': it}, 'raw.pt'); print('done', it, flush=True)
