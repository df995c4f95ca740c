"""Makes tests/golden/mdlt_extra: replays of methods in double precision, written from their definitions.

    python3 -m venv .venv && .venv/bin/pip install torch numpy
    .venv/bin/python tests/golden/golden_extra.py [DIR]
    .venv/bin/python tests/golden/golden_extra.py DIR 20 7

The files have the form of those in tests/golden and cover what those do not: unequal batches of
the domains and batches of one image, two and four domains, other numbers of classes, networks of
other depths, classifiers of three layers, weight decay, and settings other than the defaults. The
last form makes 20 files of random sizes and settings for every method, from seed 7: check them with
`deno task golden DIR`.
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
from torch.autograd import grad
from torch.nn.functional import cross_entropy, log_softmax, softmax

torch.set_default_dtype(torch.float64)
DEFAULTS = {
    "data_augmentation": True,
    "resnet18": False,
    "resnet_dropout": 0.0,
    "nonlinear_classifier": False,
    "class_balanced": False,
    "lr": 1e-3,
    "weight_decay": 0.0,
    "batch_size": 6,
    "mlp_width": 5,
    "mlp_depth": 3,
    "mlp_dropout": 0.0,
}
INPUTS, WIDTH = 3, 8
COUNTS = [[40, 20, 8, 2], [5, 30, 0, 12], [10, 10, 10, 50], [3, 0, 1, 7]]


def mlp(inputs, width, outputs, depth):
    """Linear layers with ReLU between, named as the reference names them."""
    net = torch.nn.Module()
    net.input = torch.nn.Linear(inputs, width)
    net.hiddens = torch.nn.ModuleList(torch.nn.Linear(width, width) for _ in range(depth - 2))
    net.output = torch.nn.Linear(width, outputs)

    def forward(x):
        x = net.input(x).relu()
        for layer in net.hiddens:
            x = layer(x).relu()
        return net.output(x)

    net.forward = forward
    return net


def top(inputs, classes, nonlinear):
    if not nonlinear:
        return torch.nn.Linear(inputs, classes)
    half, quarter = inputs // 2, inputs // 4
    return torch.nn.Sequential(
        torch.nn.Linear(inputs, half),
        torch.nn.ReLU(),
        torch.nn.Linear(half, quarter),
        torch.nn.ReLU(),
        torch.nn.Linear(quarter, classes),
    )


class Run:
    """A method at work. Draws are recorded; `nets` are its networks by the reference's names."""

    def __init__(self, h, counts, generator, depth):
        self.h, self.counts, self.rng = h, counts, generator
        self.D, self.C, self.t, self.draws = len(counts), len(counts[0]), 0, []
        self.nets = {"featurizer": mlp(INPUTS, WIDTH, WIDTH, depth)}
        self.nets["classifier"] = self.top(self.classifier_inputs())
        self.build()

    def classifier_inputs(self):
        return WIDTH

    def top(self, inputs):
        return top(inputs, self.C, self.h["nonlinear_classifier"])

    def build(self):
        pass

    def start(self):
        """Makes optimisers, after the initial weights are set."""
        self.opt = self.adam(self.f, self.g)

    @property
    def f(self):
        return self.nets["featurizer"]

    @property
    def g(self):
        return self.nets["classifier"]

    def adam(self, *nets, lr=None, wd=None, beta1=0.9, beta2=0.999):
        return torch.optim.Adam(
            [p for net in nets for p in net.parameters()],
            lr=self.h["lr"] if lr is None else lr,
            weight_decay=self.h["weight_decay"] if wd is None else wd,
            betas=(beta1, beta2),
        )

    def record(self, kind, value):
        stored = array(value) if isinstance(value, torch.Tensor) else value
        self.draws.append({"step": self.now, "kind": kind, "what": kind, "value": stored})
        return value

    def perm(self, n):
        return self.record("perm", [int(i) for i in self.rng.permutation(n)])

    def predict(self, x):
        return self.g(self.f(x))

    def per_domain(self, batches, loss):
        return [loss(self.g(self.f(x)), y, d) for d, (x, y) in enumerate(batches)]

    def step(self, loss):
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()

    def state(self):
        return {}

    def gather(self, t, train):
        pass


