# DDIM samples of 16 prompts, a row for each view.  usage: sample.py OUT.png CFG [STEPS [VIEWS]]
import torch, numpy as np, options
from common import *
from sheet import sheet
torch.set_num_threads(1)
P = ['a hamburger', 'a red car', 'a snowman', 'a blue chair', 'a pine tree', 'a purple mug', 'a rubber duck', 'a green robot', 'a house', 'a red sphere on top of a blue cube', 'an ice cream cone', 'a rocket', 'a pink donut', 'a penguin', 'a castle', 'a yellow teapot']
ap = options.parser('DDIM samples of 16 prompts, a row for each view.'); ap.add_argument('out'); ap.add_argument('cfg', type=float); ap.add_argument('steps', type=int, nargs='?', default=25); ap.add_argument('views', type=int, nargs='?', default=4); a = ap.parse_args(); dev = options.device(a); out, cfg, steps = a.out, a.cfg, a.steps
tk, te, u, v, mu, sd, it = load(device=dev); ims = []
V = ['front view', 'side view', 'back view', 'overhead view']
for k in range(a.views):
    ctx = te(torch.tensor([tk(f'a DSLR photo of {p}, {V[k]}') for p in P], device=dev)); unc = te(torch.tensor([tk('')], device=dev)); z = ddim(u, ctx, unc, cfg, steps, k); ims.append(u8(v.dec(z * sd + mu)))
sheet(np.concatenate(ims), 16, out); print('it', it)
