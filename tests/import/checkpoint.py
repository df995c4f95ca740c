"""A checkpoint as MDLT's train.py saves it, of its network for 28 x 28 images.

    python checkpoint.py IMAGES COUNT OUT [DATASET]

IMAGES holds COUNT images (uint8, 28 x 28 x 3). Writes OUT/model.best.pkl and, in OUT/logits.json, what
the network says of the images; and OUT/evil.pkl, which asks to call a program.
"""

import json
import os
import pickle
import sys
import zipfile

import numpy as np
import torch
from torch import nn

images, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
torch.manual_seed(0)
torch.set_num_threads(1)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 64, 3, 1, 1), nn.Conv2d(64, 128, 3, 2, 1)
        self.conv3, self.conv4 = nn.Conv2d(128, 128, 3, 1, 1), nn.Conv2d(128, 128, 3, 1, 1)
        self.bn0, self.bn1 = nn.GroupNorm(8, 64), nn.GroupNorm(8, 128)
        self.bn2, self.bn3 = nn.GroupNorm(8, 128), nn.GroupNorm(8, 128)
        for norm in [self.bn0, self.bn1, self.bn2, self.bn3]:
            nn.init.normal_(norm.weight, 1, 0.3)
            nn.init.normal_(norm.bias, 0, 0.3)

    def forward(self, x):
        for conv, norm in [(self.conv1, self.bn0), (self.conv2, self.bn1), (self.conv3, self.bn2), (self.conv4, self.bn3)]:
            x = norm(torch.relu(conv(x)))
        return x.mean((2, 3))


class ERM(nn.Module):
    def __init__(self):
        super().__init__()
        self.featurizer, self.classifier = CNN(), nn.Linear(128, 10)
        self.network = nn.Sequential(self.featurizer, self.classifier)


model = ERM()
dataset = sys.argv[4] if len(sys.argv) > 4 else "ImbalancedDigits"
args = {"dataset": dataset, "algorithm": "BoDA", "seed": 2, "hparams_seed": 0, "selected_envs": None,
        "imb_type": "eeee", "imb_factor": 0.1, "best_val_acc": np.float64(0.75), "steps": None}
hparams = {"lr": 10 ** np.float64(-3), "weight_decay": 0.0, "batch_size": 64, "nonlinear_classifier": False,
           "nu": np.float32(0.5), "class_balanced": np.bool_(False), "imb_type_per_env": ["exp"] * 3}
torch.save({"args": args, "best_val_acc": np.mean([0.5, 1.0]), "start_step": 101, "num_classes": 10, "num_domains": 2,
            "model_input_shape": (3, 28, 28), "model_hparams": hparams, "model_dict": model.state_dict()},
           os.path.join(out, "model.best.pkl"))

x = np.fromfile(images, dtype=np.uint8).reshape(count, 28, 28, 3).transpose(0, 3, 1, 2)
with torch.no_grad():
    logits = model.network(torch.tensor(x.astype(np.float32) / 255))
json.dump(logits.double().tolist(), open(os.path.join(out, "logits.json"), "w"))


class Evil:
    def __reduce__(self):
        return os.system, ("touch " + os.path.join(out, "harm"),)


with zipfile.ZipFile(os.path.join(out, "evil.pkl"), "w") as archive:
    archive.writestr("model/data.pkl", pickle.dumps({"args": args, "model_dict": Evil()}, protocol=2))