def ce(z, y, d=None):
    return cross_entropy(z, y)


class MeanOfDomains(Run):
    def update(self, batches):
        loss = torch.stack(self.per_domain(batches, self.loss)).mean()
        self.step(loss)
        return {"loss": loss}


class ERM(Run):
    def update(self, batches):
        x, y = (torch.cat(parts) for parts in zip(*batches))
        loss = ce(self.g(self.f(x)), y)
        self.step(loss)
        return {"loss": loss}


class CRT(ERM):
    def start(self):
        self.opt = self.adam(self.g)

    def step(self, loss):
        for p in self.g.parameters():
            p.grad = None
        params = list(self.g.parameters())
        for p, g in zip(params, grad(loss, params)):
            p.grad = g
        self.opt.step()


class Weighted(MeanOfDomains):
    def loss(self, z, y, d):
        raw = torch.tensor([self.weight(n) if n else 0.0 for n in self.counts[d]])
        w = (raw / raw.sum() * self.C)[y]
        return (w * cross_entropy(z, y, reduction="none")).sum() / w.sum()


class ReWeight(Weighted):
    def weight(self, n):
        return 1 / n


class SqrtReWeight(Weighted):
    def weight(self, n):
        return n**-0.5


class CBLoss(Weighted):
    def weight(self, n):
        share = 1 - self.h["beta"] ** n
        return 0 if share == 1 else (1 - self.h["beta"]) / share


class Focal(Run):
    def update(self, batches):
        x, y = (torch.cat(parts) for parts in zip(*batches))
        each = cross_entropy(self.g(self.f(x)), y, reduction="none")
        loss = ((1 - torch.exp(-each)) ** self.h["gamma"] * each).mean()
        self.step(loss)
        return {"loss": loss}


class LDAM(MeanOfDomains):
    def loss(self, z, y, d):
        m = torch.tensor([n**-0.25 if n else 0.0 for n in self.counts[d]])
        m = m * self.h["max_m"] / m.max()
        z = z.clone()
        z[torch.arange(len(y)), y] -= m[y]
        return ce(self.h["scale"] * z, y)


class BSoftmax(MeanOfDomains):
    def loss(self, z, y, d):
        return ce(z + torch.tensor([float(n or 1) for n in self.counts[d]]).log(), y)


class GroupDRO(Run):
    def build(self):
        self.q = torch.ones(self.D)

    def update(self, batches):
        losses = torch.stack(self.per_domain(batches, ce))
        self.q = self.q * (self.h["groupdro_eta"] * losses.detach()).exp()
        self.q = self.q / self.q.sum()
        loss = (losses * self.q).sum()
        self.step(loss)
        return {"loss": loss}

    def state(self):
        return {"q": array(self.q)}


class IRM(Run):
    def update(self, batches):
        nll = penalty = 0
        for x, y in batches:
            z = self.g(self.f(x))
            s = torch.tensor(1.0, requires_grad=True)
            a, b = (grad(ce(z[i::2] * s, y[i::2]), s, create_graph=True)[0] for i in (0, 1))
            nll, penalty = nll + ce(z, y) / self.D, penalty + a * b / self.D
        changed = self.t >= self.h["irm_penalty_anneal_iters"]
        loss = nll + (self.h["irm_lambda"] if changed else 1) * penalty
        if self.t == self.h["irm_penalty_anneal_iters"]:
            self.opt = self.adam(self.f, self.g)
        self.step(loss)
        return {"loss": loss, "nll": nll, "penalty": penalty}


