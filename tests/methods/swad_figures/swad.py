"""Writes swad.json beside this file: ERM runs of a small network, the stretch that the algorithm of
Cha et al. 2021 chooses by their validation losses, and the mean of the weights over all its steps.

    python3 tests/methods/swad_figures/swad.py      # PyTorch 2.13, NumPy 2
"""

import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.append(str(pathlib.Path(__file__).parents[1] / "figures"))
from methods import CLASSES, Case, array, joined, named, step_down

STEPS, EVERY = 60, 3


def algorithm_1(losses, converge, tolerance, ratio):
    """Checkpoints from and to, both included, numbered from 1, as the paper's pseudo-code."""
    start, end, threshold = 0, len(losses), None
    loss = [None, *losses]
    for i in range(1, len(losses) + 1):
        if threshold is None:
            if i >= converge and loss[i - converge + 1] == min(loss[i - k] for k in range(converge)):
                start = i - converge + 1
                threshold = (1 + ratio) / converge * sum(loss[i - k] for k in range(converge))
        elif i >= tolerance and threshold < min(loss[i - k] for k in range(tolerance)):
            end = i - tolerance
            break
    return None if threshold is None else [start, end]


def run(seed, sizes, decay, rate, h):
    case = Case(seed, sizes, decay)
    for p in case.parameters.values():
        p.data = p.data.float().double()
    for domains in case.batches:
        domains[:] = [(x.float().double(), y) for x, y in domains]
    case.probe = case.probe.float().double()
    truth = case.rng.integers(CLASSES, size=len(case.probe))
    initial = named(case.parameters)
    optimizer = case.adam(case.network(), rate)
    losses, segments, current = [], [], []
    for t in range(STEPS):
        x, y = joined(case.batches[t % len(case.batches)])
        step_down(optimizer, F.cross_entropy(case.logits(x), y))
        current.append([p.detach().clone() for p in case.network()])
        if t % EVERY == 0 or t == STEPS - 1:  # after the first step, and so on
            losses.append(F.cross_entropy(case.logits(case.probe), torch.tensor(truth)).item())
            segments.append(current)
            current = []
    stretch = algorithm_1(losses, h["converge"], h["tolerance"], h["ratio"])
    first, last = (len(losses), len(losses)) if stretch is None else stretch
    steps = [weights for segment in segments[first - 1 : last] for weights in segment]
    average = [sum(values) / len(steps) for values in zip(*steps)]
    before = sum(len(segment) for segment in segments[: first - 1])
    return {
        "hparams": {"lr": rate, "weight_decay": decay, **h},
        "counts": case.counts,
        "initial_params": initial,
        "batches": [[{"x": array(x), "y": y.tolist()} for x, y in domains] for domains in case.batches],
        "probe": {"x": array(case.probe), "y": truth.tolist()},
        "steps": STEPS,
        "every": EVERY,
        "losses": losses,
        "averaged": {"from": before + 1, "to": before + len(steps)},
        "average": named(dict(zip(case.parameters, average))),
    }


def random_valleys():
    """Stretches of made-up losses, short and long, with and without an end."""
    rng = np.random.default_rng(5)
    for _ in range(60):
        n = int(rng.integers(1, 30))
        x = np.linspace(-1, rng.uniform(0, 2), n)
        losses = (x**2 * rng.uniform(0.2, 3) + rng.normal(size=n) * 0.1 + 1).tolist()
        h = [int(rng.integers(1, 5)), int(rng.integers(1, 8)), float(rng.uniform(0, 0.4))]
        yield {"losses": losses, "h": h, "stretch": algorithm_1(losses, *h)}


RUNS = [
    run(300, [5, 4, 6], 0, 0.01, {"converge": 3, "tolerance": 4, "ratio": 0.05}),
    run(301, [3, 7], 0.02, 0.03, {"converge": 2, "tolerance": 6, "ratio": 0.3}),
    run(302, [5, 4, 6], 0, 0.001, {"converge": 9, "tolerance": 3, "ratio": 0.2}),
]
for r in RUNS:
    print([round(v, 3) for v in r["losses"]], r["averaged"])
path = pathlib.Path(__file__).with_name("swad.json")
path.write_text(json.dumps({"runs": RUNS, "valleys": list(random_valleys())}, separators=(",", ":")) + "\n")
