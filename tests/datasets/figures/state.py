"""Makes state.pth: a small state_dict as torch writes it.

    python3 tests/datasets/figures/state.py
"""
from collections import OrderedDict
from pathlib import Path

import torch

weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3) / 4)
state = OrderedDict(
    {"0.weight": weight, "0.bias": torch.zeros(2), "1.num_batches_tracked": torch.tensor(7)}
)
state._metadata = OrderedDict({"": {"version": 1}})
torch.save(state, Path(__file__).with_name("state.pth"))
