"""Writes NAME.json and NAME_2.json beside this file for the methods here, as `methods.py` does for
its own: written anew from their papers in PyTorch, in double precision and as plainly as possible.

    python3 tests/methods/figures/recent.py         # PyTorch 2.13, NumPy 2
"""

import numpy as np
import torch
import torch.nn.functional as F
from methods import CLASSES, FEATURES, RATE, joined, risks_of, step_down, terms, write_all


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


def experts(case, names):
    """Classifiers beside the network's own, which is the first."""
    for name in names:
        case.add(f"{name}.weight", case.rng.normal(size=(CLASSES, FEATURES)) * 0.6)
        case.add(f"{name}.bias", case.rng.normal(size=CLASSES) * 0.6)
    heads = [case.of(name) for name in ("classifier", *names)]

    def logits(x):
        z = case.features(x)
        return [F.linear(z, *head) for head in heads]

    case.predict = lambda x: sum(logits(x)) / len(heads)
    return logits


def medro(case, h):
    logits = experts(case, [f"expert{i + 2}" for i in range(len(case.counts) - 1)])
    yield None
    optimizer = case.adam(list(case.parameters.values()))
    n = len(case.counts)
    weights = np.full((n, n), 1 / n**2)
    for domains in case.batches:
        risks = [[F.cross_entropy(logits(x)[i], y) for x, y in domains] for i in range(n)]
        for i in range(n):
            for j in range(n):
                weights[i, j] *= np.exp(h["stepSize"] * risks[i][j].item())
        weights /= weights.sum()
        own = sum(risks[i][i] for i in range(n))
        worst = sum(weights[i, j] * risks[i][j] for i in range(n) for j in range(n))
        loss = own + h["robustWeight"] * worst
        step_down(optimizer, loss)
        yield terms(loss=loss, own=own, worst=worst)


def sade(case, h):
    logits = experts(case, [f"expert{i + 2}" for i in range(h["experts"] - 1)])
    yield None
    optimizer = case.adam(list(case.parameters.values()))
    prior = mean_shares(case)
    order = torch.argsort(prior, stable=True)
    turned = torch.empty_like(prior)
    turned[order] = prior[order.flip(0)]
    shifts = [0, prior.log(), prior.log() - h["tau"] * turned.log()]
    for domains in case.batches:
        x, y = joined(domains)
        losses = [F.cross_entropy(s + shift, y) for s, shift in zip(logits(x), shifts)]
        loss = sum(losses)
        step_down(optimizer, loss)
        yield terms(loss=loss, **{f"expert{i + 1}": value for i, value in enumerate(losses)})


def gcl(case, h):
    weight = case.of("classifier")[0]

    def cosines(x):
        return torch.stack([F.cosine_similarity(case.features(x), w[None], dim=1) for w in weight], dim=1)

    case.predict = lambda x: h["scale"] * cosines(x)
    yield None
    optimizer = case.adam(case.network())
    m = mean_shares(case).log()
    m = m.max() - m
    for domains in case.batches:
        x, y = joined(domains)
        draws = case.rng.normal(size=(len(y), CLASSES))
        case.draw("normal", {"shape": list(draws.shape), "data": draws.reshape(-1).tolist()})
        cloud = torch.tensor(draws / 3).clamp(-1, 1).abs()
        output = cosines(x) - h["noise"] * cloud * m / m.max()
        for i in range(len(y)):
            output[i, y[i]] = output[i, y[i]] - h["margin"]
        loss = F.cross_entropy(h["scale"] * output, y)
        step_down(optimizer, loss)
        yield terms(loss=loss)


