"""What the scripts' command lines share: the device, and how long to train."""
import argparse
import os
import sys
import time

import torch


def parser(description):
    """A parser with the option --device."""
    p = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument('--device', default='cpu', choices=('cpu', 'cuda'), help='where torch computes')
    return p


def training_parser(description, log_interval):
    """A parser of a training script: minutes, or a number of steps instead."""
    p = parser(description)
    p.add_argument('--steps', type=int, help='train this many steps instead of MINUTES; the learning rate then decays over the steps')
    p.add_argument('--log', type=int, default=log_interval, help='steps between two lines of output')
    return p


def device(args):
    """The torch device that --device names."""
    if args.device == 'cuda' and not torch.cuda.is_available():
        sys.exit(f'--device cuda: this PyTorch ({torch.__version__}) sees no CUDA device. Use --device cpu, or a PyTorch with CUDA on a machine with a GPU.')
    return torch.device(args.device)


class Budget:
    """How much of a training run has passed: of its minutes, or of its steps if they are given."""

    def __init__(self, minutes, steps):
        if minutes is None and steps is None:
            sys.exit('Give the minutes to train, or --steps.')
        self.minutes, self.steps, self.start = minutes, steps, time.time()

    def fraction(self, step):
        return step / self.steps if self.steps is not None else (time.time() - self.start) / (self.minutes * 60)


def save(state, path):
    """torch.save under a temporary name, then renamed, so that whoever reads it never sees half a file."""
    torch.save(state, path + '.tmp')
    os.replace(path + '.tmp', path)


def load(path):
    """torch.load onto the CPU, whatever device wrote it."""
    return torch.load(path, map_location='cpu')