class Paired(Run):
    def pairs(self, batches):
        order = self.perm(self.D)
        for k in range(self.D):
            (xi, yi), (xj, yj) = batches[order[k]], batches[order[(k + 1) % self.D]]
            n = min(len(yi), len(yj))
            yield (xi[:n], yi[:n]), (xj[:n], yj[:n])


class Mixup(Paired):
    def update(self, batches):
        loss = 0
        for (xi, yi), (xj, yj) in self.pairs(batches):
            a = self.h["mixup_alpha"]
            lam = self.record("beta", float(self.rng.beta(a, a)))
            z = self.g(self.f(lam * xi + (1 - lam) * xj))
            loss = loss + (lam * ce(z, yi) + (1 - lam) * ce(z, yj)) / self.D
        self.step(loss)
        return {"loss": loss}


class MLDG(Paired):
    def update(self, batches):
        params = [*self.f.parameters(), *self.g.parameters()]
        start = [p.detach().clone() for p in params]
        total, reported = [torch.zeros_like(p) for p in params], 0
        for (xi, yi), (xj, yj) in self.pairs(batches):
            first = ce(self.g(self.f(xi)), yi)
            gi = grad(first, params)
            trial = torch.optim.Adam(params, lr=self.h["lr"], weight_decay=self.h["weight_decay"])
            for p, g in zip(params, gi):
                p.grad = g
            trial.step()
            second = ce(self.g(self.f(xj)), yj)
            gj = grad(second, params)
            with torch.no_grad():
                for p, s in zip(params, start):
                    p.copy_(s)
            beta = self.h["mldg_beta"]
            total = [t + (a + beta * b) / self.D for t, a, b in zip(total, gi, gj)]
            reported = reported + (first + beta * second) / self.D
        for p, g in zip(params, total):
            p.grad = g
        self.opt.step()
        return {"loss": reported}


def coral(a, b):
    def moments(z):
        centred = z - z.mean(0)
        return z.mean(0), centred.T @ centred / (len(z) - 1)

    (ma, ca), (mb, cb) = moments(a), moments(b)
    return ((ma - mb) ** 2).mean() + ((ca - cb) ** 2).mean()


def mmd(a, b):
    def kernel(x, y):
        squared = ((x[:, None] - y[None]) ** 2).sum(2)
        return sum(torch.exp(-(10.0**k) * squared) for k in range(-3, 4)).mean()

    return kernel(a, a) + kernel(b, b) - 2 * kernel(a, b)


class Aligned(Run):
    def parts(self, batches):
        zs = [self.f(x) for x, _ in batches]
        risk = sum(ce(self.g(z), y) for z, (_, y) in zip(zs, batches)) / self.D
        pairs = [(a, b) for i, a in enumerate(zs) for b in zs[i + 1 :]]
        return zs, risk, sum(self.distance(a, b) for a, b in pairs) / len(pairs)

    def update(self, batches):
        _, risk, penalty = self.parts(batches)
        self.step(risk + self.h["mmd_gamma"] * penalty)
        return {"loss": risk, "penalty": penalty}


class CORAL(Aligned):
    distance = staticmethod(coral)


class MMD(Aligned):
    distance = staticmethod(mmd)


