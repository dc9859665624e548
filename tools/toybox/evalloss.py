# Epsilon MSE on held-out renders with the right, the empty and a wrong caption.  usage: evalloss.py CKPT...
import torch, numpy as np, options
from common import *
ap = options.parser('Epsilon MSE on held-out renders with the right, the empty and a wrong caption.'); ap.add_argument('checkpoints', nargs='+'); args = ap.parse_args(); dev = options.device(args)
torch.set_num_threads(1); ids = lambda texts: torch.tensor([tk(c) for c in texts], device=dev)
X=np.fromfile('data/val.rgb',np.uint8).reshape(-1,64,64,3)[:192]; m=[l.split('\t')[:2] for l in open('data/val.tsv')][:192]
for ck in args.checkpoints:
    tk,te,u,v,mu,sd,it=load(ck, device=dev); torch.manual_seed(0); ac=alphas_cumprod().to(dev)
    with torch.no_grad():
        z=(v.encode(torch.from_numpy(X).to(dev).permute(0,3,1,2).float()/127.5-1)[0]-mu)/sd; c=te(ids(a[0]+', '+a[1] for a in m)); c0=te(ids(['']*len(m))); cs=te(ids(a[0]+', '+a[1] for a in m[1:]+m[:1]))
        r=[]
        for t in (100,300,500,700,850,950):
            a=ac[t]; e=torch.randn_like(z); x=a.sqrt()*z+(1-a).sqrt()*e; s=[((u(x,torch.full((len(m),),t,device=dev),k)-e)**2).mean().item() for k in (c,c0,cs)]; r.append(f't{t}: {s[0]:.4f}/{s[1]:.4f}/{s[2]:.4f}')
        print(ck,it,'cond/uncond/wrong',' '.join(r))
