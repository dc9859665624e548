"""Moves the weights of an .onnx file into one file beside it, as optimum and diffusers store a UNet of more than 2 GB.

torch.onnx.export writes one file for each tensor of such a graph. Only the fields needed are read from the protobuf messages: model 7 =
graph, graph 5 = initializer, tensor 8 = name, 9 = raw_data, 13 = external_data (1 = key, 2 = value), 14 = data_location.
"""
import os

PAGE = 4096
SMALLEST = 1024


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def encoded(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(data):
    """(number, wire type, whole field, content) of each field of a message; the content of a number is the number."""
    at = 0
    while at < len(data):
        start = at
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 2:
            length, at = varint(data, at)
            content, at = data[at:at + length], at + length
        elif wire == 0:
            content, at = varint(data, at)
        else:
            at += 4 if wire == 5 else 8
            content = data[start:at]
        yield number, wire, data[start:at], content


def message(number, content):
    return encoded(number << 3 | 2) + encoded(len(content)) + content


def entry(key, value):
    return message(13, message(1, key.encode()) + message(2, value.encode()))


def moved(tensor, folder, target, name):
    """The tensor with its bytes appended to `target`; a short one stays as it is, because shapes must be read from the graph."""
    raw, source = None, None
    for number, _, _, content in fields(tensor):
        if number == 9:
            raw = content
        elif number == 13:
            pair = {n: bytes(c).decode() for n, _, _, c in fields(content)}
            source = pair[2] if pair[1] == "location" else source
    if source is not None:
        with open(os.path.join(folder, source), "rb") as file:
            raw = file.read()
        os.remove(os.path.join(folder, source))
    if raw is None or (source is None and len(raw) < SMALLEST):
        return bytes(tensor)
    kept = b"".join(bytes(whole) for number, _, whole, _ in fields(tensor) if number not in (9, 13, 14))
    if len(raw) < SMALLEST:
        return kept + message(9, bytes(raw))
    target.seek((target.tell() + PAGE - 1) // PAGE * PAGE)
    place = entry("location", name) + entry("offset", str(target.tell())) + entry("length", str(len(raw)))
    target.write(raw)
    return kept + place + encoded(14 << 3) + encoded(1)


def store_beside(path, name):
    """Rewrites the .onnx file `path` so that every longer weight is in the file `name` of the same folder."""
    folder = os.path.dirname(path)
    with open(path, "rb") as file:
        model = memoryview(file.read())
    with open(os.path.join(folder, name), "wb") as target:
        parts = []
        for number, _, whole, content in fields(model):
            if number == 7:
                graph = b"".join(
                    message(5, moved(inner, folder, target, name)) if n == 5 else bytes(w) for n, _, w, inner in fields(content))
                parts.append(message(7, graph))
            else:
                parts.append(bytes(whole))
    with open(path + ".new", "wb") as file:
        file.write(b"".join(parts))
    os.replace(path + ".new", path)
