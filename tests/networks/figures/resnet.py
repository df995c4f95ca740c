"""Makes resnet.json: logits and gradients of ResNet-18 and -50 in plain PyTorch.

    python3 tests/networks/figures/resnet.py > tests/networks/figures/resnet.json

Weights, statistics and images come from a formula that the test repeats, so that no weights are kept.
The networks are written out with torchvision's structure and names.
"""
import json

import torch
from torch import nn

from formula import spread, value


class Block(nn.Module):
    """A residual block with torchvision's names: `bottleneck` or two 3 x 3 convolutions."""

    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = 4 * width if bottleneck else width
        shapes = (
            [(1, inputs, width, 1), (3, width, width, stride), (1, width, outputs, 1)]
            if bottleneck
            else [(3, inputs, width, stride), (3, width, outputs, 1)]
        )
        for i, (size, a, b, step) in enumerate(shapes, 1):
            self.add_module(f"conv{i}", nn.Conv2d(a, b, size, step, size // 2, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(b))
        self.count = len(shapes)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        self.outputs = outputs

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.count:
                y = torch.relu(y)
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, blocks, bottleneck, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for stage, count in enumerate(blocks):
            made = []
            for i in range(count):
                stride = 2 if stage > 0 and i == 0 else 1
                made.append(Block(channels, 64 * 2**stage, stride, bottleneck))
                channels = made[-1].outputs
            self.add_module(f"layer{stage + 1}", nn.Sequential(*made))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(x.mean((2, 3)))


def network(depth):
    blocks, bottleneck = {18: ([2, 2, 2, 2], False), 50: ([3, 4, 6, 3], True)}[depth]
    made = ResNet(blocks, bottleneck, 5).eval()
    state = made.state_dict()
    made.load_state_dict(
        {n: t if n.endswith("tracked") else value(n, tuple(t.shape)) for n, t in state.items()}
    )
    return made


torch.set_num_threads(1)
WATCHED = [
    "conv1.weight",
    "bn1.weight",
    "bn1.bias",
    "layer2.0.downsample.0.weight",
    "layer2.0.downsample.1.weight",
    "layer3.0.conv2.weight",
    "layer4.1.bn2.bias",
]
cases = []
for depth, size in [(18, 64), (18, 57), (50, 64)]:
    made = network(depth)
    u = spread(2 * size * size * 3, "images").reshape(2, size, size, 3)
    images = torch.tensor(2 * u - 1, dtype=torch.float32).permute(0, 3, 1, 2)
    logits = made(images)
    nn.functional.cross_entropy(logits, torch.tensor([1, 3])).backward()
    gradients = {}
    for name in WATCHED:
        g = dict(made.named_parameters())[name].grad.flatten()
        # The network here is small in figures only: the norm, and some of the numbers.
        gradients[name] = {"norm": g.norm().item(), "some": g[:: max(1, len(g) // 8)].tolist()}
    cases.append(
        {"depth": depth, "size": size, "logits": logits.tolist(), "gradients": gradients}
    )
print(json.dumps(cases, separators=(",", ":")))
