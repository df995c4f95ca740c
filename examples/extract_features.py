"""Features of images by any PyTorch network, for `deno task bench --features FILE`.

    python extract_features.py data/PACS dinov2.safetensors --network timm:vit_small_patch14_dinov2
    python extract_features.py data/PACS clip.safetensors --network open_clip:ViT-B-32/openai
    python extract_features.py data/PACS r50.safetensors --network torchvision:resnet50
    python extract_features.py data/PACS own.safetensors --network my_network.py:make

Every image below the folder gets one row, called by its path from there. A network of a file is what
its function returns: an `nn.Module` from normalised images to `[images, features]`.
"""
import argparse
import importlib.util
import json
import struct
from pathlib import Path

import numpy as np
import torch
from PIL import Image

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"}


def load(name, size):
    """The network, how it wants its pixels (mean, deviation), and their size."""
    kind, _, rest = name.partition(":")
    if kind == "timm":
        import timm

        network = timm.create_model(rest, pretrained=True, num_classes=0)
        config = timm.data.resolve_model_data_config(network)
        return network, (config["mean"], config["std"]), size or config["input_size"][-1]
    if kind == "open_clip":
        import open_clip

        model, _, weights = rest.partition("/")
        network = open_clip.create_model(model, pretrained=weights or None).visual
        return network, (network.image_mean, network.image_std), size or max(network.image_size)
    if kind == "torchvision":
        import torchvision

        network = torchvision.models.get_model(rest, weights="DEFAULT")
        last = [n for n, m in network.named_children() if n in ("fc", "classifier", "heads", "head")][-1]
        setattr(network, last, torch.nn.Identity())
        return network, IMAGENET, size or 224
    spec = importlib.util.spec_from_file_location("network", kind)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, rest or "make")(), IMAGENET, size or 224


def read(path, size, mean, deviation):
    """An image as the suite shows it in evaluation: at its final size, not cropped, normalised."""
    image = Image.open(path).convert("RGB").resize((size, size), Image.BILINEAR)
    pixels = np.asarray(image, np.float32) / 255
    pixels = (pixels - np.float32(mean)) / np.float32(deviation)
    return torch.from_numpy(pixels).permute(2, 0, 1)


def write(file, features, paths):
    """One safetensors file: the tensor `features`, and the list of paths in its metadata."""
    entry = {"dtype": "F32", "shape": list(features.shape), "data_offsets": [0, features.nbytes]}
    header = json.dumps({"__metadata__": {"paths": json.dumps(paths)}, "features": entry}).encode()
    header += b" " * (-len(header) % 8)
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(header)) + header + features.tobytes())


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("images", type=Path, help="folder of the images")
    parser.add_argument("out", help="file to write, ending in .safetensors")
    parser.add_argument("--network", required=True)
    parser.add_argument("--size", type=int, help="height and width of the images; the network's own")
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network, (mean, deviation), size = load(options.network, options.size)
    network.eval().to(device)
    files = sorted(f for f in options.images.rglob("*") if f.suffix.lower() in ENDINGS)
    if not files:
        raise SystemExit(f"There are no images in {options.images}")
    parts = []
    for start in range(0, len(files), options.batch):
        some = files[start:start + options.batch]
        images = torch.stack([read(f, size, mean, deviation) for f in some])
        parts.append(network(images.to(device)).float().flatten(1).cpu().numpy())
        print(f"\r{start + len(some)} of {len(files)}", end="", flush=True)
    paths = [f.relative_to(options.images).as_posix() for f in files]
    write(options.out, np.ascontiguousarray(np.concatenate(parts), np.float32), paths)
    print(f"\r{len(paths)} images, {parts[0].shape[1]} features each: {options.out}")


if __name__ == "__main__":
    main()
