#!/usr/bin/env python3
"""Runs every step of the recipe on a few objects and checks what comes out; a minute or two on two cores.

    python3 smoke.py [--device cpu|cuda] [--work DIR]

Builds the renderer, renders 55 + 40 objects and compares captions and mean colours with golden/, trains VAE, UNet and CLIP
for a few steps and checks that the losses are finite and fall, samples, exports to ONNX and compares ONNX Runtime with torch.
Needs what README.md lists; a missing tool is a failure that names it.
"""
import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TOYBOX = os.path.join(HERE, '..', '..', 'models', 'toybox')
# Threads that wait passively do not fight over the cores with other programs; export and tracing warn about nothing of use.
ENVIRONMENT = {**os.environ, 'OMP_WAIT_POLICY': 'passive', 'PYTHONWARNINGS': 'ignore'}
BUILD = ['g++', '-O3', '-march=native', '-ffast-math', '-fopenmp']
# Renderer arguments of each set: every category once in two shadings, and objects as the training draws them, pairs included.
SETS = {'train': ['55', '2', '1', 'data/train', 'all'], 'val': ['40', '1', '99', 'data/val']}
# Levels of 0..255. Builds with other flags (-O1, or -O2 -mavx -ffast-math) differed by up to 0.001 in an image's mean
# colour; a missing part of an object or another colour changes it by far more.
MEAN_TOLERANCE = 0.1
# Degrees; the files hold one decimal.
ANGLE_TOLERANCE = 0.11


def fail(message):
    sys.exit(f'smoke test failed: {message}')


def run(*command):
    """Runs a step in the working folder and returns what it printed."""
    start = time.time()
    name = ' '.join(os.path.relpath(c, HERE) if c.startswith(HERE) else c for c in command if c != sys.executable)
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=ENVIRONMENT)
    except FileNotFoundError:
        fail(f'{command[0]} is not installed; see README.md.')
    if result.returncode != 0:
        fail(f'"{name}" ended with {result.returncode}:\n{result.stdout}')
    print(f'ok  {name} ({time.time() - start:.0f} s)', flush=True)
    return result.stdout


def script(name, *arguments):
    return run(sys.executable, os.path.join(HERE, name), *arguments)


def rendered(name):
    """What the renderer wrote about each image, and the image's mean colour."""
    pixels = np.fromfile(f'data/{name}.rgb', np.uint8).reshape(-1, 64 * 64, 3)
    with open(f'data/{name}.tsv', encoding='utf8') as lines:
        texts = [line.rstrip('\n').split('\t') for line in lines]
    if len(texts) != len(pixels):
        fail(f'data/{name}: {len(texts)} captions for {len(pixels)} images.')
    return [text + [f'{c:.3f}' for c in mean] for text, mean in zip(texts, pixels.mean(1))]


def check_vocabulary():
    """The names by which dfk checks prompts are those that the renderer draws."""
    colours = {'0': 'usual', '1': 'any', '2': 'usual or any'}
    rows = [line.split('\t') for line in run('./render', '0', '1', '0', '-').splitlines()]
    drawn = [{'name': row[0], 'colours': colours[row[1]], 'synonyms': row[2:]} for row in rows]
    with open(os.path.join(TOYBOX, 'vocabulary.json'), encoding='utf8') as file:
        known = json.load(file)['objects']
    if drawn != known:
        fail(f'vocabulary.json and the renderer differ in {[pair for pair in zip(known, drawn) if pair[0] != pair[1]] or "their number of objects"}.')


def check_renders(name):
    with open(os.path.join(HERE, 'golden', name + '.tsv'), encoding='utf8') as lines:
        golden = [line.rstrip('\n').split('\t') for line in lines]
    got = rendered(name)
    if len(got) != len(golden):
        fail(f'golden/{name}.tsv has {len(golden)} images, the renderer made {len(got)}.')
    worst = 0
    for k, (g, r) in enumerate(zip(golden, got)):
        # Caption, view words, shading, category and colour are exact; azimuth, polar angle and mean colour have a tolerance.
        if g[:2] + g[4:7] != r[:2] + r[4:7]:
            fail(f'{name} {k}: expected {g[:7]}, got {r[:7]}.')
        angle = max(abs(float(a) - float(b)) for a, b in zip(g[2:4], r[2:4]))
        mean = max(abs(float(a) - float(b)) for a, b in zip(g[7:], r[7:]))
        worst = max(worst, mean)
        if not (angle <= ANGLE_TOLERANCE and mean <= MEAN_TOLERANCE):
            fail(f'{name} {k} ({g[0]}): expected angles and mean colour {g[2:4] + g[7:]}, got {r[2:4] + r[7:]}.')
    print(f'ok  {name}: {len(got)} captions equal, mean colours within {worst:.3f} of 255 levels', flush=True)


