import torch, numpy as np, options
from vae import VAE
dev = options.device(options.parser('Mean and standard deviation of the latents of data/train -> latstats.pt.').parse_args())
X = np.memmap('data/train.rgb', np.uint8, 'r').reshape(-1, 64, 64, 3); v = VAE(); v.load_state_dict(options.load('vae.pt')); v.eval().to(dev)
with torch.no_grad(): m = torch.cat([v.encode(torch.from_numpy(X[i::997][:100].copy()).to(dev).permute(0, 3, 1, 2).float() / 127.5 - 1)[0] for i in range(20)])
s = {'mean': m.mean((0, 2, 3)), 'std': m.std((0, 2, 3))}; print(s); options.save(s, 'latstats.pt')