class BoDA(Aligned):
    distance = staticmethod(coral)

    def build(self):
        rows = enumerate(self.counts)
        self.cells = [(d, c, n) for d, row in rows for c, n in enumerate(row) if n]
        self.centroids = torch.zeros(len(self.cells), WIDTH)
        self.gathered = False

    def gather(self, t, train):
        if t == 0 or t % self.h["feat_update_freq"]:
            return
        with torch.no_grad():
            zs = [self.f(x) for x, _ in train]
        new = torch.stack([zs[d][train[d][1] == c].mean(0) for d, c, _ in self.cells])
        keep = self.h["momentum"] if self.gathered else 0
        self.centroids, self.gathered = (1 - keep) * new + keep * self.centroids, True

    def update(self, batches):
        zs, risk, penalty = self.parts(batches)
        total = risk + self.h["macro_weight"] * penalty
        returned = {"loss": risk, "penalty": penalty}
        if self.t >= self.h["boda_start_step"]:
            terms = []
            for d, (z, (_, y)) in enumerate(zip(zs, batches)):
                for zi, yi in zip(z, y.tolist()):
                    n = self.counts[d][yi]
                    a = torch.stack(
                        [
                            -(zi - mu).norm() / n * (m / n) ** self.h["nu"] / self.h["temperature"]
                            for mu, (_, _, m) in zip(self.centroids, self.cells)
                        ]
                    )
                    others = [j for j, (e, c, _) in enumerate(self.cells) if (e, c) != (d, yi)]
                    positives = [j for j in others if self.cells[j][1] == yi]
                    terms += [a[others].logsumexp(0) - a[j] for j in positives]
            returned["boda_loss"] = torch.stack(terms).mean()
            total = total + self.h["boda_weight"] * returned["boda_loss"]
        self.step(total)
        return returned

    def state(self):
        return {"train_centroids": array(self.centroids)}


class DANN(Run):
    def build(self):
        h = self.h
        self.nets["discriminator"] = mlp(WIDTH, h["mlp_width"], self.D, h["mlp_depth"])
        self.nets["class_embeddings"] = torch.nn.Embedding(self.C, WIDTH)

    def start(self):
        h, betas = self.h, {"beta1": self.h["beta1"], "beta2": 0.9}
        adversary = self.nets["discriminator"], self.nets["class_embeddings"]
        self.disc = self.adam(*adversary, lr=h["lr_d"], wd=h["weight_decay_d"], **betas)
        self.gen = self.adam(self.f, self.g, lr=h["lr_g"], wd=h["weight_decay_g"], **betas)

    def see(self, z, y):
        return z

    def adversary_loss(self, out, origin, y):
        return ce(out, origin)

    def update(self, batches):
        h, k = self.h, self.h["d_steps_per_g_step"]
        x, y = (torch.cat(parts) for parts in zip(*batches))
        origin = torch.cat([torch.full((len(b),), d) for d, (_, b) in enumerate(batches)])
        z = self.f(x)
        seen = self.see(z, y)
        out = self.nets["discriminator"](seen)
        disc = self.adversary_loss(out, origin, y)
        sizes = torch.tensor([float(len(b)) for _, b in batches])
        reaction = grad((softmax(out, 1) * sizes).sum(), seen, create_graph=True)[0]
        disc = disc + h["grad_penalty"] * (reaction**2).sum(1).mean()
        if (self.t + 1) % (1 + k) < k:
            self.disc.zero_grad()
            disc.backward()
            self.disc.step()
            return {"disc_loss": disc}
        loss = ce(self.g(z), y) - h["lambda"] * disc
        self.disc.zero_grad()
        self.gen.zero_grad()
        loss.backward()
        self.gen.step()
        return {"gen_loss": loss}

    def state(self):
        return {"update_count": self.t + 1}


class CDANN(DANN):
    def see(self, z, y):
        return z + self.nets["class_embeddings"](y)

    def adversary_loss(self, out, origin, y):
        sizes = torch.bincount(y)
        return (cross_entropy(out, origin, reduction="none") / (sizes[y] * len(sizes))).sum()


class MTL(Run):
    def build(self):
        self.embeddings = torch.zeros(self.D, WIDTH)

    def classifier_inputs(self):
        return 2 * WIDTH

    def noise(self, n):
        return self.record("normal", torch.tensor(self.rng.normal(size=(n, WIDTH))))

    def predict(self, x):
        return self.g(torch.cat([self.f(x), self.noise(len(x))], 1))

    def update(self, batches):
        loss, ema = 0, self.h["mtl_ema"]
        for d, (x, y) in enumerate(batches):
            z = self.f(x)
            self.embeddings[d] = ema * z.mean(0).detach() + (1 - ema) * self.embeddings[d]
            loss = loss + ce(self.g(torch.cat([z, self.noise(len(x))], 1)), y)
        self.step(loss)
        return {"loss": loss}

    def state(self):
        return {"embeddings": array(self.embeddings)}