def urm(case, h):
    sizes = [FEATURES, 100, *[100] * h["hiddenLayers"], 1]
    middle = [f"hiddens.{i}" for i in range(h["hiddenLayers"])]
    layers = [f"discriminator.{name}" for name in ("input", *middle, "output")]
    for name, inputs, outputs in zip(layers, sizes, sizes[1:]):
        case.add(f"{name}.weight", case.rng.normal(size=(outputs, inputs)) * inputs**-0.5)
        case.add(f"{name}.bias", case.rng.normal(size=outputs) * 0.1)
    end, low = {"tanh": (torch.tanh, -1), "sigmoid": (torch.sigmoid, 0), "relu": (F.relu, 0)}[h["activation"]]
    case.predict = lambda x: case.classify(end(case.features(x)))
    yield None

    def verdict(z):
        for name in layers[:-1]:
            z = F.relu(F.linear(z, *case.of(name)))
        return F.linear(z, *case.of(layers[-1]))

    def taken(z, value):
        logits = verdict(z)
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, value))

    main = case.adam(case.network())
    other = case.adam(case.of("discriminator"), h["discriminatorLearningRate"])
    weight = h["adversarialWeight"]
    for domains in case.batches:
        x, y = joined(domains)
        draws = case.rng.random((len(y), FEATURES))
        case.draw("uniform", {"shape": list(draws.shape), "data": draws.reshape(-1).tolist()})
        z = end(case.features(x))
        risk = F.cross_entropy(case.classify(z), y)
        adversary = taken(z, 1.0)
        other.zero_grad()
        main.zero_grad()
        (risk + weight * adversary).backward()
        other.zero_grad()
        noise = torch.tensor(low + (1 - low) * draws)
        of_discriminator = taken(noise, 1.0) + weight * taken(z.detach(), 0.0)
        of_discriminator.backward()
        main.step()
        other.step()
        loss = risk + weight * adversary + of_discriminator
        yield terms(loss=loss, risk=risk, adversary=adversary, discriminatorLoss=of_discriminator)


def mislas(case, h):
    case.add("scale.value", np.ones(CLASSES))
    (scale,) = case.of("scale")
    case.predict = lambda x: scale * case.logits(x)
    yield None
    first = case.adam([scale])
    second = case.adam(case.of("classifier"), RATE * h["classifierRate"])
    n = mean_shares(case)
    slope = torch.sin(np.pi * (n - n.min()) / (2 * (n.max() - n.min())))
    smoothing = h["tailSmoothing"] + (h["headSmoothing"] - h["tailSmoothing"]) * slope
    for domains in case.batches:
        x, y = joined(domains)
        with torch.no_grad():
            z = case.features(x)
        logs = F.log_softmax(scale * case.classify(z), dim=1)
        loss = 0
        for i, label in enumerate(y):
            target = torch.full((CLASSES,), smoothing[label].item() / CLASSES)
            target[label] += 1 - smoothing[label]
            loss = loss - (target * logs[i]).sum() / len(y)
        for optimizer in (first, second):
            optimizer.zero_grad()
        loss.backward()
        first.step()
        second.step()
        yield terms(loss=loss)


def jtt(case, h):
    for name, value in case.parameters.items():
        values = value.detach() + torch.tensor(case.rng.normal(size=value.shape) * 0.6)
        case.stage1[name] = values.float().double()
    w1, b1, w2, b2, w3, b3 = case.stage1.values()
    optimizer = case.adam(case.network())
    for domains in case.batches:
        loss, wrong, n = 0, 0, sum(len(y) for _, y in domains)
        for x, y in domains:
            first = F.linear(F.linear(F.relu(F.linear(x, w1, b1)), w2, b2), w3, b3).argmax(dim=1)
            for i in range(len(y)):
                missed = bool(first[i] != y[i])
                own = F.cross_entropy(case.logits(x[i : i + 1]), y[i : i + 1])
                loss = loss + (h["wrongWeight"] if missed else 1) * own / n
                wrong += missed / n
        step_down(optimizer, loss)
        yield terms(loss=loss, wrong=torch.tensor(wrong))


def dfr(case, h):
    optimizer = case.adam(case.of("classifier"))
    cells = [sum(n > 0 for n in row) for row in case.counts]
    subset = min(n for row in case.counts for n in row if n > 0) * sum(cells)
    for domains in case.batches:
        risk = 0
        for (x, y), count in zip(domains, cells):
            with torch.no_grad():
                z = case.features(x)
            risk = risk + F.cross_entropy(case.classify(z), y) * count / sum(cells)
        norm = torch.linalg.vector_norm(case.of("classifier")[0], 1)
        loss = risk + norm / (h["strength"] * subset)
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=risk, norm=norm)


