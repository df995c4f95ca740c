"""Makes pillow.json: what Pillow and torchvision's formulas give for small images.

    python3 -m pip install pillow numpy
    python3 tests/datasets/figures/pillow.py > tests/datasets/figures/pillow.json
"""
import json

import numpy as np
from PIL import Image, ImageEnhance


def formula(width, height):
    """An image that any language can make again."""
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3))
    return ((x * 37 + y * 91 + c * 53 + x * y * 7 + (x * x) % 11 * 13) % 256).astype(np.uint8)


def flat(image):
    return np.asarray(image).reshape(-1).tolist()


def hue(image, factor):
    """torchvision.transforms.functional.adjust_hue for Pillow images."""
    h, s, v = image.convert("HSV").split()
    shifted = np.array(h, dtype=np.uint8) + np.array(int(factor * 255)).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(shifted.astype(np.uint8), "L"), s, v)).convert("RGB")


resize = []
for (w, h), (ow, oh), box in [
    ((32, 32), (28, 28), None),
    ((32, 32), (9, 5), None),
    ((7, 12), (12, 15), None),
    ((16, 16), (16, 16), None),
    ((20, 11), (8, 8), (2.25, 1.5, 17.125, 9.75)),
    ((20, 11), (8, 8), (0.0, 0.0, 3.3, 2.2)),
    ((24, 24), (16, 16), (3.7, 5.2, 23.9, 22.05)),
]:
    image = Image.fromarray(formula(w, h))
    out = image.resize((ow, oh), Image.BILINEAR, box=box)
    box = box and [box[0], box[1], box[2] - box[0], box[3] - box[1]]
    resize.append({"width": w, "height": h, "size": [ow, oh], "box": box, "pixels": flat(out)})

image = Image.fromarray(formula(12, 10))
operations = {
    "brightness": lambda f: ImageEnhance.Brightness(image).enhance(f),
    "contrast": lambda f: ImageEnhance.Contrast(image).enhance(f),
    "saturation": lambda f: ImageEnhance.Color(image).enhance(f),
    "hue": lambda f: hue(image, f),
    "grey": lambda f: image.convert("L").convert("RGB"),
}
factors = {"hue": [-0.3, -0.123, 0.0, 0.07, 0.3], "grey": [0.0]}
colour = [
    {"operation": name, "factor": f, "pixels": flat(apply(f))}
    for name, apply in operations.items()
    for f in factors.get(name, [0.7, 0.913, 1.0, 1.117, 1.3])
]
rotate = [
    {
        "angle": angle,
        "pixels": flat(Image.fromarray(formula(28, 28)).rotate(angle, resample=Image.BILINEAR)),
    }
    for angle in (30, 60)
]
print(json.dumps({"resize": resize, "colour": colour, "rotate": rotate}, separators=(",", ":")))
