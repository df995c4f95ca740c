"""Makes pillow.json: what Pillow and torchvision's formulas give.

    python3 -m pip install pillow==12.1.0 numpy
    python3 tests/datasets/figures/pillow.py > tests/datasets/figures/pillow.json

Any Pillow from 3.3 to 12.1 gives the same; later ones resize some tall images vertically first, which
moves the last bit. Images come from formulas that the tests repeat. Results are kept as the SHA-256 of their bytes, small
ones also byte by byte.
"""
import base64
import hashlib
import io
import json
import math
import random

import numpy as np
from PIL import Image, ImageEnhance


def formula(width, height):
    """An image that any language can make again."""
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3))
    return ((x * 37 + y * 91 + c * 53 + x * y * 7 + (x * x) % 11 * 13) % 256).astype(np.uint8)


def smooth(width, height):
    """Another one, without hard edges, as photographs are."""
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3))
    return ((x * (c + 2) + y * (5 - c)) * 64 // (width + height) + (x * y * 31 + c) % 17).astype(
        np.uint8
    )


def flat(image):
    return np.asarray(image).reshape(-1).tolist()


def digest(image):
    return hashlib.sha256(np.ascontiguousarray(np.asarray(image)).tobytes()).hexdigest()


def adjust_hue(image, factor):
    """torchvision.transforms.functional.adjust_hue for Pillow images."""
    h, s, v = image.convert("HSV").split()
    shifted = np.array(h, dtype=np.uint8) + np.array(int(factor * 255)).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(shifted.astype(np.uint8), "L"), s, v)).convert("RGB")


def grey(image):
    return image.convert("L").convert("RGB")


COLOUR = {
    "brightness": lambda image, f: ImageEnhance.Brightness(image).enhance(f),
    "contrast": lambda image, f: ImageEnhance.Contrast(image).enhance(f),
    "saturation": lambda image, f: ImageEnhance.Color(image).enhance(f),
    "hue": adjust_hue,
    "grey": lambda image, _: grey(image),
}


def resized(width, height, size, box):
    """The box is cut out first, so that no pixel beside it has a say."""
    image = Image.fromarray(formula(width, height))
    if box is None:
        return image.resize(size, Image.BILINEAR)
    left, top = math.floor(box[0]), math.floor(box[1])
    right, bottom = math.ceil(box[0] + box[2]), math.ceil(box[1] + box[3])
    inner = (box[0] - left, box[1] - top, box[0] + box[2] - left, box[1] + box[3] - top)
    return image.crop((left, top, right, bottom)).resize(size, Image.BILINEAR, box=inner)


def crop_box(width, height, draw):
    """torchvision.transforms.RandomResizedCrop.get_params: left, top, width, height."""
    for _ in range(10):
        area = width * height * (0.7 + 0.3 * draw())
        low, high = math.log(3 / 4), math.log(4 / 3)
        aspect = math.exp(low + (high - low) * draw())
        w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < w <= width and 0 < h <= height:
            top, left = int(draw() * (height - h + 1)), int(draw() * (width - w + 1))
            return left, top, w, h
    ratio = width / height
    w = round(height * 4 / 3) if ratio > 4 / 3 else width
    h = round(width / (3 / 4)) if ratio < 3 / 4 else height
    return (width - w) // 2, (height - h) // 2, w, h


def augmented(image, size, draw):
    """The reference's training transform, drawing numbers of [0, 1) in this order."""
    left, top, w, h = crop_box(*image.size, draw)
    image = image.crop((left, top, left + w, top + h)).resize((size, size), Image.BILINEAR)
    if draw() < 0.5:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    order = [0, 1, 2, 3]
    for i in (3, 2, 1):
        j = int(draw() * (i + 1))
        order[i], order[j] = order[j], order[i]
    factors = [0.7 + (1.3 - 0.7) * draw() for _ in range(3)] + [-0.3 + 0.6 * draw()]
    for step in order:
        image = list(COLOUR.values())[step](image, factors[step])
    return grey(image) if draw() < 0.1 else image


