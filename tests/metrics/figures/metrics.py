"""Makes metrics.json: random predictions with scikit-learn's and NumPy's figures.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn
    .venv/bin/python tests/bench/figures/metrics.py > tests/bench/figures/metrics.json
"""
import json
import warnings

import numpy as np
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

warnings.simplefilter("ignore")  # classes that are predicted but not there


def calibration_error(confidence, correct, bins=15):
    """As in Guo et al. 2017, equation 3, with bins ((m - 1) / M, m / M]."""
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gap = abs(correct[inside].mean() - confidence[inside].mean())
            total += inside.mean() * gap
    return total


cases = []
random = np.random.default_rng(0)
for classes, images, skill in [(3, 20, 0.5), (10, 200, 0.7), (4, 50, 0.0), (5, 60, 1.0), (7, 9, 0.4)]:
    labels = random.integers(0, max(2, classes - 1), images)  # the last class has no image
    lucky = random.random(images) < skill
    predicted = np.where(lucky, labels, random.integers(0, classes, images))
    confidence = (1 / classes + (1 - 1 / classes) * random.random(images)).astype(np.float32)
    confidence[0] = 1.0
    confidence = confidence.astype(np.float64)
    there = np.unique(labels)
    cases.append({
        "classes": classes,
        "labels": labels.tolist(),
        "predicted": predicted.tolist(),
        "confidence": confidence.tolist(),
        "accuracy": accuracy_score(labels, predicted),
        "balanced_accuracy": balanced_accuracy_score(labels, predicted),
        "macro_f1": f1_score(labels, predicted, labels=there, average="macro", zero_division=0),
        "ece": calibration_error(confidence, predicted == labels),
    })
print(json.dumps(cases))
