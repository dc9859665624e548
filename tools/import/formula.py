"""Numbers by formula, so that a test can make the same weights without storing them.

Element i of the tensor called NAME, counted row-major from 0:
    s = FNV-1a, 64 bits, of NAME in UTF-8                    (offset 14695981039346656037, prime 1099511628211)
    z = mix(s + (i + 1) 0x9E3779B97F4A7C15)                  (SplitMix64: Steele, Lea and Flood 2014)
    u = (z >> 40) / 2^23 - 1                                 in [-1, 1), exact
    value = float32(centre + scale u), the sum in double precision
"""
import math

import numpy


def uniform(name, count):
    state = 14695981039346656037
    for byte in name.encode("utf-8"):
        state = ((state ^ byte) * 1099511628211) % (1 << 64)
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(state) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(40)).astype(numpy.float64) / 8388608.0 - 1.0


def values(name, shape, centre=0.0, scale=1.0):
    count = int(numpy.prod(shape))
    return (centre + scale * uniform(name, count)).astype(numpy.float32).reshape(shape)


def weight(name, shape):
    """Biases ±0.1; norm weights 1 ± 0.2; embeddings ±0.5; matrices and kernels ±sqrt(3 / inputs), which keeps variances."""
    if name.endswith(".bias"):
        return values(name, shape, scale=0.1)
    if len(shape) == 1:
        return values(name, shape, centre=1.0, scale=0.2)
    if "_embedding.weight" in name:
        return values(name, shape, scale=0.5)
    return values(name, shape, scale=math.sqrt(3.0 / float(numpy.prod(shape[1:]))))