class SagNet(Run):
    def build(self):
        self.nets = {
            "network_f": self.nets["featurizer"],
            "network_c": self.nets["classifier"],
            "network_s": self.top(WIDTH),
        }

    def start(self):
        self.opts = {name: self.adam(net) for name, net in self.nets.items()}

    def predict(self, x):
        return self.nets["network_c"](self.nets["network_f"](x))

    def randomise(self, z, what):
        share = self.record("uniform", torch.tensor(self.rng.uniform(size=(len(z), 1))))
        order = self.perm(len(z))
        mean, var = z.mean(1, keepdim=True), z.var(1, keepdim=True)
        content = (z - mean) / (var + 1e-5).sqrt()
        if what == "style":
            mean = share * mean + (1 - share) * mean[order]
            var = share * var + (1 - share) * var[order]
        else:
            content = content[order].detach()
        return content * (var + 1e-5).sqrt() + mean

    def phase(self, loss, *names):
        for name in names:
            self.opts[name].zero_grad()
        loss.backward()
        for name in names:
            self.opts[name].step()

    def update(self, batches):
        f, c, s = self.nets.values()
        x, y = (torch.cat(parts) for parts in zip(*batches))
        loss_c = ce(c(self.randomise(f(x), "style")), y)
        self.phase(loss_c, "network_f", "network_c")
        loss_s = ce(s(self.randomise(f(x), "content")), y)
        self.phase(loss_s, "network_s")
        confusion = -log_softmax(s(self.randomise(f(x), "content")), 1).mean()
        loss_adv = self.h["sag_w_adv"] * confusion
        self.phase(loss_adv, "network_f")
        return {"loss_c": loss_c, "loss_s": loss_s, "loss_adv": loss_adv}


class Fish(Run):
    def update(self, batches):
        params = [*self.f.parameters(), *self.g.parameters()]
        start = [p.detach().clone() for p in params]
        for x, y in batches:
            loss = ce(self.g(self.f(x)), y)
            self.step(loss)
        with torch.no_grad():
            for p, s in zip(params, start):
                p.copy_(s + self.h["meta_lr"] * (p - s))
        return {"loss": loss}


def array(t):
    flat = t.detach().reshape(-1).tolist()
    return {"shape": list(t.shape), "data": [float(f"{v:.9g}") for v in flat]}


def single(t):
    """Rounded to single precision, so that both sides start from the same numbers."""
    return torch.as_tensor(t).to(torch.float32).to(torch.float64)


def parameters(run, values=lambda p: p):
    listed = []
    for name, net in run.nets.items():
        for key, p in net.named_parameters():
            value = values(p)
            empty = {"shape": None, "data": None}
            listed.append({"name": f"{name}.{key}", **(empty if value is None else array(value))})
    return listed


