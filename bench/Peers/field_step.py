"""The field step of bench/WholeStep in PyTorch on the CPU; see README.md beside this file.

Whole-level gathers, torch.matmul, normals by autograd with create_graph, composite by cumulative sums over the packed samples, Adan.
Two forms. "rows" is the straightforward one: a table [entries, 2] for each level, samples in rows, torch.matmul. "planes" is tuned: arrays
[channels, samples] and a table for each feature, the layout in which PyTorch's gathers, elementwise operations and products were fastest here.
"""

import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import time

PRIMES = (1, 2654435761, 805459861)


def parse_arguments():
    parser = argparse.ArgumentParser(description="Runs and checks the field step that 'bench step --export FOLDER' wrote.")
    parser.add_argument("folder", help="folder with step.safetensors")
    parser.add_argument("--threads", type=int, help="number of threads; default: 1 and 2, one process each")
    parser.add_argument("--repeats", type=int, default=7, help="timed steps (default 7)")
    parser.add_argument("--form", choices=("planes", "rows"), default="planes", help="tuned or straightforward (default planes)")
    parser.add_argument("--gather", choices=("gather", "index_select", "embedding", "index"),
                        help="form of the gathers (default: gather for planes, index_select for rows, the fastest of each)")
    return parser.parse_args()