def tally(case, h):
    """The middle of the network of these files is its first layer, rectified."""
    optimizer = case.adam(case.network())
    averages = {}

    def average(kind, group, values):
        now = values.detach().mean(dim=0)
        old = averages.get((kind, group))
        averages[kind, group] = now if old is None else h["rate"] * now + (1 - h["rate"]) * old

    for t, domains in enumerate(case.batches):
        x, y = joined(domains)
        d, n = origins(domains), len(y)
        order = case.draw("perm", case.rng.permutation(n).tolist())
        shares = [[case.draw("beta", float(case.rng.beta(h["alpha"], h["alpha"]))) for _ in y] for _ in range(2)]
        w1, b1, w2, b2 = case.of("featurizer")
        inner = F.relu(F.linear(x, w1, b1))
        mean = inner.mean(dim=1, keepdim=True)
        deviation = torch.sqrt(inner.var(dim=1, keepdim=True) + 1e-6)
        content = (inner - mean) / deviation
        if t >= h["warmUpSteps"]:
            rows = []
            for i, j in enumerate(order):
                own, its = [max(s[i], 1 - s[i]) for s in shares]
                mixture = own * content[i] + (1 - own) * averages.get(("content", int(y[i])), 0)
                scale = its * deviation[j] + (1 - its) * averages["deviation", d[j]]
                shift = its * mean[j] + (1 - its) * averages["mean", d[j]]
                rows.append(scale * mixture + shift)
            inner = torch.stack(rows)
        for c in np.unique(y):
            average("content", c, content[y == c])
        for e in range(len(domains)):
            average("mean", e, mean[d == e])
            average("deviation", e, deviation[d == e])
        loss = F.cross_entropy(case.classify(F.linear(inner, w2, b2)), y)
        step_down(optimizer, loss)
        yield terms(loss=loss)


def mlp_layers(case, name, sizes):
    parts = ["input", *[f"hiddens.{i}" for i in range(len(sizes) - 3)], "output"]
    for part, inputs, outputs in zip(parts, sizes, sizes[1:]):
        case.add(f"{name}.{part}.weight", case.rng.normal(size=(outputs, inputs)) * 0.5)
        case.add(f"{name}.{part}.bias", case.rng.normal(size=outputs) * 0.5)

    def forward(x):
        for part in parts[:-1]:
            x = F.relu(F.linear(x, *case.of(f"{name}.{part}")))
        return F.linear(x, *case.of(f"{name}.output"))

    return forward


def bcl(case, h):
    project = mlp_layers(case, "projection", [FEATURES, FEATURES, h["size"]])
    centre = mlp_layers(case, "prototypes", [FEATURES, FEATURES, h["size"]])
    case.second_views = [
        [(x + torch.tensor(case.rng.normal(size=x.shape)) * 0.5).float().double() for x, _ in domains]
        for domains in case.batches
    ]
    yield None
    optimizer = case.adam(list(case.parameters.values()))
    for t, domains in enumerate(case.batches):
        x, y = joined(domains)
        x2 = torch.cat(case.second_views[t])
        risk = F.cross_entropy(case.logits(x) + mean_shares(case).log(), y)
        centres = centre(case.of("classifier")[0])
        z = F.normalize(torch.cat([project(case.features(x)), project(case.features(x2)), centres]), dim=1)
        owner = y.tolist() * 2 + list(range(CLASSES))
        contrast = 0
        for i in range(2 * len(y)):
            positives = [j for j in range(len(z)) if j != i and owner[j] == owner[i]]
            total = 0
            for c in range(CLASSES):
                members = [j for j in range(len(z)) if j != i and owner[j] == c]
                total = total + sum(torch.exp(z[i] @ z[j] / h["temperature"]) for j in members) / len(members)
            one = sum(z[i] @ z[j] / h["temperature"] - torch.log(total) for j in positives)
            contrast = contrast - one / len(positives) / (2 * len(y))
        loss = risk + h["contrastWeight"] * contrast
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=risk, contrast=contrast)


