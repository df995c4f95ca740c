"""Writes NAME.json and NAME_2.json beside this file for every method here: a few updates of a small
network, with the method's usual hyperparameters and with others, weight decay and two domains.

The form is that of the golden files, and `figures_test.ts` replays them. The methods are written
anew from their papers in PyTorch, in double precision and as plainly as possible (loops over
images, gradients of gradients, finite differences) where the methods themselves use closed forms.

    python3 tests/methods/figures/methods.py        # PyTorch 2.13, NumPy 2
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
INPUTS, FEATURES, CLASSES, STEPS, RATE = 6, 5, 4, 5, 0.01
COUNTS = [[40, 20, 8, 2], [5, 30, 0, 12], [10, 10, 10, 50]]


class Case:
    """A network, its batches, and the record of what was drawn.

    `sizes` are the images of each domain in a step.
    """

    def __init__(self, seed, sizes, decay):
        rng = self.rng = np.random.default_rng(seed)
        self.decay, self.counts = decay, COUNTS[: len(sizes)]
        self.parameters = {}
        for name, shape in [
            ("featurizer.input.weight", (FEATURES, INPUTS)),
            ("featurizer.input.bias", (FEATURES,)),
            ("featurizer.output.weight", (FEATURES, FEATURES)),
            ("featurizer.output.bias", (FEATURES,)),
            ("classifier.weight", (CLASSES, FEATURES)),
            ("classifier.bias", (CLASSES,)),
        ]:
            self.add(name, rng.normal(size=shape) * 0.6)
        centres = rng.normal(size=(CLASSES, INPUTS))
        self.batches = []
        for _ in range(STEPS):
            labels = [rng.integers(CLASSES, size=n) for n in sizes]
            images = [centres[y] + rng.normal(size=(len(y), INPUTS)) + 0.3 * d for d, y in enumerate(labels)]
            self.batches.append([(torch.tensor(x), torch.tensor(y)) for x, y in zip(images, labels)])
        self.probe = torch.tensor(rng.normal(size=(7, INPUTS)))
        self.draws = []
        self.second_views = None
        self.stage1 = {}

    def add(self, name, values):
        self.parameters[name] = torch.tensor(values, requires_grad=True)

    def draw(self, kind, value):
        self.draws.append({"kind": kind, "value": value})
        return value

    def of(self, module):
        return [p for name, p in self.parameters.items() if name.startswith(module + ".")]

    def network(self):
        return self.of("featurizer") + self.of("classifier")

    def features(self, x, values=None):
        w1, b1, w2, b2 = (values or self.of("featurizer"))[:4]
        return F.linear(F.relu(F.linear(x, w1, b1)), w2, b2)

    def classify(self, z):
        return F.linear(z, *self.of("classifier"))

    def logits(self, x):
        return self.classify(self.features(x))

    def adam(self, parameters, rate=RATE):
        return torch.optim.Adam(parameters, lr=rate, weight_decay=self.decay)


def step_down(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def risks_of(case, domains):
    return [F.cross_entropy(case.logits(x), y) for x, y in domains]


def joined(domains):
    return torch.cat([x for x, _ in domains]), torch.cat([y for _, y in domains])


def terms(**values):
    return {name: float(value.detach()) for name, value in values.items()}


def vrex(case, h):
    optimizer = case.adam(case.network())
    for t, domains in enumerate(case.batches):
        if t == h["annealSteps"]:
            optimizer = case.adam(case.network())
        risks = risks_of(case, domains)
        mean = sum(risks) / len(risks)
        variance = sum((r - mean) ** 2 for r in risks) / len(risks)
        loss = mean + (h["penaltyWeight"] if t >= h["annealSteps"] else 1) * variance
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=mean, penalty=variance)


def irm_penalty(logits, labels):
    scale = torch.tensor(1.0, requires_grad=True)
    even, odd = [
        torch.autograd.grad(F.cross_entropy(logits[i::2] * scale, labels[i::2]), scale, create_graph=True)[0]
        for i in (0, 1)
    ]
    return even * odd


def ibirm(case, h):
    optimizer = case.adam(case.network())
    for t, domains in enumerate(case.batches):
        if t in (h["irmAnnealSteps"], h["bottleneckAnnealSteps"]):
            optimizer = case.adam(case.network())
        risk = sum(risks_of(case, domains)) / len(domains)
        slope = sum(irm_penalty(case.logits(x), y) for x, y in domains) / len(domains)
        bottleneck = sum(case.features(x).var(dim=0).mean() for x, _ in domains) / len(domains)
        loss = risk
        loss = loss + (h["irmWeight"] if t >= h["irmAnnealSteps"] else 1) * slope
        loss = loss + (h["bottleneckWeight"] if t >= h["bottleneckAnnealSteps"] else 0) * bottleneck
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=risk, slope=slope, bottleneck=bottleneck)


def fishr(case, h):
    optimizer = case.adam(case.network())
    average = None
    for t, domains in enumerate(case.batches):
        if t == h["annealSteps"]:
            optimizer = case.adam(case.network())
        x, y = joined(domains)
        risk = F.cross_entropy(case.logits(x), y)
        variances = []
        for x, y in domains:
            gradients = []
            for i in range(len(y)):
                own = F.cross_entropy(case.logits(x[i : i + 1]), y[i : i + 1])
                gradient = torch.autograd.grad(own, case.of("classifier"), create_graph=True)
                gradients.append(torch.cat([g.reshape(-1) for g in gradient]))
            variances.append(torch.stack(gradients).var(dim=0, unbiased=False))
        now = torch.stack(variances)
        m = h["momentum"]
        smooth = m * (torch.zeros_like(now) if average is None else average) + (1 - m) * now
        average = smooth.detach()
        corrected = smooth / (1 - m)
        penalty = sum(((v - corrected.mean(dim=0)) ** 2).mean() for v in corrected) / len(domains)
        loss = risk + (h["penaltyWeight"] if t >= h["annealSteps"] else 0) * penalty
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=risk, penalty=penalty)


def quantile(risks, probability):
    """Quantile of a Gaussian kernel density, by bisection."""
    width = 1.06 * np.std(risks, ddof=1) * len(risks) ** -0.2
    low, high = -1e3, 1e3
    for _ in range(200):
        middle = (low + high) / 2
        below = np.mean([0.5 * (1 + math.erf((middle - r) / width / math.sqrt(2))) for r in risks])
        low, high = (middle, high) if below < probability else (low, middle)
    return low


def eqrm(case, h):
    first = case.adam(case.network())
    second = case.adam(case.network(), RATE * h["learningRateFactor"])
    for t, domains in enumerate(case.batches):
        risks = risks_of(case, domains)
        if t < h["burnInSteps"]:
            loss = sum(risks) / len(risks)
        else:
            values = np.array([r.item() for r in risks])
            loss = torch.tensor(quantile(values, h["quantile"]))
            for i, risk in enumerate(risks):  # its gradient by central differences
                step = 1e-5 * np.eye(len(risks))[i]
                ends = [quantile(values + s * step, h["quantile"]) for s in (1, -1)]
                loss = loss + (ends[0] - ends[1]) / 2e-5 * (risk - risk.detach())
        step_down(first if t < h["burnInSteps"] else second, loss)
        yield terms(loss=loss)


def kernel(a, b):
    total = 0
    for u in a:
        for v in b:
            total = total + sum(torch.exp(-g * ((u - v) ** 2).sum()) for g in (1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3))
    return total / (len(a) * len(b))


def causirl(case, h):
    optimizer = case.adam(case.network())
    for domains in case.batches:
        features = [case.features(x) for x, _ in domains]
        cuts = [case.draw("integer", int(case.rng.integers(len(z)))) for z in features]
        first = torch.cat([z[:cut] for z, cut in zip(features, cuts)])
        second = torch.cat([z[cut:] for z, cut in zip(features, cuts)])
        penalty = torch.tensor(0.0)
        if len(first) > 1 and len(second) > 1:
            penalty = kernel(first, first) + kernel(second, second) - 2 * kernel(first, second)
        risk = sum(risks_of(case, domains)) / len(domains)
        loss = risk + h["penaltyWeight"] * penalty
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=risk, penalty=penalty)


def selfreg(case, h):
    layers = [(2 * FEATURES, FEATURES), (2 * FEATURES, 2 * FEATURES), (FEATURES, 2 * FEATURES)]
    for i, shape in enumerate(layers):
        case.add(f"projection{i}.weight", case.rng.normal(size=shape) * 0.5)
        case.add(f"projection{i}.bias", case.rng.normal(size=shape[0]) * 0.5)
    yield None  # the network is complete
    optimizer = case.adam(list(case.parameters.values()))
    for domains in case.batches:
        x, y = joined(domains)
        z, output = case.features(x), case.logits(x)
        p = z
        for i in range(3):
            p = F.linear(p if i == 0 else F.relu(p), *case.of(f"projection{i}"))
            p = F.batch_norm(p, None, None, training=True)
        choices = []
        for _ in range(2):
            keys = case.rng.random(len(y))
            case.draw("uniform", {"shape": [len(y)], "data": keys.tolist()})
            choice = np.zeros(len(y), dtype=int)
            for c in range(CLASSES):  # the latest image of a class with the one of the largest key
                members = np.flatnonzero(y.numpy() == c)
                choice[members[::-1]] = members[np.argsort(-keys[members])]
            choices.append(choice)
        share = case.draw("beta", float(case.rng.beta(h["mixing"], h["mixing"])))
        one, two = choices
        penalty = share * F.mse_loss(output, output[one])
        penalty = penalty + (1 - share) * F.mse_loss(output, share * output[one] + (1 - share) * output[two])
        penalty = penalty + h["featureWeight"] * share * F.mse_loss(z, p[one])
        mixture = share * p[one] + (1 - share) * p[two]
        penalty = penalty + h["featureWeight"] * (1 - share) * F.mse_loss(z, mixture)
        risk = F.cross_entropy(output, y)
        loss = risk + min(1.0, risk.item()) * penalty
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=risk, penalty=penalty)


def sd(case, h):
    optimizer = case.adam(case.network())
    for domains in case.batches:
        x, y = joined(domains)
        risk = F.cross_entropy(case.logits(x), y)
        penalty = (case.logits(x) ** 2).mean()
        loss = risk + h["penaltyWeight"] * penalty
        step_down(optimizer, loss)
        yield terms(loss=loss, risk=risk, penalty=penalty)


def rsc(case, h):
    optimizer = case.adam(case.network())
    for domains in case.batches:
        x, y = joined(domains)
        with torch.no_grad():
            z = case.features(x)
            before = torch.softmax(case.classify(z), dim=1)
            keep = []
            for i in range(len(y)):
                gradient = case.of("classifier")[0][y[i]].numpy()  # of a linear layer's logit
                keep.append(gradient < np.percentile(gradient, 100 * (1 - h["featureDrop"])))
            keep = torch.tensor(np.array(keep))
            after = torch.softmax(case.classify(z * keep), dim=1)
            lost = np.array([float(before[i, y[i]] - after[i, y[i]]) for i in range(len(y))])
            spared = torch.tensor(lost < np.percentile(lost, 100 * (1 - h["batchDrop"])))
        mask = keep | spared[:, None]
        loss = F.cross_entropy(case.classify(case.features(x) * mask), y)
        step_down(optimizer, loss)
        yield terms(loss=loss)


def ermpp(case, h):
    warm_up = case.adam(case.of("classifier"), h["warmUpLearningRate"])
    main = case.adam(case.network())
    history = []
    for t, domains in enumerate(case.batches):
        x, y = joined(domains)
        loss = F.cross_entropy(case.logits(x), y)
        step_down(warm_up if t < h["warmUpSteps"] else main, loss)
        if t >= h["averageFrom"]:
            history.append([p.detach().clone() for p in case.network()])
        yield terms(loss=loss)
    average = [sum(values) / len(history) for values in zip(*history)]
    case.predict = lambda x: F.linear(case.features(x, average), *average[4:])


def logitadj(case, h):
    optimizer = case.adam(case.network())
    shares = torch.tensor([[n / sum(row) for n in row] for row in case.counts]).mean(dim=0)
    for domains in case.batches:
        x, y = joined(domains)
        adjusted = torch.exp(case.logits(x)) * shares ** h["tau"]
        loss = -torch.log(adjusted[range(len(y)), y] / adjusted.sum(dim=1)).mean()
        step_down(optimizer, loss)
        yield terms(loss=loss)


def lws(case, h):
    case.add("scale.value", np.ones(CLASSES))
    weight, bias = case.of("classifier")
    (scale,) = case.of("scale")
    case.predict = lambda x: scale * F.linear(case.features(x), weight, bias)
    yield None
    optimizer = case.adam([scale])
    for domains in case.batches:
        x, y = joined(domains)
        loss = F.cross_entropy(case.predict(x), y)
        step_down(optimizer, loss)
        yield terms(loss=loss)


def taunorm(case, h):
    case.batches = []
    weight, _ = case.of("classifier")
    rows = torch.stack([w / torch.sqrt((w**2).sum()) ** h["tau"] for w in weight])
    case.predict = lambda x: case.features(x) @ rows.T
    yield None


METHODS = {
    vrex: ({"penaltyWeight": 10, "annealSteps": 3}, {"penaltyWeight": 0.3, "annealSteps": 0}),
    ibirm: (
        {"irmWeight": 20, "irmAnnealSteps": 2, "bottleneckWeight": 3, "bottleneckAnnealSteps": 3},
        {"irmWeight": 0.2, "irmAnnealSteps": 9, "bottleneckWeight": 1, "bottleneckAnnealSteps": 1},
    ),
    fishr: (
        {"penaltyWeight": 100, "annealSteps": 3, "momentum": 0.9},
        {"penaltyWeight": 20, "annealSteps": 0, "momentum": 0.99},
    ),
    eqrm: (
        {"quantile": 0.75, "burnInSteps": 3, "learningRateFactor": 0.2},
        {"quantile": 0.95, "burnInSteps": 1, "learningRateFactor": 0.5},
    ),
    causirl: ({"penaltyWeight": 1}, {"penaltyWeight": 4}),
    selfreg: ({"featureWeight": 0.3, "mixing": 0.5}, {"featureWeight": 1, "mixing": 0.2}),
    sd: ({"penaltyWeight": 0.1}, {"penaltyWeight": 0.7}),
    rsc: ({"featureDrop": 1 / 3, "batchDrop": 1 / 3}, {"featureDrop": 0.5, "batchDrop": 0.1}),
    ermpp: (
        {"warmUpSteps": 2, "warmUpLearningRate": 0.03, "averageFrom": 2},
        {"warmUpSteps": 1, "warmUpLearningRate": 0.002, "averageFrom": 3},
    ),
    logitadj: ({"tau": 1.3}, {"tau": 0.6}),
    lws: ({}, {}),
    taunorm: ({"tau": 0.7}, {"tau": 1}),
}
"""Images of each domain in a step, and weight decay."""
SETTINGS = (([5, 4, 6], 0), ([3, 7], 0.02))


def array(t):
    return {"shape": list(t.shape), "data": [float(f"{v:.9g}") for v in t.detach().reshape(-1).tolist()]}


def named(values):
    return [{"name": name, **array(value)} for name, value in values.items() if value is not None]


def second_view(case, step, domain):
    return {"x2": array(case.second_views[step][domain])} if case.second_views else {}


def determined(values):
    """Without the biases that a batch norm behind them cancels: their gradients are rounding."""
    return named({k: v for k, v in values.items() if not (k.startswith("projection") and k.endswith("bias"))})


def write(seed, method, h, sizes, decay, suffix, completed):
    """One file; `completed` says whether the method yields once when it has added its parameters."""
    case = Case(seed, sizes, decay)
    for p in case.parameters.values():  # figures are for single precision
        p.data = p.data.float().double()
    for domains in case.batches:
        domains[:] = [(x.float().double(), y) for x, y in domains]
    case.probe = case.probe.float().double()
    case.predict = case.logits
    updates = method(case, h)
    if completed:
        next(updates)
        for p in case.parameters.values():
            p.data = p.data.float().double()
    initial = named(case.parameters)
    initial_logits = array(case.predict(case.probe))
    steps, after, gradients = [], determined(case.parameters), []
    for t, returned in enumerate(updates):
        steps.append({"returned": returned})
        if t == 0:
            after = determined(case.parameters)
            gradients = determined({name: p.grad for name, p in case.parameters.items()})
    result = {
        "method": method.__name__,
        "sizes": {"input": INPUTS, "classes": CLASSES, "domains": len(sizes)},
        "hparams": {"lr": RATE, "weight_decay": decay, **h},
        "counts": case.counts,
        "initial_params": initial,
        **({"stage1_params": named(case.stage1)} if case.stage1 else {}),
        "probe_x": array(case.probe),
        "steps": [
            [{"x": array(x), "y": y.tolist(), **second_view(case, t, d)} for d, (x, y) in enumerate(domains)]
            for t, domains in enumerate(case.batches)
        ],
        "draws": case.draws,
        "expected": {
            "initial_logits": initial_logits,
            "steps": steps,
            "params_after_first_step": after,
            "grads_left_after_first_step": gradients,
            "final_params": determined(case.parameters),
            "final_logits": array(case.predict(case.probe)),
        },
    }
    path = pathlib.Path(__file__).with_name(f"{method.__name__}{suffix}.json")
    path.write_text(json.dumps(result, separators=(",", ":")) + "\n")


def write_all(seed, methods, completed):
    for i, (method, variants) in enumerate(methods.items()):
        for h, setting, suffix in zip(variants, SETTINGS, ("", "_2")):
            write(seed + i, method, h, *setting, suffix, method in completed)


if __name__ == "__main__":
    write_all(100, METHODS, (selfreg, lws, taunorm))