def make(name, method, h, sizes, depth, counts=None, steps=4):
    rng = np.random.default_rng(sum(map(ord, name)))
    torch.manual_seed(sum(map(ord, name)))
    counts = counts or COUNTS[: len(sizes)]
    if method is BoDA:  # the training set, which has the images that the counts promise, stays small
        counts = [[min(n, 6) for n in row] for row in counts]
    h = {**DEFAULTS, **h}
    run = method(h, counts, rng, depth)
    for net in run.nets.values():
        for p in net.parameters():
            p.data = single(p.data * (2 if p.dim() > 1 else 1))
    run.start()

    def batch(d, n, classes=None):
        p = np.array(counts[d]) > 0
        y = rng.choice(len(p), n, p=p / p.sum()) if classes is None else np.array(classes)
        pattern = np.sin(np.outer(y + 1, np.arange(1, INPUTS + 1)) + d)
        return single(pattern + rng.normal(size=(len(y), INPUTS))), torch.tensor(y)

    probe = single(rng.normal(size=(6, INPUTS)))
    batches = [[batch(d, n) for d, n in enumerate(sizes)] for _ in range(steps)]
    train = [
        batch(d, 0, [c for c, n in enumerate(row) for _ in range(n)])
        for d, row in enumerate(counts if method is BoDA else [])
    ]
    initial = parameters(run)
    run.now = "predict_initial"
    first_logits = array(run.predict(probe))
    outcomes = []
    for t in range(steps):
        run.now = run.t = t
        run.gather(t, train)
        returned = {k: float(f"{float(torch.as_tensor(v).detach()):.9g}") for k, v in run.update(batches[t]).items()}
        state = run.state()
        outcomes.append({"returned": returned, **({"state_after": state} if state else {})})
        if t == 0:
            after, left = parameters(run), parameters(run, lambda p: p.grad)
    run.now = "predict_final"
    last_logits = array(run.predict(probe))
    store = lambda x, y: {"x": array(x), "y": y.tolist()}  # noqa: E731
    return {
        "method": method.__name__,
        "case": name,
        "note": "PyTorch in double precision; see tests/golden/golden_extra.py",
        "sizes": {
            "input": INPUTS,
            "classes": len(counts[0]),
            "domains": len(sizes),
            "hidden": WIDTH,
            "features": WIDTH,
            "steps": steps,
        },
        "hparams": h,
        "counts": counts,
        "initial_params": initial,
        "probe_x": array(probe),
        "steps": [[store(x, y) for x, y in step] for step in batches],
        **({"train_set": {f"env{d}": store(*s) for d, s in enumerate(train)}} if method is BoDA else {}),
        "derived": {},
        "draws": run.draws,
        "expected": {
            "initial_logits": first_logits,
            "steps": outcomes,
            "params_after_first_step": after,
            "grads_left_after_first_step": left,
            "final_params": parameters(run),
            "final_logits": last_logits,
        },
    }


