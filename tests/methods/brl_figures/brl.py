"""Writes brl.json beside this file: the parts of BRL on a small batch, and its whole loss.

Every figure follows from the formulas in words (docs/brl.md): loops over images, explicit covariance
matrices and explicit pairs, in double precision, where the method uses tables and kernels.

    python3 tests/methods/brl_figures/brl.py        # NumPy 2
"""

import itertools
import json
import math
import pathlib

import numpy as np

D, C, F = 3, 4, 5
SIZES = [6, 5, 4]
COUNTS = [[40, 20, 8, 2], [5, 30, 0, 12], [10, 10, 10, 50]]
LABELS = [[0, 1, 2, 0, 3, 1], [1, 3, 0, 1, 1], [2, 3, 3, 1]]

rng = np.random.default_rng(8)
Z = [rng.normal(size=(n, F)) + 0.5 * d for d, n in enumerate(SIZES)]
CLASSIFIER = rng.normal(size=(F, C))
HEAD = 0.7 * rng.normal(size=(F, D))
CENTROIDS = rng.normal(size=(D, C, F))
KNOWN = [[1, 1, 0, 1], [1, 0, 1, 1], [0, 1, 1, 1]]
SHARES = [sum(row) / sum(map(sum, COUNTS)) for row in COUNTS]

DEFAULTS = dict(
    bce=1, cb=1, rb=1, penalty=1, alpha=1e-3, beta=1e-2, gamma=10, smoothing=1, tau=1,
    kappa=0.5, rarity=0, covariate=0, covariateReach=0, distance=0, invariance=2,
    prior=0, weighting=0, scale=0,
)


def softmax(s):
    e = np.exp(s - s.max())
    return e / e.sum()


def log_priors(epsilon, prior=0):
    everything = sum(map(sum, COUNTS))
    share = [sum(row[c] for row in COUNTS) / everything if prior else 1 / C for c in range(C)]
    return [
        [math.log((n + C * epsilon * t) / (sum(row) + C * epsilon)) for n, t in zip(row, share)]
        for row in COUNTS
    ]


def clip(x):
    return min(10, max(0.1, x))


def cell_weights(rarity, kappa):
    raw = {}
    for d, c in itertools.product(range(D), range(C)):
        n, of_class = COUNTS[d][c], sum(COUNTS[e][c] for e in range(D))
        if n > 0:
            raw[d, c] = [of_class / n, 1 / n, (1 - 0.999) / (1 - 0.999**n)][rarity] ** kappa
    mean = sum(raw.values()) / len(raw)
    return [[clip(raw[d, c] / mean) if (d, c) in raw else 1 for c in range(C)] for d in range(D)]


def propensity_weights(d):
    inverse = []
    for z in Z[d]:
        p = softmax(z @ HEAD) * SHARES
        inverse.append(SHARES[d] / (p[d] / p.sum()))
    clipped = np.array([clip(w / np.mean(inverse)) for w in inverse])
    return clipped / clipped.mean()


def overlap_weights(d):
    found = []
    for z in Z[d]:
        inverse = 1 / softmax(z @ HEAD)
        found.append(inverse[d] / inverse.sum() + 1e-6)
    return np.array(found) / np.mean(found)


def standard():
    everything = np.concatenate(Z)
    return [(z - everything.mean(0)) / np.sqrt(everything.var(0) + 1e-5) for z in Z]


def bank_distance(weights, features):
    found = []
    for d, e in itertools.permutations(range(D), 2):
        for c in range(C):
            rows = [i for i, y in enumerate(LABELS[d]) if y == c]
            if rows and KNOWN[e][c]:
                own = np.average(features[d][rows], axis=0, weights=weights[d][rows])
                found.append(((own - CENTROIDS[e][c]) ** 2).mean())
    return sum(found) / len(found)


def head_loss():
    losses = [-math.log(softmax(z @ HEAD)[d]) for d in range(D) for z in Z[d]]
    return sum(losses) / len(losses)


def imbalance(weights):
    everything = np.concatenate(Z)
    mean, variance = everything.mean(0), everything.var(0)
    standard = [(z - mean) / np.sqrt(variance + 1e-5) for z in Z]
    total = 0
    for power in (1, 2):
        pooled = sum(share * (x**power).mean(0) for share, x in zip(SHARES, standard))
        for x, w in zip(standard, weights):
            own = sum(wi * xi**power for wi, xi in zip(w, x)) / len(x)
            total += ((own - pooled) ** 2).mean() / 2
    return total / D


