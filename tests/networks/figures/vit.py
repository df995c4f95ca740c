"""Makes vit.json: features and gradients of ViT-S/16 in plain PyTorch.

    python3 tests/networks/figures/vit.py > tests/networks/figures/vit.json

Weights and images come from the formula of formula.py, so that no weights are kept. The network is
written out from the papers, with timm's names.
"""
import json

import torch
from torch import nn

from formula import spread, value


class Attention(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x):
        batch, tokens, channels = x.shape
        apart = self.qkv(x).reshape(batch, tokens, 3, self.heads, channels // self.heads)
        q, k, v = apart.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, channels))


class Mlp(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Linear(channels, 4 * channels)
        self.fc2 = nn.Linear(4 * channels, channels)

    def forward(self, x):
        return self.fc2(nn.functional.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(channels, eps=1e-6)
        self.attn = Attention(channels, heads)
        self.norm2 = nn.LayerNorm(channels, eps=1e-6)
        self.mlp = Mlp(channels)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.proj = nn.Conv2d(3, channels, 16, 16)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Vit(nn.Module):
    def __init__(self, size, channels=384, depth=12, heads=6):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, channels))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + (size // 16) ** 2, channels))
        self.patch_embed = PatchEmbed(channels)
        self.blocks = nn.ModuleList(Block(channels, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(channels, eps=1e-6)

    def forward(self, x):
        patches = self.patch_embed(x)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), patches], 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.norm(x)[:, 0]


torch.set_num_threads(1)
WATCHED = [
    "cls_token",
    "pos_embed",
    "patch_embed.proj.weight",
    "blocks.0.attn.qkv.weight",
    "blocks.5.norm2.weight",
    "blocks.11.mlp.fc1.bias",
    "norm.bias",
]
cases = []
for size in (32, 64):
    made = Vit(size)
    made.load_state_dict({n: value(n, tuple(t.shape)) for n, t in made.state_dict().items()})
    u = spread(2 * size * size * 3, "images").reshape(2, size, size, 3)
    images = torch.tensor(2 * u - 1, dtype=torch.float32).permute(0, 3, 1, 2)
    features = made(images)
    (features * torch.linspace(-1, 1, 384)).sum().backward()
    gradients = {}
    for name in WATCHED:
        g = dict(made.named_parameters())[name].grad.flatten()
        gradients[name] = {"norm": g.norm().item(), "some": g[:: max(1, len(g) // 8)].tolist()}
    cases.append({"size": size, "features": features.tolist(), "gradients": gradients})
print(json.dumps(cases, separators=(",", ":")))