def ndcl(case, h):
    optimizer = case.adam(case.network())
    weights = []
    for row in case.counts:
        inverse = np.array([1 / n if n > 0 else 0 for n in row])
        weights.append(inverse * len(row) / inverse.sum())
    for domains in case.batches:
        x, y = joined(domains)
        d, n = origins(domains), len(y)
        share = case.draw("beta", float(case.rng.beta(h["alpha"], h["alpha"])))
        losses = F.cross_entropy(case.logits(x), y, reduction="none")
        p = torch.softmax(case.logits(x), dim=1)
        present = sorted(set(y.tolist()))
        members = {k: [i for i in range(n) if y[i] == k] for k in present}

        risk = 0
        for k in present:
            hard = torch.softmax(losses[members[k]].detach(), dim=0)
            risk = risk + sum(weights[d[i]][k] * s * losses[i] for i, s in zip(members[k], hard)) / len(present)

        raised = np.exp([len(members[k]) / n for k in present])
        ends = np.ceil(np.cumsum(raised / raised.sum() * n) - 1e-9).astype(int)
        negative, start = 0, 0
        for k, end in zip(present, ends):
            count, start = end - start, end
            positives = sorted(members[k], key=lambda i: p[i, k].item())[: -(-len(members[k]) // 2)]
            others = sorted((i for i in range(n) if y[i] != k), key=lambda i: -p[i, k].item())
            others = others[: -(-count // len(positives))]
            pairs = [(a, b) for a in positives for b in others]
            made = [pairs[i % len(pairs)] for i in range(count)]
            images = torch.stack([share * x[a] + (1 - share) * x[b] for a, b in made])
            q = torch.softmax(case.logits(images), dim=1)
            for i in members[k]:
                near = sum(torch.exp(1 - F.cosine_similarity(p[i], p[j], dim=0)) for j in members[k] if j != i)
                away = sum(torch.exp(1 - F.cosine_similarity(p[i], v, dim=0)) for v in q)
                negative = negative - torch.log(away / (near + away)) / len(members[k]) / len(present)

        centres = {}
        for k in present:
            for e in range(len(domains)):
                rows = [i for i in members[k] if d[i] == e]
                if rows:
                    centres[e, k] = p[rows].mean(dim=0)
        known = [k for k in present if sum(c == k for _, c in centres) > 1]
        centres = {cell: value for cell, value in centres.items() if cell[1] in known}
        align = torch.tensor(0.0)
        for cell, value in centres.items():
            near = {c: torch.exp(F.cosine_similarity(value, v, dim=0)) for c, v in centres.items() if c != cell}
            own = sum(v for c, v in near.items() if c[1] == cell[1])
            several = sum(c == cell[1] for _, c in centres)
            align = align - torch.log(own / sum(near.values())) / several / len(known)

        loss = risk + h["negativeWeight"] * negative + h["alignWeight"] * align
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=risk, negative=negative, align=align)


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
    medro: ({"robustWeight": 0.5, "stepSize": 0.01}, {"robustWeight": 2, "stepSize": 0.3}),
    sade: ({"tau": 2, "experts": 3}, {"tau": 1.3, "experts": 2}),
    gcl: (
        {"scale": 30, "noise": 1, "margin": 0},
        {"scale": 10, "noise": 0.4, "margin": 0.3},
    ),
    urm: (
        {"adversarialWeight": 0.1, "activation": "tanh", "hiddenLayers": 1, "discriminatorLearningRate": RATE},
        {"adversarialWeight": 0.7, "activation": "sigmoid", "hiddenLayers": 2, "discriminatorLearningRate": 0.003},
    ),
    mislas: (
        {"headSmoothing": 0.3, "tailSmoothing": 0, "classifierRate": 0.5},
        {"headSmoothing": 0.4, "tailSmoothing": 0.1, "classifierRate": 0.1},
    ),
    jtt: ({"wrongWeight": 10}, {"wrongWeight": 2.5}),
    dfr: ({"strength": 1}, {"strength": 0.1}),
    tally: (
        {"alpha": 0.5, "rate": 0.2, "warmUpSteps": 2},
        {"alpha": 1.5, "rate": 0.6, "warmUpSteps": 1},
    ),
    bcl: (
        {"contrastWeight": 0.35, "temperature": 0.1, "size": 6},
        {"contrastWeight": 2, "temperature": 0.5, "size": 3},
    ),
    ndcl: (
        {"negativeWeight": 0.1, "alignWeight": 0.1, "alpha": 0.2},
        {"negativeWeight": 0.9, "alignWeight": 2, "alpha": 0.6},
    ),
}
COMPLETED = (medro, sade, gcl, urm, mislas, bcl)

if __name__ == "__main__":
    write_all(200, METHODS, COMPLETED)
