# CLIP R-Precision of SDS turntables written by sds.py (first row = 8 albedo views).  usage: rprec.py "prompt=sheet.png" ...
import torch, numpy as np, options
from PIL import Image
from clip_model import *
from tok import Tokenizer
ap = options.parser('Views of turntables of sds.py that the tiny CLIP recognises.'); ap.add_argument('sheets', nargs='+', metavar='prompt=sheet.png'); args = ap.parse_args(); dev = options.device(args)
torch.set_num_threads(1); tk = Tokenizer('tokenizer'); im, tx = ImageEnc(), ClipText(len(tk.vocab)); s = options.load('clip.pt'); im.load_state_dict(s['img']); tx.load_state_dict(s['txt']); im.to(dev); tx.to(dev)
cats = sorted({l.split('\t')[5] for l in open('data/val.tsv')} - {'two'}); art = lambda c: ('an ' if c[0] in 'aeiou' else 'a ') + c
for a in args.sheets:
    p, f = a.split('='); I = Image.open(f); v = np.stack([np.array(I.crop((1 + 97 * k, 1, 97 + 97 * k, 97)).resize((64, 64), Image.BILINEAR)) for k in range(8)])
    c = p.split(' ', 1)[1]; col = c.split(' ')[0] if c not in cats else None; base = c if col is None else c.split(' ', 1)[1]; pool = [f'a {col} {k}' if col else art(k) for k in cats]
    with torch.no_grad(): r = (im(torch.from_numpy(v).to(dev).permute(0, 3, 1, 2).float() / 127.5 - 1) @ tx(torch.tensor([tk(q) for q in pool], device=dev)).t()).argmax(1).tolist()
    print(p, f, 'views right:', sum(cats[j] == base for j in r), '/ 8', [cats[j] for j in r if cats[j] != base])
