"""Makes states.json: small files of torch in every form that people have, in base64.

    python3 tests/datasets/figures/states.py > tests/datasets/figures/states.json
"""
import base64
import io
import json
from collections import OrderedDict

import torch


def state(dtype):
    numbers = torch.arange(6).reshape(2, 3)
    weight = (numbers / 4).to(dtype) if dtype.is_floating_point else numbers.to(dtype)
    return OrderedDict({"0.weight": weight, "1.num_batches_tracked": torch.tensor(7)})


files = {}


def save(name, value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    files[name] = base64.b64encode(buffer.getvalue()).decode()


for dtype in ["half", "bfloat16", "float", "double", "int", "long", "short", "int8"]:
    save(dtype, state(getattr(torch, dtype)))
for protocol in [2, 3, 4, 5]:
    save(f"protocol {protocol}", state(torch.float), pickle_protocol=protocol)
save("older form", state(torch.float), _use_new_zipfile_serialization=False)
for protocol in [3, 4, 5]:
    save(
        f"older form, protocol {protocol}",
        state(torch.float),
        _use_new_zipfile_serialization=False,
        pickle_protocol=protocol,
    )
transposed = state(torch.float)
transposed["0.weight"] = transposed["0.weight"].T.contiguous().T
save("transposed", transposed)
last = state(torch.float)
last["0.weight"] = torch.stack([torch.zeros(2, 3), last["0.weight"]], -1)[..., 1]
save("every second number", last)
linear = torch.nn.Linear(2, 2)
optimizer = torch.optim.Adam(linear.parameters())
linear(torch.ones(1, 2)).sum().backward()
optimizer.step()
wrapped = {"epoch": 3, "best": 0.5, "state_dict": state(torch.float), "optimizer": optimizer.state_dict()}
save("wrapped", wrapped)
save("wrapped, older form", wrapped, _use_new_zipfile_serialization=False)
print(json.dumps(files, indent=0))