def read_safetensors(path):
    import numpy
    import torch

    kinds = {"F32": numpy.float32, "I32": numpy.int32}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    settings = json.loads(header.pop("__metadata__")["step"])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[begin:end], dtype=kinds[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return settings, tensors


class Laps:
    """Seconds by part of the step."""

    def __init__(self):
        self.seconds = {}
        self.last = time.perf_counter()

    def lap(self, part):
        now = time.perf_counter()
        self.seconds[part] = self.seconds.get(part, 0.0) + now - self.last
        self.last = now


class PlanesStep:
    def __init__(self, settings, data, gather):
        import torch

        self.torch = torch
        self.settings = settings
        self.take = {
            "gather": lambda plane, index: plane.gather(0, index),
            "index_select": lambda plane, index: plane.index_select(0, index),
            "embedding": lambda plane, index: torch.nn.functional.embedding(index, plane[:, None])[:, 0],
            "index": lambda plane, index: plane[index],
        }[gather or "gather"]
        self.positions = data["positions"].t().contiguous()
        counts = data["counts"].long()
        self.ray_count = counts.numel()
        self.ray = torch.repeat_interleave(torch.arange(self.ray_count), counts)
        # First sample of the ray of each sample, for sums that begin anew with every ray.
        self.first = data["offsets"].long()[self.ray]
        self.lengths = data["lengths"]
        self.image_gradient = data["image_gradient"].t().contiguous()
        self.background = torch.tensor(settings["background"])[:, None]
        self.light = torch.tensor(settings["light"])[:, None]
        self.levels = settings["levels"]
        self.table_parameters = self.table_leaves([data["table"][level["offset"] : level["offset"] + level["entries"]] for level in self.levels])
        self.layers = []
        for layer in settings["layers"]:
            inputs, outputs = layer["inputs"], layer["outputs"]
            weights = data["network"][layer["weights"] : layer["weights"] + inputs * outputs].reshape(outputs, inputs)
            bias = data["network"][layer["bias"] : layer["bias"] + outputs].reshape(outputs, 1)
            self.layers.append((weights.clone().requires_grad_(), bias.clone().requires_grad_()))
        self.network_parameters = [parameter for layer in self.layers for parameter in layer]
        self.parameters = self.table_parameters + self.network_parameters
        self.state = [[torch.zeros_like(p, requires_grad=False) for _ in range(4)] for p in self.parameters]
        self.steps = 0

    def table_leaves(self, levels):
        """One leaf per level and feature: a slice of one big table would make autograd fill a gradient of the whole table for each."""
        return [rows[:, f].contiguous().requires_grad_() for rows in levels for f in range(rows.shape[1])]

    def encode(self, x):
        """Features [L F, M] of positions [3, M]."""
        count = len(self.table_parameters) // len(self.levels)
        features = []
        for i, (index, weights) in enumerate(self.corners(x)):
            for plane in self.table_parameters[i * count : (i + 1) * count]:
                values = self.take(plane, index).view(8, -1)
                features.append((weights * values).sum(0))
        return self.torch.stack(features)

    def corners(self, x):
        """For each level the entries [8 M] and the weights [8, M] of the corners around positions [3, M]."""
        torch = self.torch
        unit = x * self.settings["position_scale"] + self.settings["position_offset"]
        for level in self.levels:
            p = unit * level["scale"] + 0.5
            with torch.no_grad():
                corner = p.floor()
                index = self.corner_indices(corner.long(), level)
            upper = p - corner
            w = torch.stack((1.0 - upper, upper))  # [2, 3, M]
            yz = w[:, None, 2] * w[None, :, 1]  # [2 (z), 2 (y), M]
            yield index, (yz[:, :, None] * w[None, None, :, 0]).reshape(8, -1)

    def corner_indices(self, corner, level):
        """Entries of the eight corners [8 M], x fastest."""
        torch = self.torch
        both = torch.stack((corner, corner + 1))  # [2, 3, M]
        if level["dense"]:
            side = level["resolution"]
            yz = (both[:, None, 2] * (side * side)) + (both[None, :, 1] * side)
            index = yz[:, :, None] + both[None, None, :, 0]
            entries = level["entries"]
            index = torch.where(index >= entries, index - entries, index)
        else:
            # A hashed level has a power of two of entries, and the low bits of products do not depend on the high ones.
            yz = (both[:, None, 2] * PRIMES[2]) ^ (both[None, :, 1] * PRIMES[1])
            index = (yz[:, :, None] ^ both[None, None, :, 0]) & (level["entries"] - 1)
        return index.reshape(-1)

    def network(self, features):
        h = features
        for weights, bias in self.layers[:-1]:
            h = self.torch.relu(self.torch.addmm(bias, weights, h))
        weights, bias = self.layers[-1]
        return self.torch.addmm(bias, weights, h)

    def composite(self, sigma, colours):
        torch = self.torch
        depth = sigma * self.lengths
        # In double: the sum runs over all rays, and each ray's part of it is a difference.
        total = torch.cumsum(depth.double(), 0)
        before = total - depth
        transmittance = torch.exp(-(before - before[self.first]).float())
        weights = transmittance * -torch.expm1(-depth)
        ray = self.ray
        image = torch.zeros(3, self.ray_count).index_add(1, ray, weights * colours)
        opacity = torch.zeros(self.ray_count).index_add(0, ray, weights)
        return image + (1.0 - opacity) * self.background, opacity

    def render(self, laps):
        torch = self.torch
        s = self.settings
        x = self.positions.detach().requires_grad_()
        features = self.encode(x)
        laps.lap("encode")
        output = self.network(features)
        laps.lap("network")
        blob = s["blob_density"] * torch.exp(x.square().sum(0) * (-0.5 / s["blob_radius"] ** 2))
        raw = output[0] + blob
        (nu,) = torch.autograd.grad(raw.sum(), x, create_graph=True)
        normals = -nu / nu.norm(dim=0).clamp_min(1e-6)
        laps.lap("normals")
        sigma = torch.exp(raw)
        albedo = torch.sigmoid(output[1:4])
        diffuse = (normals * self.light).sum(0).clamp_min(0.0)
        colours = albedo * (s["ambient"] + (1.0 - s["ambient"]) * diffuse)
        laps.lap("shade")
        image, opacity = self.composite(sigma, colours)
        laps.lap("composite")
        return image, opacity, normals

    def gradients(self, laps):
        image, opacity, normals = self.render(laps)
        gradients = self.torch.autograd.grad(image, self.parameters, grad_outputs=self.image_gradient)
        laps.lap("backward")
        return image, opacity, normals, gradients

    def update(self, gradients):
        torch = self.torch
        s = self.settings
        b1, b2, b3 = s["beta1"], s["beta2"], s["beta3"]
        self.steps += 1
        t = self.steps
        with torch.no_grad():
            norm = torch.stack([g.norm() for g in gradients]).norm().item()
            clip = min(1.0, s["max_gradient_norm"] / norm)
            correction = (1.0 - b3**t) ** -0.5
            for i, (p, g, (m, v, n, previous)) in enumerate(zip(self.parameters, gradients, self.state)):
                rate = s["table_learning_rate"] if i < len(self.table_parameters) else s["network_learning_rate"]
                if clip < 1.0:
                    g = g * clip
                difference = torch.zeros_like(g) if t == 1 else g - previous
                m.mul_(b1).add_(g, alpha=1.0 - b1)
                v.mul_(b2).add_(difference, alpha=1.0 - b2)
                ahead = difference.mul_(b2).add_(g)
                n.mul_(b3).addcmul_(ahead, ahead, value=1.0 - b3)
                denominator = n.sqrt().mul_(correction).add_(s["epsilon"])
                p.addcdiv_(m, denominator, value=-rate / (1.0 - b1**t))
                p.addcdiv_(v, denominator, value=-rate * b2 / (1.0 - b2**t))
                previous.copy_(g)

    def step(self):
        laps = Laps()
        result = self.gradients(laps)
        self.update(result[-1])
        laps.lap("adan")
        return laps.seconds, result

    def table(self, planes):
        """Tensors like the table's planes as one array [entries, F]."""
        count = len(self.table_parameters) // len(self.levels)
        rows = [self.torch.stack(planes[i : i + count], 1) for i in range(0, len(planes), count)]
        return self.torch.cat(rows).detach()

    def flat_network(self, tensors):
        return self.torch.cat([tensor.reshape(-1) for tensor in tensors]).detach()


class RowsStep(PlanesStep):
    """The form one writes down first."""

    def __init__(self, settings, data, gather):
        super().__init__(settings, data, "index")
        torch = self.torch
        self.take_rows = {
            "index_select": lambda table, index: table.index_select(0, index),
            "embedding": lambda table, index: torch.nn.functional.embedding(index, table),
            "index": lambda table, index: table[index],
            "gather": lambda table, index: table.gather(0, index[:, None].expand(-1, table.shape[1])),
        }[gather or "index_select"]

    def table_leaves(self, levels):
        return [rows.clone().requires_grad_() for rows in levels]

    def encode(self, x):
        """Features [M, L F] of positions [3, M]."""
        features = []
        for table, (index, weights) in zip(self.table_parameters, self.corners(x)):
            values = self.take_rows(table, index).view(8, -1, table.shape[1])
            features.append((weights[:, :, None] * values).sum(0))
        return self.torch.cat(features, 1)

    def network(self, features):
        h = features
        for weights, bias in self.layers[:-1]:
            h = self.torch.relu(self.torch.matmul(h, weights.t()) + bias[:, 0])
        weights, bias = self.layers[-1]
        return (self.torch.matmul(h, weights.t()) + bias[:, 0]).t()

    def table(self, planes):
        return self.torch.cat(list(planes)).detach()


def relative(actual, expected):
    return float((actual - expected).norm() / expected.norm())


def check(step, data):
    """Two steps against the results of the exporting program; what differs too much ends the program."""
    _, (image, opacity, normals, gradients) = step.step()
    tables = len(step.table_parameters)
    errors = {
        "image": (relative(image.detach().t(), data["expected.image"]), 1e-5),
        "opacity": (relative(opacity.detach(), data["expected.opacity"]), 1e-5),
        "normals": (relative(normals.detach().t(), data["expected.normals"]), 1e-3),
        "table gradient": (relative(step.table(gradients[:tables]), data["expected.table_gradient"]), 1e-3),
        "network gradient": (relative(step.flat_network(gradients[tables:]), data["expected.network_gradient"]), 1e-3),
    }
    table, network = data["table"], data["network"]
    step.step()
    # The change of the parameters. Adan's first step takes the sign of a gradient, which rounding decides where there is hardly any.
    errors["table update"] = (relative(step.table(step.table_parameters) - table, data["expected.table_after_two"] - table), 2e-2)
    errors["network update"] = (
        relative(step.flat_network(step.network_parameters) - network, data["expected.network_after_two"] - network), 2e-2)
    # A comparison that is false for a NaN.
    wrong = [f"{name}: relative error {error:.3g}, expected at most {limit:g}" for name, (error, limit) in errors.items() if not error <= limit]
    if wrong:
        sys.exit("The step differs from the exported one:\n" + "\n".join(wrong))
    return {name: error for name, (error, _) in errors.items()}


def run(arguments):
    import torch

    torch.set_num_threads(arguments.threads)
    settings, data = read_safetensors(os.path.join(arguments.folder, "step.safetensors"))
    step = {"planes": PlanesStep, "rows": RowsStep}[arguments.form](settings, data, arguments.gather)
    errors = check(step, data)
    times = []
    for _ in range(arguments.repeats):
        seconds, _ = step.step()
        times.append(seconds)
    parts = {part: 1e3 * statistics.median(t[part] for t in times) for part in times[0]}
    whole = sorted(1e3 * sum(t.values()) for t in times)
    print(json.dumps({
        "torch": torch.__version__,
        "threads": arguments.threads,
        "form": arguments.form,
        "samples": step.positions.shape[1],
        "relative_errors": {name: float(f"{error:.3g}") for name, error in errors.items()},
        "milliseconds": {part: round(value, 1) for part, value in parts.items()},
        "whole_median_milliseconds": round(statistics.median(whole), 1),
        "whole_minimum_milliseconds": round(whole[0], 1),
    }))


def main():
    arguments = parse_arguments()
    if arguments.threads is not None:
        run(arguments)
        return
    for threads in (1, 2):
        # The BLAS library reads its number of threads when it is loaded.
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
        command = [sys.executable, __file__, *sys.argv[1:], "--threads", str(threads)]
        subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
