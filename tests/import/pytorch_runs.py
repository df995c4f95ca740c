"""A small PyTorch training on real PACS images, as somebody else would have written it.

    python pytorch_runs.py DATA SPLIT OUT

DATA holds PACS/, SPLIT is MDLT's PACS.csv. Writes into OUT the predictions of two methods (plain and
class-balanced cross-entropy) with three seeds each, as CSV, JSON lines, NumPy archive and, where
pandas can, Parquet; and, in expected.json, what scikit-learn says of them.
"""

import csv
import json
import os
import sys

import numpy as np
import torch
from PIL import Image
from sklearn import metrics

data, split, out = sys.argv[1:4]
torch.set_num_threads(1)
SIZE, STEPS, TRAIN_PER_CELL = 16, 40, 12
CLASSES = ["dog", "elephant", "giraffe", "guitar", "horse", "house", "person"]

rows = list(csv.DictReader(open(split)))
counts, used = {}, []
for row in rows:
    cell = (row["env"], row["label"])
    if row["split"] == "train":
        counts[cell] = counts.get(cell, 0) + 1
        if counts[cell] > TRAIN_PER_CELL:
            continue
    used.append(row)


def read(row):
    image = Image.open(os.path.join(data, "PACS", row["path"])).convert("RGB").resize((SIZE, SIZE))
    return np.asarray(image, dtype=np.float32).transpose(2, 0, 1) / 255


images = torch.tensor(np.stack([read(row) for row in used]))
labels = torch.tensor([int(row["label"]) for row in used])
part = np.array([row["split"] for row in used])
train = np.flatnonzero(part == "train")
held = np.flatnonzero(part != "train")


def run(method, seed):
    torch.manual_seed(seed)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, 2, 1), torch.nn.ReLU(), torch.nn.Conv2d(8, 16, 3, 2, 1),
        torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(16 * 16, len(CLASSES)))
    weight = None
    if method == "Balanced":
        weight = 1 / torch.bincount(labels[train], minlength=len(CLASSES)).float()
        weight = weight / weight.mean()
    adam = torch.optim.Adam(net.parameters(), 3e-3)
    for _ in range(STEPS):
        batch = torch.tensor(np.random.RandomState(seed * 1000 + _).choice(train, 64))
        loss = torch.nn.functional.cross_entropy(net(images[batch]), labels[batch], weight)
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        return net(images[held]).double().numpy()


def softmax(logits):
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def ece(probabilities, truth, bins=15):
    sure, right = probabilities.max(1), probabilities.argmax(1) == truth
    bin_of = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    return sum(abs(right[bin_of == b].sum() - sure[bin_of == b].sum()) for b in range(bins)) / len(truth)


os.makedirs(out, exist_ok=True)
expected = []
truth, domain = labels[held].numpy(), np.array([used[i]["env"] for i in held])
path, named = np.array([used[i]["path"] for i in held]), part[held]
tables = []
for method in ["ERM", "Balanced"]:
    for seed in range(3):
        logits = run(method, seed)
        shares = softmax(logits)
        name = os.path.join(out, f"{method}_{seed}")
        guess = shares.argmax(1)
        with open(name + ".csv", "w", newline="") as file:
            write = csv.writer(file)
            write.writerow(["image", "env", "y_true", "y_pred", "split"] + [f"p_{c}" for c in CLASSES])
            for i in range(len(truth)):
                write.writerow([path[i], domain[i], truth[i], guess[i], named[i]] + [repr(float(p)) for p in shares[i]])
        with open(name + ".jsonl", "w") as file:
            for i in range(len(truth)):
                json.dump({"path": "/data/PACS/" + str(path[i]), "label": CLASSES[truth[i]], "split": str(named[i]),
                           "logits": logits[i].tolist()}, file)
                file.write("\n")
        np.savez_compressed(name + ".npz", path=path, label=truth, split=named, probs=shares, seed=seed, method=method)
        tables.append({"path": path, "domain": domain, "label": truth, "split": named, "logits": list(logits),
                       "method": [method] * len(truth), "seed": [seed] * len(truth)})
        test = named == "test"
        for d in sorted(set(domain)):
            at = test & (domain == d)
            t, p, g = truth[at], shares[at], guess[at]
            expected.append({"method": method, "seed": seed, "domain": d, "figures": {
                "accuracy": metrics.accuracy_score(t, g),
                "macro_f1": metrics.f1_score(t, g, average="macro"),
                "balanced_accuracy": metrics.balanced_accuracy_score(t, g),
                "nll": metrics.log_loss(t, p, labels=range(len(CLASSES))),
                "brier": float(((p - np.eye(len(CLASSES))[t]) ** 2).sum(1).mean()),
                "macro_auroc": metrics.roc_auc_score(t, p, multi_class="ovr", average="macro"),
                "ece": float(ece(p, t)),
            }})
try:
    import pandas
    joined = {key: [value for table in tables for value in table[key]] for key in tables[0]}
    pandas.DataFrame(joined).to_parquet(os.path.join(out, "all.parquet"))
except ImportError:
    pass
json.dump(expected, open(os.path.join(out, "expected.json"), "w"))
