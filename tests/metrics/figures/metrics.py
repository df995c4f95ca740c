"""Makes metrics.json: random predictions with scikit-learn's and NumPy's figures.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn
    .venv/bin/python tests/metrics/figures/metrics.py > tests/metrics/figures/metrics.json
"""
import json
import warnings

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    recall_score,
    roc_auc_score,
)

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


def macro_auroc(labels, probabilities):
    """One class against the others, by scikit-learn; None without two classes."""
    there = np.unique(labels)
    if len(there) < 2:
        return None
    return np.mean([roc_auc_score(labels == c, probabilities[:, c]) for c in there])


def case(classes, labels, predicted, confidence, probabilities):
    there = np.unique(labels)
    recalls = recall_score(labels, predicted, labels=there, average=None, zero_division=0)
    true = probabilities[np.arange(len(labels)), labels]
    return {
        "classes": classes,
        "labels": labels.tolist(),
        "predicted": predicted.tolist(),
        "confidence": confidence.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "accuracy": accuracy_score(labels, predicted),
        "balanced_accuracy": balanced_accuracy_score(labels, predicted),
        "macro_f1": f1_score(labels, predicted, labels=there, average="macro", zero_division=0),
        "ece": calibration_error(confidence, predicted == labels),
        "worst_class_recall": recalls.min(),
        "geometric_mean": recalls.prod() ** (1 / len(recalls)),
        "brier": np.square(probabilities - np.eye(classes)[labels]).sum(axis=1).mean(),
        "nll": -np.log(np.clip(true, 2.0**-23, None)).mean(),
        "macro_auroc": macro_auroc(labels, probabilities),
    }


def softmax(logits):
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32).astype(np.float64)


cases = []
random = np.random.default_rng(0)
other = np.random.default_rng(1)
for classes, images, skill in [(3, 20, 0.5), (10, 200, 0.7), (4, 50, 0.0), (5, 60, 1.0), (7, 9, 0.4)]:
    labels = random.integers(0, max(2, classes - 1), images)  # the last class has no image
    lucky = random.random(images) < skill
    predicted = np.where(lucky, labels, random.integers(0, classes, images))
    confidence = (1 / classes + (1 - 1 / classes) * random.random(images)).astype(np.float32)
    confidence[0] = 1.0
    confidence = confidence.astype(np.float64)
    probabilities = softmax(other.normal(size=(images, classes)) + 2 * skill * np.eye(classes)[labels])
    cases.append(case(classes, labels, predicted, confidence, probabilities))

# Ties, probabilities of exactly 0 and 1, and images of one class alone.
for labels, logits in [
    (other.integers(0, 4, 80), other.integers(0, 3, (80, 4))),
    (other.integers(0, 3, 30), 200 * other.integers(0, 2, (30, 3))),
    (np.zeros(12, int), other.normal(size=(12, 3))),
]:
    probabilities = softmax(logits)
    predicted = probabilities.argmax(axis=1)
    cases.append(case(logits.shape[1], labels, predicted, probabilities.max(axis=1), probabilities))
print(json.dumps(cases))