resize = []
for (w, h), size, box in [
    ((32, 32), (28, 28), None),
    ((32, 32), (9, 5), None),
    ((7, 12), (12, 15), None),
    ((16, 16), (16, 16), None),
    ((1, 1), (8, 3), None),
    ((2, 5), (1, 1), None),
    ((20, 11), (8, 8), (3, 1, 14, 9)),
    ((20, 11), (8, 8), (0, 0, 3, 2)),
    ((24, 24), (16, 16), (5, 3, 19, 21)),
    ((20, 11), (8, 8), (2.25, 1.5, 14.875, 8.25)),
    ((24, 24), (16, 16), (3.7, 5.2, 20.2, 16.85)),
    ((640, 480), (224, 224), (17, 5, 590, 470)),
    ((301, 227), (64, 64), None),
]:
    out = resized(w, h, size, box)
    case = {"width": w, "height": h, "size": size, "box": box, "sha256": digest(out)}
    resize.append({**case, "pixels": flat(out)} if len(flat(out)) < 1000 else case)

image = Image.fromarray(formula(12, 10))
FACTORS = {"hue": [-0.3, -0.123, 0.0, 0.07, 0.3], "grey": [0.0]}
colour = [
    {"operation": name, "factor": f, "pixels": flat(apply(image, f))}
    for name, apply in COLOUR.items()
    for f in FACTORS.get(name, [0.7, 0.913, 1.0, 1.117, 1.3])
]

# All colours that there are: 256 to a row, red fastest.
numbers = np.arange(1 << 24, dtype=np.uint32)
colours = Image.fromarray(
    np.stack([numbers & 255, numbers >> 8 & 255, numbers >> 16], -1)
    .astype(np.uint8)
    .reshape(1 << 12, 1 << 12, 3)
)
every = [
    {"operation": name, "factor": f, "sha256": digest(COLOUR[name](colours, f))}
    for name, f in [("hue", -0.3), ("hue", 0.123), ("saturation", 0.7), ("saturation", 1.3)]
    + [("contrast", 1.217), ("grey", 0)]
]

chain = []
for case, (w, h, size) in enumerate(
    [(24, 24, 16), (40, 20, 16), (16, 50, 16), (90, 64, 64), (227, 227, 224), (300, 260, 224)] * 4
    + [(640, 480, 224), (1000, 30, 32), (30, 1000, 32)]
):
    source = random.Random(case)
    draws = [round(source.random(), 6) for _ in range(40)]
    pixels = smooth(w, h) if case % 2 else formula(w, h)
    out = augmented(Image.fromarray(pixels), size, iter(draws).__next__)
    kind = "smooth" if case % 2 else "formula"
    chain.append({"image": kind, "width": w, "height": h, "size": size, "draws": draws,
                  "sha256": digest(out)})

rotate = [
    {
        "angle": angle,
        "pixels": flat(Image.fromarray(formula(28, 28)).rotate(angle, resample=Image.BILINEAR)),
    }
    for angle in (30, 60)
]

photograph = Image.fromarray(smooth(37, 26))
files = []
for name, mode, options in [
    ("baseline.jpg", "RGB", {"quality": 90}),
    ("progressive.jpg", "RGB", {"quality": 75, "progressive": True, "optimize": True}),
    ("full-colour.jpg", "RGB", {"quality": 95, "subsampling": 0}),
    ("restarts.jpg", "RGB", {"quality": 60, "restart_marker_rows": 1}),
    ("grey.jpg", "L", {"quality": 90}),
    ("colour.png", "RGB", {}),
    ("alpha.png", "RGBA", {}),
    ("palette.png", "P", {}),
    ("grey.png", "L", {}),
    ("grey-alpha.png", "LA", {}),
    ("bits.png", "1", {}),
    ("print.jpg", "CMYK", {"quality": 90}),
    ("print.tif", "CMYK", {}),
    ("colour.tif", "RGB", {}),
    ("palette.gif", "P", {}),
    ("transparent.gif", "P", {"transparency": 3}),
    ("transparent.png", "P", {"transparency": 3}),
]:
    buffer = io.BytesIO()
    source = photograph
    if mode == "CMYK":
        black = np.arange(37, dtype=np.uint8)[None, :].repeat(26, 0) * 6
        inks = np.array(photograph.convert("CMYK"))
        inks[..., 3] = black
        source = Image.fromarray(inks)
    if name.startswith("transparent"):
        source = photograph.quantize(8)
    kind = {"jpg": "JPEG", "png": "PNG", "tif": "TIFF", "gif": "GIF"}[name[-3:]]
    source.convert(mode).save(buffer, kind, **options)
    decoded = Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")
    files.append({"name": name, "bytes": base64.b64encode(buffer.getvalue()).decode(),
                  "width": decoded.width, "height": decoded.height, "sha256": digest(decoded)})

figures = {"resize": resize, "colour": colour, "everyColour": every, "augment": chain,
           "rotate": rotate, "files": files}
print(json.dumps(figures, separators=(",", ":")))