def check_losses(name, output, pattern):
    losses = [float(v) for v in re.findall(pattern, output)]
    if len(losses) < 3 or not all(map(math.isfinite, losses)):
        fail(f'{name}: expected three or more finite losses, got {losses} in:\n{output}')
    if not losses[-1] < losses[0]:
        fail(f'{name}: the loss does not fall: {losses}')
    print(f'ok  {name}: losses {" ".join(map(str, losses))}', flush=True)


def number_pattern(label):
    return label + r'(nan|-?inf|-?[0-9.]+(?:e-?[0-9]+)?)'


def train(device):
    shutil.copytree(os.path.join(TOYBOX, 'tokenizer'), 'tokenizer')
    check_losses('VAE', script('train_vae.py', '--steps', '40', '--log', '5', '--device', device), number_pattern('loss '))
    script('latstats.py', '--device', device)
    check_losses('UNet', script('train_unet.py', '0', '1', '--steps', '40', '--log', '10', '--device', device), number_pattern(' loss '))
    check_losses('CLIP', script('train_clip.py', '--steps', '30', '--log', '5', '--device', device), r'\n\d+ \d+s ' + number_pattern(''))
    script('sample.py', 'samples.png', '5', '4', '1', '--device', device)


def export_and_verify():
    script('export.py', 'out')
    for graph in ('text_encoder/model', 'unet/model', 'vae_encoder/model', 'vae_decoder/model', 'clip/image_encoder', 'clip/text_encoder'):
        made, shipped = (os.path.getsize(os.path.join(folder, graph + '.onnx')) for folder in ('out', TOYBOX))
        # Names of nodes and tensors take room too, and other versions of torch choose others.
        if not 0.8 * shipped < made < 1.25 * shipped:
            fail(f'{graph}.onnx has {made} bytes, the one in models/toybox {shipped}: another architecture, or weights in another precision.')
    if not os.path.isdir(os.path.join(HERE, 'node_modules', 'onnxruntime-node')):
        fail(f'onnxruntime-node is not installed. Run "npm ci --ignore-scripts" in {HERE}.')
    print(run('node', os.path.join(HERE, 'verify.js'), 'out', 'ref').rstrip())


def main():
    parser = argparse.ArgumentParser(description='Runs every step of the recipe on a few objects and checks what comes out.')
    parser.add_argument('--device', default='cpu', choices=('cpu', 'cuda'))
    parser.add_argument('--work', help='empty folder to work in, kept; by default a temporary one')
    parser.add_argument('--renderer-only', action='store_true', help='stop after the renderer (needs g++ and numpy only)')
    parser.add_argument('--write-golden', metavar='RENDER_CPP', help='write golden/ from a build of this source and stop')
    args = parser.parse_args()
    source = os.path.abspath(args.write_golden) if args.write_golden else os.path.join(HERE, 'render.cpp')
    folder = tempfile.mkdtemp(prefix='toybox-smoke-') if args.work is None else os.path.abspath(args.work)
    os.makedirs(os.path.join(folder, 'data'))
    os.chdir(folder)
    try:
        run(*BUILD, source, '-o', 'render')
        check_vocabulary()
        for name, arguments in SETS.items():
            run('./render', *arguments)
            if args.write_golden:
                with open(os.path.join(HERE, 'golden', name + '.tsv'), 'w', encoding='utf8', newline='\n') as out:
                    out.writelines('\t'.join(row) + '\n' for row in rendered(name))
            else:
                check_renders(name)
        if not (args.write_golden or args.renderer_only):
            train(args.device)
            export_and_verify()
    finally:
        if args.work is None:
            shutil.rmtree(folder)
    print('smoke test passed' if not args.write_golden else 'golden written')


if __name__ == '__main__':
    main()