ADVERSARY = {
    "lambda": 0.7,
    "weight_decay_d": 1e-2,
    "d_steps_per_g_step": 2,
    "grad_penalty": 2.0,
    "beta1": 0.0,
    "lr_g": 2e-3,
    "lr_d": 5e-4,
    "weight_decay_g": 1e-2,
}
DECAY = {"weight_decay": 1e-2}
NONLINEAR = {"nonlinear_classifier": True}
THREE, TWO, FOUR, SINGLE = [6, 3, 5], [4, 7], [3, 6, 4, 2], [1, 5, 1]
# Two classes; a highest class that only one domain has, rarely; a class that nobody has.
BINARY = [[9, 1], [0, 4], [5, 5]]
TAIL = [[30, 9, 3, 0, 0, 1], [20, 20, 0, 5, 0, 0], [0, 8, 2, 2, 0, 0]]
LARGE = [[9000, 40, 1], [3, 5000, 0], [12, 12, 4000]]
BODA = {
    "boda_start_step": 2,
    "feat_update_freq": 1,
    "nu": 0.9,
    "boda_weight": 0.8,
    "temperature": 0.3,
    "macro_weight": 2.0,
    "momentum": 0.35,
}
BODA_FROM_ZEROS = {**BODA, "boda_start_step": 0, "feat_update_freq": 2, "momentum": 0.1, "nu": 0.4}
ADVERSARY_3 = {**ADVERSARY, "d_steps_per_g_step": 3, "beta1": 0.5, "lambda": 3.0, "mlp_depth": 5}
CASES = [
    ("irm", IRM, {**DECAY, "irm_lambda": 30.0, "irm_penalty_anneal_iters": 3}, THREE, 2),
    ("groupdro", GroupDRO, {"groupdro_eta": 0.8}, FOUR, 2),
    ("mixup", Mixup, {"mixup_alpha": 1.5, **NONLINEAR}, THREE, 2),
    ("mldg", MLDG, {"mldg_beta": 0.3, **DECAY, **NONLINEAR}, THREE, 3),
    ("coral", CORAL, {"mmd_gamma": 4.0, **DECAY}, FOUR, 2),
    ("mmd", MMD, {"mmd_gamma": 0.5, **DECAY}, THREE, 2),
    ("dann", DANN, {**ADVERSARY, "mlp_depth": 4}, THREE, 2),
    ("cdann", CDANN, {**ADVERSARY, "d_steps_per_g_step": 1, "mlp_depth": 2}, THREE, 2),
    ("mtl", MTL, {"mtl_ema": 0.6, **DECAY, **NONLINEAR}, THREE, 2),
    ("sagnet", SagNet, {"sag_w_adv": 1.7, **DECAY, **NONLINEAR}, THREE, 2),
    ("fish", Fish, {"meta_lr": 0.2, **DECAY}, THREE, 4),
    ("reweight", ReWeight, DECAY, THREE, 2),
    ("sqrtreweight", SqrtReWeight, {"lr": 5e-3}, TWO, 2),
    ("cbloss", CBLoss, {"beta": 0.99, **DECAY}, THREE, 2),
    ("focal", Focal, {"gamma": 0.5, **DECAY}, THREE, 2),
    ("ldam", LDAM, {"max_m": 0.2, "scale": 10.0}, THREE, 2),
    ("bsoftmax", BSoftmax, {**DECAY, **NONLINEAR}, THREE, 2),
    ("boda", BoDA, {**BODA, **DECAY}, THREE, 2),
    ("erm_binary", ERM, {"weight_decay": 0.1, "lr": 5e-3}, SINGLE, 4, BINARY),
    ("crt_nonlinear", CRT, {**DECAY, **NONLINEAR}, TWO, 3),
    ("irm_from_start", IRM, {"irm_lambda": 0.4, "irm_penalty_anneal_iters": 0}, SINGLE, 2, BINARY),
    ("groupdro_binary", GroupDRO, {"groupdro_eta": 0.05, **DECAY}, SINGLE, 2, BINARY),
    ("mixup_single", Mixup, {"mixup_alpha": 0.1, **DECAY}, SINGLE, 2, TAIL),
    ("mldg_two", MLDG, {"mldg_beta": 7.0}, TWO, 2),
    ("mmd_single", MMD, {"mmd_gamma": 3.0}, SINGLE, 2, TAIL),
    ("dann_three_steps", DANN, ADVERSARY_3, SINGLE, 2, BINARY, 5),
    ("cdann_absent_class", CDANN, {**ADVERSARY, **NONLINEAR}, SINGLE, 2, TAIL),
    ("mtl_single", MTL, {"mtl_ema": 1.0}, SINGLE, 2, BINARY),
    ("sagnet_two", SagNet, {"sag_w_adv": 0.03}, TWO, 3),
    ("fish_two", Fish, {"meta_lr": 0.05, "lr": 5e-3}, TWO, 2),
    ("cbloss_large_counts", CBLoss, {"beta": 0.98}, THREE, 2, LARGE),
    ("focal_sharp", Focal, {"gamma": 5.0, "lr": 5e-3}, SINGLE, 2, TAIL),
    ("ldam_single", LDAM, {"max_m": 0.8, "scale": 30.0, **DECAY}, SINGLE, 2, TAIL),
    ("bsoftmax_large_counts", BSoftmax, {}, SINGLE, 2, LARGE),
    ("reweight_single", ReWeight, {"lr": 5e-3}, SINGLE, 2, TAIL),
    ("boda_many_rows", BoDA, {**BODA_FROM_ZEROS, **NONLINEAR}, [20, 9], 3, TAIL[:2], 7),
]