def class_distance(weights, kind, of_all=False, scale=0):
    """Mean over classes and pairs of domains; between whole domains if `of_all`."""
    features = Z
    if scale:
        unit = scale == 2 or kind == 0
        features = [z / math.sqrt(2 * F) if unit else z for z in standard()]
    found = []
    for c in range(1 if of_all else C):
        cells = []
        for d in range(D):
            rows = [i for i, y in enumerate(LABELS[d]) if of_all or y == c]
            if rows:
                cells.append((features[d][rows], weights[d][rows] / weights[d][rows].sum()))
        for (x, a), (y, b) in itertools.combinations(cells, 2):
            if kind == 0:
                def k(p, q):
                    return sum(math.exp(-(10.0**g) * ((p - q) ** 2).sum()) for g in range(-3, 4))

                def mean(u, s, v, t):
                    return sum(si * tj * k(ui, vj) for ui, si in zip(u, s) for vj, tj in zip(v, t))

                found.append(mean(x, a, x, a) + mean(y, b, y, b) - 2 * mean(x, a, y, b))
                continue
            mx, my = a @ x, b @ y
            distance = ((mx - my) ** 2).mean()
            if kind == 1:
                sx = sum(ai * np.outer(xi - mx, xi - mx) for ai, xi in zip(a, x))
                sy = sum(bi * np.outer(yi - my, yi - my) for bi, yi in zip(b, y))
                distance += ((sx - sy) ** 2).mean()
            found.append(distance)
    return sum(found) / len(found)


def terms(**changes):
    h = {**DEFAULTS, **changes}
    priors = h["tau"] * np.array(log_priors(h["smoothing"], h["prior"])) if h["bce"] else np.zeros((D, C))
    cells = cell_weights(h["rarity"], h["kappa"] if h["bce"] else 0)
    weigh = [propensity_weights, overlap_weights][h["weighting"]]
    weights = [weigh(d) if h["cb"] else np.ones(SIZES[d]) for d in range(D)]
    both = [np.array([cells[d][y] for y in LABELS[d]]) * weights[d] for d in range(D)]
    mean = np.concatenate(both).mean()
    risks, slopes = [], []
    for d in range(D):
        losses, slope = [], []
        for z, y, w in zip(Z[d], LABELS[d], both[d]):
            s = z @ CLASSIFIER + priors[d]
            p = softmax(s)
            losses.append(-math.log(p[y]) * w / mean)
            slope.append(p @ s - s[y])
        risks.append(np.mean(losses))
        slopes.append(np.mean(slope[0::2]) * np.mean(slope[1::2]))
    out = {"risk": np.mean(risks)}
    if h["cb"]:
        own, remaining = head_loss(), imbalance(weights)
        out["covariate"] = [own + remaining, own, remaining][h["covariate"]]
    if h["rb"]:
        features = Z
        if h["scale"]:
            unit = h["scale"] == 2
            features = [z / math.sqrt(2 * F) if unit else z for z in standard()]
        out["representation"] = (
            bank_distance(weights, features)
            if h["distance"] == 3
            else class_distance(weights, h["distance"], scale=h["scale"])
        )
    if h["penalty"]:
        out["penalty"] = [
            lambda: np.var(risks),
            lambda: np.mean(slopes),
            lambda: class_distance(weights, 1, of_all=True, scale=h["scale"]),
            lambda: class_distance(weights, 0, of_all=True, scale=h["scale"]),
            lambda: np.var(risks) / (np.mean(risks) ** 2 + 1e-4),
        ][h["invariance"]]()
    factors = {"covariate": h["alpha"], "representation": h["beta"], "penalty": h["gamma"]}
    out["loss"] = out["risk"] + sum(factors[k] * out[k] for k in factors if k in out)
    return {"hyperparameters": changes, "terms": {k: float(v) for k, v in out.items()}}


def main():
    switches = ["bce", "cb", "rb", "penalty"]
    cases = [dict(zip(switches, bits)) for bits in itertools.product((0, 1), repeat=4)]
    cases += [{"rarity": 1}, {"rarity": 2, "kappa": 1}, {"smoothing": 0.3, "kappa": 0}]
    cases += [{"covariate": 1}, {"covariate": 2}, {"distance": 1}, {"distance": 2}]
    cases += [{"tau": 0, "kappa": 1}, {"tau": 0.5}]
    cases += [{"invariance": 0}, {"invariance": 1}, {"invariance": 3}, {"cb": 0, "invariance": 0}]
    cases += [{"alpha": 1, "beta": 1e-7, "gamma": 0.1}]
    cases += [{"prior": 1}, {"prior": 1, "smoothing": 7}, {"weighting": 1}, {"invariance": 4}]
    cases += [{"scale": 1, "distance": d, "invariance": i} for d, i in ((0, 2), (1, 3), (2, 2), (3, 2))]
    cases += [{"scale": 2, "distance": d, "invariance": i} for d, i in ((0, 2), (1, 3), (2, 2), (3, 2))]
    cases += [{"distance": 3}]
    weights = [propensity_weights(d) for d in range(D)]
    figures = {
        "counts": COUNTS,
        "labels": LABELS,
        "features": [z.tolist() for z in Z],
        "classifier": CLASSIFIER.tolist(),
        "head": HEAD.tolist(),
        "centroids": CENTROIDS.tolist(),
        "known": KNOWN,
        "defaults": DEFAULTS,
        "logPriors": log_priors(0.5),
        "cellWeights": [cell_weights(rarity, 0.5) for rarity in range(3)],
        "propensityWeights": [w.tolist() for w in weights],
        "imbalance": float(imbalance(weights)),
        "distances": [float(class_distance(weights, kind)) for kind in range(3)],
        "cases": [terms(**case) for case in cases],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
