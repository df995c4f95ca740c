"""ERM in PyTorch for `bench --method-command`; edit `Network` and `loss`. See docs/bridges.md."""
import copy, csv, json, sys  # noqa: E401

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn


class Network(nn.Module):
    """The suite's own `cnn`: four convolutions, each with ReLU and group norm, and their mean."""

    def __init__(self, classes, width):
        super().__init__()
        sizes = [3] + [max(8, round(full * width / 8) * 8) for full in (64, 128, 128, 128)]
        blocks = [(nn.Conv2d(a, b, 3, stride, padding=1), nn.ReLU(), nn.GroupNorm(8, b))
                  for a, b, stride in zip(sizes, sizes[1:], (1, 2, 1, 1))]
        self.features = nn.Sequential(*[layer for block in blocks for layer in block])
        self.classifier = nn.Linear(sizes[-1], classes)

    def forward(self, images):
        return self.classifier(self.features(images).mean((2, 3)))


def loss(network, domains):
    """What is minimised, given a batch `(images, labels)` of every domain."""
    images, labels = map(torch.cat, zip(*domains))
    return F.cross_entropy(network(images), labels)


def read(rows, dataset):
    """All images as one tensor, normalised, with domains and labels (-1 where they are not told)."""
    size = dataset["image_size"]
    images = torch.empty(len(rows), 3, size, size)
    for i, row in enumerate(rows):
        image = Image.open(row["path"]).convert("RGB").resize((size, size), Image.BILINEAR)
        images[i] = torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255
    if dataset["images"] == "photographs":
        mean, deviation = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])
        images = (images - mean[:, None, None]) / deviation[:, None, None]
    numbers = torch.tensor([[row["domain"], row.get("label", -1)] for row in rows])
    return images, numbers[:, 0], numbers[:, 1]


@torch.no_grad()
def predict(network, images, device):
    return torch.cat([F.softmax(network(x.to(device)), 1).cpu() for x in images.split(256)])


def macro_f1(predicted, labels, classes):
    """Mean F1 over the classes that are there or predicted."""
    counts = torch.bincount(labels * classes + predicted, minlength=classes**2).view(classes, -1)
    both = (counts.sum(0) + counts.sum(1)).double()
    return float((2 * counts.diag() / both)[both > 0].mean())


def main(path):
    spec = json.load(open(path))
    training, output, classes = spec["training"], spec["output"], len(spec["dataset"]["classes"])
    torch.manual_seed(spec["seed"])
    torch.set_num_threads(spec["threads"])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    train, validation, test = (read(part, spec["dataset"]) for part in spec["split"].values())
    rows = [torch.nonzero(train[1] == d)[:, 0] for d in range(len(spec["dataset"]["domains"]))]
    network = Network(classes, training["network"]["width"]).to(device)
    rate = spec["hyperparameters"].get("lr", training["learning_rate"])
    adam = torch.optim.Adam(network.parameters(), rate, weight_decay=training["weight_decay"])
    best, losses = (-1.0, 0, None), []
    for step in range(1, training["steps"] + 1):
        drawn = [own[torch.randint(len(own), (training["batch"],))] for own in rows]
        value = loss(network, [(train[0][i].to(device), train[2][i].to(device)) for i in drawn])
        adam.zero_grad()
        value.backward()
        adam.step()
        losses = (losses + [value.item()])[-training["checkpoint_every"]:]
        if step % training["checkpoint_every"] == 0 or step == training["steps"]:
            network.eval()
            found = predict(network, validation[0], device).argmax(1)
            network.train()
            f1 = [macro_f1(found[validation[1] == d], validation[2][validation[1] == d], classes)
                  for d in range(len(rows))]
            point = {"step": step, "terms": {"loss": np.mean(losses)}, "validation": {"macro_f1": f1}}
            with open(output["curve"], "a") as curve:
                curve.write(json.dumps(point) + "\n")
            best = max(best, (np.mean(f1), step, copy.deepcopy(network.state_dict())), key=lambda b: b[0])
    network.load_state_dict(best[2])
    network.eval()
    with open(output["predictions"], "w", newline="") as file:
        csv.writer(file).writerow(["path", *(f"p{c}" for c in range(classes))])
        for part, (images, _, _) in (("validation", validation), ("test", test)):
            shares = predict(network, images, device).tolist()
            csv.writer(file).writerows([row["path"], *p] for row, p in zip(spec["split"][part], shares))
    with open(output["result"], "w") as file:
        json.dump({"step": best[1], "environment": {"torch": torch.__version__, "device": device}}, file)


if __name__ == "__main__":
    main(sys.argv[-1])