def random_settings(method, rng, steps):
    """Hyperparameters around the reference's search ranges, and those that all methods have."""
    power = lambda low, high: float(10 ** rng.uniform(low, high))  # noqa: E731
    choice = lambda *values: values[rng.integers(len(values))]  # noqa: E731
    own = {
        IRM: {"irm_lambda": power(-1, 4), "irm_penalty_anneal_iters": int(rng.integers(steps + 2))},
        GroupDRO: {"groupdro_eta": power(-3, 0)},
        Mixup: {"mixup_alpha": power(-1, 1)},
        MLDG: {"mldg_beta": power(-1, 1)},
        CORAL: {"mmd_gamma": power(-1, 1)},
        MMD: {"mmd_gamma": power(-1, 1)},
        MTL: {"mtl_ema": choice(0.5, 0.9, 0.99, 1.0)},
        SagNet: {"sag_w_adv": power(-2, 1)},
        Fish: {"meta_lr": choice(0.05, 0.1, 0.5)},
        CBLoss: {"beta": 1 - power(-5, -2)},
        Focal: {"gamma": choice(0.5, 1.0, 2.5, 5.0)},
        LDAM: {"max_m": power(-1, -0.1), "scale": choice(10.0, 30.0)},
        BoDA: {
            "boda_start_step": int(rng.integers(4)),
            "feat_update_freq": int(rng.integers(1, 4)),
            "nu": power(-0.5, 0),
            "boda_weight": power(-2, -0.5),
            "temperature": power(-0.3, 0.5),
            "macro_weight": power(-1, 1),
            "momentum": float(rng.uniform(0, 0.4)),
        },
    }
    own[DANN] = own[CDANN] = {
        "lambda": power(-1, 1),
        "weight_decay_d": choice(0.0, 1e-2),
        "d_steps_per_g_step": int(rng.integers(1, 5)),
        "grad_penalty": choice(0.0, power(-2, 1)),
        "beta1": choice(0.0, 0.5),
        "lr_g": choice(1e-3, 3e-4),
        "lr_d": choice(1e-3, 3e-4),
        "weight_decay_g": choice(0.0, 1e-2),
        "mlp_depth": int(rng.integers(2, 6)),
    }
    shared = {
        "lr": choice(1e-3, 3e-4, 5e-3),
        "weight_decay": choice(0.0, 1e-4, 1e-2, 0.1),
        "nonlinear_classifier": bool(rng.random() < 0.25),
    }
    return {**shared, **own.get(method, {})}


def random_case(method, seed, i):
    rng = np.random.default_rng([seed, i])
    domains, classes, steps = (int(rng.integers(low, high)) for low, high in ((2, 5), (2, 9), (1, 9)))
    counts = np.where(rng.random((domains, classes)) < 0.25, 0, rng.integers(1, 90, (domains, classes)))
    counts[:2, rng.integers(classes)] += 1  # a class that two domains have, for BoDA
    counts[np.arange(domains), rng.integers(classes, size=domains)] += 1  # no domain is empty
    smallest = 2 if method in (CORAL, BoDA) else 1  # the covariance of one image is no number
    sizes = rng.integers(smallest, 12, size=domains).tolist()
    settings, depth = random_settings(method, rng, steps), int(rng.integers(2, 6))
    name = f"{method.__name__.lower()}_{seed}_{i}"
    return name, method, settings, sizes, depth, counts.tolist(), steps


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1] if sys.argv[1:] else pathlib.Path(__file__).parents[0] / "mdlt_extra")
    folder.mkdir(parents=True, exist_ok=True)
    assert math.isclose(float(cross_entropy(torch.zeros(1, 2), torch.tensor([0]))), math.log(2))
    if sys.argv[2:]:
        number, seed = map(int, sys.argv[2:])
        methods = {case[1] for case in CASES}
        cases = [random_case(m, seed, i) for m in methods for i in range(number)]
    else:
        cases = CASES
    for case in cases:
        content = make(*case)
        (folder / f"{case[0]}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")
