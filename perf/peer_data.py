"""PyTorch's side of a benchmark of reading images: `peer_data.py NAME THREADS IMAGES`.

A DataLoader whose workers do the same operations with Pillow, as torchvision's transforms do them.
"""

import json
import math
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageEnhance
from torch.utils.data import DataLoader, Dataset

NAME, THREADS, FOLDER = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
BATCH = 48
MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
DEVIATION = torch.tensor([0.229, 0.224, 0.225])[:, None, None]


def crop_box(width, height):
    """RandomResizedCrop's box: left, top, width, height."""
    for _ in range(10):
        area = width * height * random.uniform(0.7, 1)
        aspect = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < w <= width and 0 < h <= height:
            return random.randint(0, width - w), random.randint(0, height - h), w, h
    return 0, 0, width, height


def adjust_hue(image, turn):
    h, s, v = image.convert("HSV").split()
    shifted = np.array(h, dtype=np.uint8) + np.array(int(turn * 255)).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(shifted, "L"), s, v)).convert("RGB")


def augmented(image):
    left, top, w, h = crop_box(*image.size)
    image = image.crop((left, top, left + w, top + h)).resize((224, 224), Image.BILINEAR)
    if random.random() < 0.5:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    steps = [
        lambda x: ImageEnhance.Brightness(x).enhance(random.uniform(0.7, 1.3)),
        lambda x: ImageEnhance.Contrast(x).enhance(random.uniform(0.7, 1.3)),
        lambda x: ImageEnhance.Color(x).enhance(random.uniform(0.7, 1.3)),
        lambda x: adjust_hue(x, random.uniform(-0.3, 0.3)),
    ]
    for step in random.sample(steps, 4):
        image = step(image)
    if random.random() < 0.1:
        grey = np.array(image.convert("L"))
        image = Image.fromarray(np.dstack([grey] * 3), "RGB")
    tensor = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().float().div(255)
    return tensor.sub_(MEAN).div_(DEVIATION)


class Images(Dataset):
    def __init__(self, cached):
        self.files = sorted(FOLDER.glob("*/*/*.jpg"))
        self.decoded = [np.array(Image.open(f).convert("RGB")) for f in self.files] if cached else None

    def __len__(self):
        return 10**9

    def __getitem__(self, index):
        at = index * 7919 % len(self.files)
        if self.decoded is not None:
            return augmented(Image.fromarray(self.decoded[at]))
        with Image.open(self.files[at]) as image:
            return augmented(image.convert("RGB"))


def loader(cached):
    return iter(DataLoader(Images(cached), BATCH, num_workers=THREADS, shuffle=False))


def images_per_second(cached):
    batches = loader(cached)
    warm_up, steps = 4, 16
    for step in range(warm_up + steps):
        if step == warm_up:
            began = time.perf_counter()
        next(batches)
    return steps * BATCH / (time.perf_counter() - began)


def first_batch():
    began = time.perf_counter()
    next(loader(False))
    return 1000 * (time.perf_counter() - began)


MEASUREMENTS = {
    "decode-augment": lambda: images_per_second(False),
    "cached-augment": lambda: images_per_second(True),
    "first-batch": first_batch,
}

torch.set_num_threads(1)
print(json.dumps({"value": MEASUREMENTS[NAME]()}), flush=True)
