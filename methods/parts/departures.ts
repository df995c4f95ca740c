/**
 * Departures from MDLT and DomainBed that several methods share.
 *
 * @module
 */
import type { Departure } from "../method.ts";

export const GRADIENT_PENALTY: Departure = {
  title: "gradient penalty",
  text: "MDLT differentiates, for every image, the sum of the predicted probabilities of all " +
    "domains of the batch. With equal batches that sum is constant, so the penalty has no " +
    "effect at any weight. Here it is the squared gradient of the image's own domain loss, as " +
    "in DomainBed since its correction of 2022. The default weight is 0: only searches feel " +
    "it. With dropout in the discriminator the penalty draws its own mask.",
};

export const ONE_IMAGE: Departure = {
  title: "a domain with one image in the batch",
  text: "The covariance of one image is 0/0 in MDLT, and CORAL and BoDA are NaN from there, even " +
    "with weight 0. Here that covariance, and IB-IRM's variance, count as 0. IRM's penalty of " +
    "a single image is 0 in both.",
};

export const DISTANCES: Departure = {
  title: "distances",
  text:
    "MDLT's library switches to an expanded matrix product beyond 25 rows, which loses digits " +
    "near distance 0; MMD always expands, and its narrowest kernel sees the rounding of the " +
    "diagonal. Here differences are formed directly up to 16 million numbers; beyond, the " +
    "expanded product is used. The gradient of a distance of 0 is 0 in both. This is why " +
    "MMD's golden file allows gradients 2·10⁻³ and all others 10⁻⁴.",
};

export const WEIGHTS_IN_BATCH: Departure = {
  title: "weights within a batch",
  text:
    "Kept as in MDLT: the loss of a domain is divided by the sum of its images' weights, so a " +
    "class counts relative to the others of the batch, and in a batch of one image of a " +
    "domain the weight cancels.",
};

export const ZERO_SHOT_CELLS: Departure = {
  title: "zero-shot cells",
  text: "MDLT writes an infinite count for a class without images and reuses it as weight 0 " +
    "(re-weighting, margins), prior 1 (BSoftmax) and no centroid (BoDA). Here the count is 0 " +
    "and each formula says what it does with it; the numbers are the same.",
};

export const LESS_WORK: Departure = {
  title: "the same numbers with less work",
  text: "MLDG's trial step, the first step of a fresh Adam, has a closed form: no network and no " +
    "optimiser is copied. Fish walks through the domains with the network itself and then " +
    "takes part of the way back. SagNet's style step and its adversary use one pass, because " +
    "the featurizer does not move between them; with dropout in the featurizer they share the " +
    "mask, where MDLT draws two.",
};

export const CLOSED_FORMS: Departure = {
  title: "closed forms",
  text: "The derivative of a risk in the scale of the logits, and the gradient of each image's " +
    "risk with respect to the classifier, are written out. The reference and DomainBed find " +
    "them by differentiating twice. The numbers are the same.",
};

export const MEAN_SHARES: Departure = {
  title: "how frequent a class is",
  text: "The paper has one training set; here are several, and every batch takes equally many " +
    "images of each. So a class's share, its prior, is the mean over the domains of its share " +
    "there. A class without any image counts as a single one.",
};

export const FROZEN: Departure = {
  title: "what is frozen",
  text: "As in the authors' own code: cRT starts a fresh classifier, LWS scales the logits, bias " +
    "included, and τ-norm leaves the bias out. The paper chooses τ by validation; here it is " +
    "0.7 unless searched for.",
};
