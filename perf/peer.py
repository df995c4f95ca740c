"""PyTorch's side of a benchmark: `peer.py NAME THREADS [channels_last] [cuda]` prints one number.

NAME may be a step as JSON: network, width, domains, batch, imageSize, times.
"""

import json
import os
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional

NAME, THREADS = sys.argv[1], int(sys.argv[2])
LAYOUT = torch.channels_last if "channels_last" in sys.argv[3:] else torch.contiguous_format
# Elapsed time, or the process's own of the processors.
clock = time.process_time if "MDLT_PERF_PROCESSOR_TIME" in os.environ else time.perf_counter
DEVICE = "cuda" if "cuda" in sys.argv[3:] else "cpu"


class DigitsCnn(nn.Module):
    """The reference's network for 28 x 28 images, `width` times its channels."""

    def __init__(self, width):
        super().__init__()
        channels = [max(8, round(full * width / 8) * 8) for full in (64, 128, 128, 128)]
        inputs = [3, *channels[:-1]]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(i, o, 3, stride=2 if n == 1 else 1, padding=1)
            for n, (i, o) in enumerate(zip(inputs, channels))
        )
        self.norms = nn.ModuleList(nn.GroupNorm(8, o) for o in channels)
        self.classifier = nn.Linear(channels[-1], 10)

    def forward(self, x):
        for convolution, norm in zip(self.convolutions, self.norms):
            x = norm(torch.relu(convolution(x)))
        return self.classifier(x.mean((2, 3)))


class Bottleneck(nn.Module):
    """A residual block of ResNet-50 (He et al. 2016); the stride sits in the 3 x 3 convolution."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        outputs = 4 * width
        self.body = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.skip = nn.Identity()
        if stride > 1 or inputs != outputs:
            skip = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.skip = nn.Sequential(skip, nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


class ResNet50(nn.Module):
    """ResNet-50 with batch norm in evaluation mode, as the reference trains it."""

    def __init__(self):
        super().__init__()
        stem = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
        blocks, channels = [], 64
        for stage, count in enumerate((3, 4, 6, 3)):
            width = 64 * 2**stage
            for i in range(count):
                blocks.append(Bottleneck(channels, width, 2 if i == 0 and stage > 0 else 1))
                channels = 4 * width
        self.features = nn.Sequential(*stem, nn.MaxPool2d(3, 2, 1), *blocks)
        self.classifier = nn.Linear(channels, 10)
        self.eval()

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class Head(nn.Sequential):
    """What is trained on 1,024 features of a frozen network."""

    def __init__(self):
        super().__init__(nn.Linear(1024, 256), nn.ReLU(), nn.Linear(256, 10))


def prepared(network, batch, size, domains=2):
    """Network, random images of the domains (features where there is no size), labels."""
    torch.manual_seed(0)
    if size is None:
        images = torch.rand(domains * batch, 1024)
    else:
        images = torch.rand(domains * batch, 3, size, size).contiguous(memory_format=LAYOUT)
    labels = torch.arange(batch).remainder(10).repeat(domains)
    return network().to(DEVICE, memory_format=LAYOUT), images.to(DEVICE), labels.to(DEVICE)


def median(times, warm_up, work):
    """Median milliseconds; the first calls are left out."""
    measured = []
    for i in range(times + warm_up):
        start = clock()
        work()
        if i >= warm_up:
            measured.append(1000 * (clock() - start))
    return sorted(measured)[times // 2]


def median_step(network, batch, size, times, domains=2):
    """One ERM update with Adam; reading the loss waits for the device."""
    model, images, labels = prepared(network, batch, size, domains)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        loss = functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()

    return median(times, 4, step)


def median_forward(network, batch, size, times):
    """A forward pass without gradients."""
    model, images, _ = prepared(network, batch, size)
    with torch.no_grad():
        return median(times, 3, lambda: model(images).sum().item())


def whole_run():
    """A plain loop that does what the reference's does: both held-out splits at every checkpoint."""
    torch.manual_seed(0)
    model = DigitsCnn(1).to(memory_format=LAYOUT)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def split(images):
        pixels = torch.randint(0, 256, (images, 3, 28, 28), dtype=torch.uint8)
        return pixels, torch.arange(images).remainder(10)

    domains = [{"train": split(1000), "val": split(1600), "test": split(1600)} for _ in range(2)]

    def scaled(pixels):
        return (pixels.float() / 255).contiguous(memory_format=LAYOUT)

    def evaluate(images, labels):
        model.eval()
        correct = 0
        with torch.no_grad():
            for i in range(0, len(labels), 64):
                predicted = model(scaled(images[i : i + 64])).argmax(1)
                correct += (predicted == labels[i : i + 64]).sum().item()
        model.train()
        return correct / len(labels)

    start = clock()
    for step in range(60):
        chosen = [(d["train"], torch.randint(0, 1000, (64,))) for d in domains]
        images = torch.cat([pixels[i] for (pixels, _), i in chosen])
        labels = torch.cat([targets[i] for (_, targets), i in chosen])
        loss = functional.cross_entropy(model(scaled(images)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        if step % 20 == 0 or step == 59:
            for d in domains:
                evaluate(*d["val"])
                evaluate(*d["test"])
    return 1000 * (clock() - start)


def peak_memory():
    """MiB at the highest, after some updates."""
    median_step(lambda: DigitsCnn(1), 64, 28, 10)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


MEASUREMENTS = {
    "digits-step": lambda: median_step(lambda: DigitsCnn(1), 64, 28, 20),
    "digits-step-eager": lambda: median_step(lambda: DigitsCnn(1), 64, 28, 20),
    "digits-step-quarter": lambda: median_step(lambda: DigitsCnn(0.25), 64, 28, 60),
    "digits-step-quick": lambda: median_step(lambda: DigitsCnn(0.125), 16, 28, 60),
    "digits-forward": lambda: median_forward(lambda: DigitsCnn(1), 64, 28, 20),
    "resnet50-step-64": lambda: median_step(ResNet50, 8, 64, 7),
    "resnet50-step-224": lambda: median_step(ResNet50, 4, 224, 5),
    "features-step": lambda: median_step(Head, 24, None, 300),
    "digits-run": whole_run,
    "peak-memory": peak_memory,
    "start-up": lambda: (torch.tensor(1.0) + 1).item(),
}

def step_of(network, width, domains, batch, imageSize, times, **_):
    """A step that is described as JSON."""
    made = {"cnn": lambda: DigitsCnn(width), "resnet50": ResNet50}[network]
    return median_step(made, batch, imageSize, times, domains)


torch.set_num_threads(THREADS)
measured = step_of(**json.loads(NAME)) if NAME.startswith("{") else MEASUREMENTS[NAME]()
print(json.dumps({"value": measured}))
