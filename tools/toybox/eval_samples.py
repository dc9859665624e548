# DDIM samples for every category prompt -> tiny-CLIP retrieval accuracy + contact sheet.  usage: eval_samples.py OUT.png CFG STEPS SEEDS
import os, torch, numpy as np, subprocess, options
from common import *
from clip_model import *
from sheet import sheet
ap = options.parser('DDIM samples of every category, judged by the tiny CLIP; writes a sheet.'); ap.add_argument('out'); ap.add_argument('cfg', type=float); ap.add_argument('steps', type=int); ap.add_argument('seeds', type=int); args = ap.parse_args(); dev = options.device(args)
torch.set_num_threads(1); out, cfg, steps, seeds = args.out, args.cfg, args.steps, args.seeds; ids = lambda texts: torch.tensor([tk(c) for c in texts], device=dev)
tk, te, u, v, mu, sd, it = load(dec='vae_dec.pt' if os.path.exists('vae_dec.pt') else None, device=dev); im, tx = ImageEnc(), ClipText(len(tk.vocab)); s = options.load('clip.pt'); im.load_state_dict(s['img']); tx.load_state_dict(s['txt']); im.to(dev); tx.to(dev)
cats = sorted({l.split('\t')[5] for l in open('data/val.tsv')} - {'two'}); art = lambda c: ('an ' if c[0] in 'aeiou' else 'a ') + c; rec = [l.split('\t')[0] for l in subprocess.run(['./render', '0', '1', '0', 'x'], capture_output=True, text=True).stdout.strip().split('\n') if l.split('\t')[1] == '1']
with torch.no_grad():
    ct = tx(ids(art(c) for c in cats)); ok, n, ims = 0, 0, []; wrong = {}
    for sd_ in range(seeds):
        ctx = te(ids(f'a DSLR photo of {art(c)}, ' + ['front view', 'side view', 'back view'][sd_ % 3] for c in cats)); z = ddim(u, ctx, te(ids([''])), cfg, steps, sd_); x = v.dec(z * sd + mu).clamp(-1, 1); p = (im(x) @ ct.t()).argmax(1).tolist(); ims.append(u8(x))
        for c, j in zip(cats, p):
            ok += cats[j] == c; n += 1
            if cats[j] != c: wrong.setdefault(c, []).append(cats[j])
    print('it', it, 'cfg', cfg, 'category top1', ok / n, n, wrong)
    cols = ['red', 'green', 'blue', 'yellow', 'purple', 'pink', 'white', 'black']; cats2 = rec; full = [f'a {c} {o}' for o in cats2 for c in cols]; ft = tx(ids(full)); sel = list(range(0, len(full), max(1, len(full) // 48)))[:48]; ctx = te(ids(full[i] + ', side view' for i in sel)); x = v.dec(ddim(u, ctx, te(ids([''])), cfg, steps, 77) * sd + mu).clamp(-1, 1); p = (im(x) @ ft.t()).argmax(1).tolist()
    print('colour+object top1', np.mean([a == b for a, b in zip(p, sel)]), 'of', len(full), 'colour ok', np.mean([a % 8 == b % 8 for a, b in zip(p, sel)]), 'object ok', np.mean([a // 8 == b // 8 for a, b in zip(p, sel)]))
    a = np.concatenate(ims[:2] + [u8(x)]); sheet(a, 16, out)
