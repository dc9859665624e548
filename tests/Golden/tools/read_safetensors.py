#!/usr/bin/env python3
"""Reads a safetensors file by the rules of the format's README alone and says what is in it, or which rule it breaks.

    python3 read_safetensors.py FILE

No code is shared with src: it is the other program that opens our checkpoints. For checkpoints it also verifies every checksum.
"""
import hashlib
import json
import struct
import sys

WIDTHS = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1}


def unique(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a name appears twice in {names}"
    return dict(pairs)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    assert length <= 100_000_000 and 8 + length <= len(data), f"header of {length} bytes in a file of {len(data)}"
    assert data[8:9] == b"{", "the header does not begin with {"
    assert length % 8 == 0, f"header of {length} bytes, no multiple of 8"
    header = json.loads(data[8 : 8 + length].decode("utf-8"), object_pairs_hook=unique)
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(value, str) for value in metadata.values()), "metadata that are no texts"
    body, end, tensors = data[8 + length :], 0, {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        size = WIDTHS[entry["dtype"]]
        assert begin == end, f"{name} begins at {begin}, not at {end}"
        assert begin % size == 0, f"{name} is not aligned to {size} bytes"
        for extent in entry["shape"]:
            size *= extent
        assert stop - begin == size, f"{name} has {stop - begin} bytes for {size}"
        tensors[name] = (entry["dtype"], entry["shape"], body[begin:stop])
        end = stop
    assert end == len(body), f"{len(body) - end} bytes behind the last tensor"
    return metadata, tensors


def main():
    metadata, tensors = read(sys.argv[1])
    checksums = json.loads(metadata.get("tensor_sha256", "{}"))
    for name, (dtype, shape, data) in tensors.items():
        checked = ""
        if checksums:
            assert hashlib.sha256(data).hexdigest() == checksums.pop(name), f"{name} does not have its checksum"
            checked = "  checksum right"
        print(f"{name}  {dtype} {shape}{checked}")
    assert not checksums, f"checksums without tensors: {sorted(checksums)}"
    print({key: value for key, value in metadata.items() if key in ("format", "version", "step", "seed")})


main()
