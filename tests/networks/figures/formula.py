"""Weights and images by a formula that tests/networks/formula.ts has as well, so that none are kept."""
import numpy as np
import torch


def spread(count, name):
    """`count` numbers of [0, 1) that depend on the name."""
    key = sum(ord(letter) * (i + 1) for i, letter in enumerate(name))
    with np.errstate(over="ignore"):
        x = np.arange(1, count + 1, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(key * 7919)
        x ^= x >> np.uint32(15)
        x *= np.uint32(2246822519)
        x ^= x >> np.uint32(13)
    return x.astype(np.float64) / 2**32


def value(name, shape):
    """The formula's tensor of a name."""
    u = spread(int(np.prod(shape)), name)
    if name.endswith("running_var"):
        x = 0.5 + u
    elif name.endswith("running_mean") or name.endswith("bias"):
        x = 0.4 * (u - 0.5)
    elif len(shape) == 1:
        # Scales that neither blow up nor starve the sum over many blocks.
        x = 0.25 + 0.5 * u
    else:
        x = (2 * u - 1) * np.sqrt(6 / np.prod(shape[1:]))
    return torch.tensor(x.reshape(shape), dtype=torch.float32)
