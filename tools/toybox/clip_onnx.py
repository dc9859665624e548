"""Weights between the two graphs of a clip/ folder and the checkpoint of train_clip.py.

usage: clip_onnx.py read CLIP_DIR CHECKPOINT      the graphs' weights become a checkpoint, to go on training from
       clip_onnx.py write CLIP_DIR CHECKPOINT OUT_DIR   the checkpoint's weights replace those of the graphs

The graphs are those of export.py: weights of 512 numbers or more are stored in half precision, group normalisation is spelt out, and the
matrices of the text encoder's linear layers are transposed and carry the exporter's names, in the order of use.
"""
import json
import os
import sys

import numpy as np
import onnx
import torch
from onnx import numpy_helper

import options

LINEAR = ['layers.0.qkv.weight', 'layers.0.o.weight', 'layers.0.f1.weight', 'layers.0.f2.weight', 'proj.weight']


def names(graph):
    """Pairs of initializer and parameter name, and whether the initializer is the parameter's transpose."""
    matrices = sorted((t.name for t in graph.initializer if t.name.startswith('onnx::MatMul_')), key=lambda n: int(n.split('_')[1]))
    assert len(matrices) in (0, len(LINEAR)), matrices
    for t in graph.initializer:
        n = t.name[:-4] if t.name.endswith('_f16') else t.name
        if n.endswith(('.one', '.zero')):
            continue                                       # constants of the spelt-out normalisation
        if t.name in matrices:
            yield t, LINEAR[matrices.index(t.name)], True
        elif n.endswith('n.w'):
            yield t, n[:-1] + 'weight', False
        elif n.endswith('n.b'):
            yield t, n[:-1] + 'bias', False
        else:
            yield t, n, False


def read(folder, checkpoint):
    config = json.load(open(os.path.join(folder, 'config.json')))
    state = {'scale': config['logit_scale']}
    for key, part in (('img', 'image'), ('txt', 'text')):
        graph = onnx.load(os.path.join(folder, part + '_encoder.onnx')).graph
        state[key] = {}
        for t, name, transposed in names(graph):
            a = numpy_helper.to_array(t).astype(np.float32)
            state[key][name] = torch.from_numpy((a.T if transposed else a.reshape(-1) if a.ndim == 4 and a.shape[0] == 1 else a).copy())
    options.save(state, checkpoint)


def write(folder, checkpoint, out):
    state = options.load(checkpoint)
    os.makedirs(out, exist_ok=True)
    for key, part in (('img', 'image'), ('txt', 'text')):
        model = onnx.load(os.path.join(folder, part + '_encoder.onnx'))
        for t, name, transposed in list(names(model.graph)):
            old = numpy_helper.to_array(t)
            a = state[key][name].numpy()
            t.CopyFrom(numpy_helper.from_array((a.T if transposed else a).reshape(old.shape).astype(old.dtype), t.name))
        onnx.checker.check_model(model)
        onnx.save(model, os.path.join(out, part + '_encoder.onnx'))
    config = json.load(open(os.path.join(folder, 'config.json')))
    config['logit_scale'] = float(state['scale'])
    json.dump(config, open(os.path.join(out, 'config.json'), 'w'), indent=2)


if __name__ == '__main__':
    if sys.argv[1:2] == ['read'] and len(sys.argv) == 4:
        read(*sys.argv[2:])
    elif sys.argv[1:2] == ['write'] and len(sys.argv) == 5:
        write(*sys.argv[2:])
    else:
        sys.exit(__doc__)
