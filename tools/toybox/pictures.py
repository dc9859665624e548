"""Folders of pictures for `dfk eval`: PNG files and captions.tsv.

usage: pictures.py labelled OUT [CATEGORY...]            200 labelled renders of each category, for --labelled
       pictures.py turntables OUT [--janus] [CATEGORY...]   5 turntables of each category, for --images

`render` and `turntable` (see README.md) are looked for in the working folder. Without categories all of the renderer's are taken. Labelled
renders are the first 100 front and the first 100 back views that the renderer draws with seed 4243 (the training pictures have other seeds),
with its random cameras, lights, shadings and backgrounds; textureless ones are left out, since the score looks at colours.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

SEED, PER_SIDE, DRAWN, TURNTABLES = 4243, 100, 1100, 5


def read(prefix, size, kind='rgb'):
    rows = [line.rstrip('\n').split('\t') for line in open(prefix + '.tsv')]
    return rows, np.memmap(prefix + '.' + kind, np.uint8, 'r').reshape(-1, size, size, len(kind))


def labelled(work, category):
    subprocess.run(['./render', str(DRAWN), '1', str(SEED), work, category], check=True)
    rows, images = read(work, 64)
    taken = {'front view': 0, 'back view': 0}
    for row, image in zip(rows, images):
        if row[4] != 'textureless' and taken.get(row[1], PER_SIDE) < PER_SIDE:
            taken[row[1]] += 1
            yield [row[0], row[1], row[2], ''], image
    assert set(taken.values()) == {PER_SIDE}, (category, taken)


def turntables(work, category, janus):
    subprocess.run(['./turntable', str(TURNTABLES), str(SEED), work, category] + (['janus'] if janus else []), check=True)
    rows, images = read(work, 256, 'rgba')
    for row, image in zip(rows, images):
        yield [row[0], '', row[1], row[2] + ' ' + row[3]], image


def main():
    args = [a for a in sys.argv[1:] if a != '--janus']
    if len(args) < 2 or args[0] not in ('labelled', 'turntables'):
        sys.exit(__doc__)
    kind, out = args[:2]
    categories = args[2:] or [line.split('\t')[0] for line in subprocess.run(['./render', '0', '1', '0', '-'], check=True, capture_output=True, text=True).stdout.splitlines()]
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, 'captions.tsv'), 'w') as table, tempfile.TemporaryDirectory() as folder:
        table.write('file\tcaption\tview\tazimuth\tgroup\n')
        for category in categories:
            work = os.path.join(folder, 'r')
            pictures = labelled(work, category) if kind == 'labelled' else turntables(work, category, '--janus' in sys.argv)
            for k, (cells, image) in enumerate(pictures):
                name = f"{category.replace(' ', '-')}-{k:03}.png"
                Image.fromarray(image).save(os.path.join(out, name))
                table.write('\t'.join([name] + cells) + '\n')


if __name__ == '__main__':
    main()
