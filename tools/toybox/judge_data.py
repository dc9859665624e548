"""The pictures on which the embedded judge learns to tell front from back: data/train.rgb and .tsv for `train_clip.py --views`.

usage: judge_data.py        in a working folder with `render` and `turntable` (see README.md) and an empty folder data/
       judge_data.py dark   appends turntables of black objects, whose sides differ least to the eye

Renders of all objects with random cameras, lights and backgrounds, most of those with a front; and turntables of the latter as
`dfk eval` looks at an object (elevation 30, albedo, white), as they are, with their front half rotated onto their back and the other way
round. Of a folded object every half turn shows the same half, and its azimuth in the table is that at which a true object shows that half:
what counts is what faces the camera. Seeds differ from those of the pictures that a judge is measured on (pictures.py).
"""
import os
import subprocess
import sys

import numpy as np

FRONTED = ['car', 'bus', 'chair', 'sofa', 'bed', 'mug', 'rubber duck', 'teapot', 'airplane', 'teddy bear', 'penguin', 'pig', 'fish', 'guitar', 'robot',
           'sailboat', 'house', 'pumpkin', 'snowman', 'book', 'dice', 'flower', 'castle']
RENDERS, RENDERS_OF_FRONTED, RENDERS_OF_ALL = 300, 1500, 12000
TURNTABLES = {'true': 40, 'janus': 20, 'faceless': 20}
DARK_TURNTABLES = {'true': 20, 'janus': 10, 'faceless': 10}
TURNTABLE_SIZE, SIZE = 128, 64


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True).stdout


def renders(work, count, seed, *category):
    run('./render', count, 1, seed, work, *category)
    return open(work + '.rgb', 'rb').read(), open(work + '.tsv').read()


def turntables(work, category, kind, count, seed, *word):
    run('./turntable', count, seed, work, category, kind, TURNTABLE_SIZE, *word)
    n = TURNTABLE_SIZE // SIZE
    rgba = np.fromfile(work + '.rgba', np.uint8).reshape(-1, SIZE, n, SIZE, n, 4).astype(np.float32)
    rgb = rgba[..., :3].mean((2, 4))                       # white beside the object already
    rows = []
    for line in open(work + '.tsv'):
        caption, azimuth = line.split('\t')[:2]
        az = (float(azimuth) + 180) % 360 - 180
        if kind == 'janus' and abs(az) > 90 or kind == 'faceless' and abs(az) < 90:
            az = (az + 360) % 360 - 180                    # half a turn further
        view = 'front view' if abs(az) <= 30 else 'back view' if abs(az) >= 150 else 'side view'
        rows.append(f'{caption}\t{view}\t{az:.1f}\t60.0\talbedo\t{category}\t-\n')
    return np.round(rgb).astype(np.uint8).tobytes(), ''.join(rows)


def main():
    dark = sys.argv[1:] == ['dark']
    if sys.argv[1:] and not dark:
        sys.exit(__doc__)
    rows = [line.split('\t') for line in run('./render', 0, 1, 0, '-').splitlines()]
    categories = [row[0] for row in rows]
    coloured = [row[0] for row in rows if row[1].strip() != '0']
    assert set(FRONTED) <= set(categories)
    work, mode = os.path.join('data', 'part'), 'a' if dark else 'w'
    with open('data/train.rgb', mode + 'b') as pictures, open('data/train.tsv', mode) as table:
        def add(part):
            pictures.write(part[0])
            table.write(part[1])
        if dark:
            for category in FRONTED:
                if category in coloured:
                    for seed, (kind, count) in enumerate(DARK_TURNTABLES.items(), 5004):
                        add(turntables(work, category, kind, count, seed, 'black'))
        else:
            for category in categories:
                add(renders(work, RENDERS_OF_FRONTED if category in FRONTED else RENDERS, 4242, category))
            add(renders(work, RENDERS_OF_ALL, 12))
            for category in FRONTED:
                for seed, (kind, count) in enumerate(TURNTABLES.items(), 5001):
                    add(turntables(work, category, kind, count, seed))
    for name in os.listdir('data'):
        if name.startswith('part.'):
            os.remove(os.path.join('data', name))
    if not dark:
        run('./render', 1000, 1, 99, 'data/val')


if __name__ == '__main__':
    main()
