"""Writes NAME.json and NAME_2.json beside this file for the methods here, as `methods.py` does for
its own: written anew from their papers in PyTorch, in double precision and as plainly as possible.

    python3 tests/methods/figures/recent.py         # PyTorch 2.13, NumPy 2
"""

import numpy as np
import torch
import torch.nn.functional as F
from methods import CLASSES, RATE, joined, risks_of, step_down, terms, write_all


def origins(domains):
    return np.concatenate([np.full(len(y), d) for d, (_, y) in enumerate(domains)])


def mean_shares(case):
    """A class's mean share over the domains; one without images has a single one in one of them."""
    totals = [sum(row) for row in case.counts]
    least = 1 / (len(totals) * max(totals))
    shares = [sum(row[c] / n for row, n in zip(case.counts, totals)) / len(totals) for c in range(CLASSES)]
    return torch.tensor([max(s, least) for s in shares])


def mixture(case, x, y, x2, y2, pixels, labels):
    """Loss of one mixed image."""
    z = case.logits((pixels * x + (1 - pixels) * x2)[None])
    own, other = [F.cross_entropy(z, torch.as_tensor(t)[None]) for t in (y, y2)]
    return labels * own + (1 - labels) * other


def lisa(case, h):
    optimizer = case.adam(case.network())
    for domains in case.batches:
        x, y = joined(domains)
        d = origins(domains)
        same = case.draw("uniform", float(case.rng.random())) < h["sameClass"]
        shares = [case.draw("beta", float(case.rng.beta(h["alpha"], h["alpha"]))) for _ in y]
        loss = 0
        for i in range(len(y)):
            if same:
                others = [j for j in range(len(y)) if y[j] == y[i] and d[j] != d[i]]
            else:
                others = [j for j in range(len(y)) if y[j] != y[i] and d[j] == d[i]]
            j = others[case.draw("integer", int(case.rng.integers(len(others))))] if others else i
            loss = loss + mixture(case, x[i], y[i], x[j], y[j], shares[i], shares[i]) / len(y)
        step_down(optimizer, loss)
        yield terms(loss=loss)


def remix(case, h):
    optimizer = case.adam(case.network())
    n = mean_shares(case)
    for domains in case.batches:
        order = case.draw("perm", case.rng.permutation(len(domains)).tolist())
        loss = 0
        for i, d in enumerate(order):
            (xa, ya), (xb, yb) = domains[d], domains[order[(i + 1) % len(order)]]
            share = case.draw("beta", float(case.rng.beta(h["alpha"], h["alpha"])))
            length = min(len(ya), len(yb))
            for a in range(length):
                label = share
                if n[ya[a]] / n[yb[a]] >= h["imbalance"] and share < h["threshold"]:
                    label = 0
                elif n[ya[a]] / n[yb[a]] <= 1 / h["imbalance"] and 1 - share < h["threshold"]:
                    label = 1
                one = mixture(case, xa[a], ya[a], xb[a], yb[a], share, label)
                loss = loss + one / length / len(domains)
        step_down(optimizer, loss)
        yield terms(loss=loss)


def vector_scaled(logits, n, h):
    factors = (n.max() / n) ** h["gamma"]
    return logits / factors + h["tau"] * torch.log(n / n.sum())


def vs(case, h):
    optimizer = case.adam(case.network())
    for domains in case.batches:
        x, y = joined(domains)
        loss = F.cross_entropy(vector_scaled(case.logits(x), mean_shares(case), h), y)
        step_down(optimizer, loss)
        yield terms(loss=loss)


def vsgroup(case, h):
    optimizer = case.adam(case.network())
    for domains in case.batches:
        loss = 0
        for (x, y), row in zip(domains, case.counts):
            n = torch.tensor([float(max(1, count)) for count in row])
            loss = loss + F.cross_entropy(vector_scaled(case.logits(x), n, h), y) / len(domains)
        step_down(optimizer, loss)
        yield terms(loss=loss)


def mmd(a, b):
    def kernel(u, v):
        return sum(torch.exp(-g * (u[:, None] - v[None]) ** 2).mean() for g in [10.0**k for k in range(-4, 4)])

    return kernel(a, a) + kernel(b, b) - 2 * kernel(a, b)


def rdm(case, h):
    first = case.adam(case.network())
    second = case.adam(case.network(), RATE * h["learningRateFactor"])
    for t, domains in enumerate(case.batches):
        risks = risks_of(case, domains)
        losses = [F.cross_entropy(case.logits(x), y, reduction="none") for x, y in domains]
        worst = losses[int(np.argmax([r.item() for r in risks]))]
        every = torch.cat(losses)
        risk = sum(risks) / len(risks)
        penalty = mmd(worst, every)
        variance = worst.var() + every.var()
        on = t >= h["annealSteps"]
        loss = risk + on * (h["penaltyWeight"] * penalty + h["varianceWeight"] * variance)
        step_down(second if on else first, loss)
        yield terms(loss=loss, risk=risk, penalty=penalty, variance=variance)


METHODS = {
    lisa: ({"sameClass": 0.5, "alpha": 2}, {"sameClass": 0.8, "alpha": 0.3}),
    remix: (
        {"alpha": 1, "imbalance": 3, "threshold": 0.5},
        {"alpha": 0.4, "imbalance": 1.5, "threshold": 0.7},
    ),
    vs: ({"gamma": 0.3, "tau": 1}, {"gamma": 0.1, "tau": 1.4}),
    vsgroup: ({"gamma": 0.3, "tau": 1}, {"gamma": 0.15, "tau": 0.6}),
    rdm: (
        {"penaltyWeight": 5, "varianceWeight": 0.004, "annealSteps": 2, "learningRateFactor": 0.3},
        {"penaltyWeight": 0.5, "varianceWeight": 0.2, "annealSteps": 0, "learningRateFactor": 0.8},
    ),
}

if __name__ == "__main__":
    write_all(200, METHODS, ())
