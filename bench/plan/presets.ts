/**
 * Presets: how large a run is.
 *
 * @module
 */
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import type { TrainingSettings } from "../records/record.ts";

/** The presets, from the smallest to the paper's own sizes. */
export const PRESETS = ["smoke", "quick", "standard", "paper"] as const;
/** One of {@linkcode PRESETS}. */
export type PresetName = (typeof PRESETS)[number];

/** What a preset decides for a data set. */
export interface Preset extends Omit<TrainingSettings, "selection"> {
  readonly imageSize: number;
}

/** Updates of the reference's runs on all data sets that do not say otherwise. */
export const PAPER_STEPS = 5001;

/** How fast networks learn. */
export const LEARNING = {
  digits: { learningRate: 1e-3, weightDecay: 0 },
  // Small networks from scratch want the digits' rate; the reference's is for a pretrained ResNet.
  scratch: { learningRate: 1e-3, weightDecay: 0 },
  pretrained: { learningRate: 5e-5, weightDecay: 0 },
};

const cnn = (width: number) => ({ network: { name: "cnn", width } });

const TABLE: Readonly<Record<DatasetDefinition["images"], Readonly<Record<PresetName, Preset>>>> = {
  digits: {
    smoke: {
      ...LEARNING.digits,
      ...cnn(0.125),
      imageSize: 28,
      steps: 8,
      batch: 8,
      checkpointEvery: 4,
    },
    // So small and so fast a learner that every method over five seeds is a matter of minutes. What
    // lengths of `quick` and `standard` are long enough for is in the data sets' `plateaus`.
    quick: {
      ...LEARNING.digits,
      ...cnn(0.125),
      learningRate: 2e-2,
      imageSize: 28,
      steps: 1041,
      batch: 10,
      checkpointEvery: 104,
    },
    // A quarter of the width: at full width an update takes eleven times as long, and the first few
    // hundred go by without any learning.
    standard: {
      ...LEARNING.digits,
      ...cnn(0.25),
      imageSize: 28,
      steps: 1501,
      batch: 64,
      checkpointEvery: 75,
    },
    paper: {
      ...LEARNING.digits,
      ...cnn(1),
      imageSize: 28,
      steps: PAPER_STEPS,
      batch: 64,
      checkpointEvery: 100,
    },
  },
  photographs: {
    smoke: {
      ...LEARNING.scratch,
      ...cnn(0.125),
      imageSize: 32,
      steps: 8,
      batch: 4,
      checkpointEvery: 4,
    },
    quick: {
      ...LEARNING.scratch,
      ...cnn(0.25),
      imageSize: 32,
      steps: 300,
      batch: 16,
      checkpointEvery: 50,
    },
    standard: {
      ...LEARNING.scratch,
      ...cnn(1),
      imageSize: 64,
      steps: 1000,
      batch: 24,
      checkpointEvery: 100,
    },
    paper: {
      ...LEARNING.pretrained,
      network: { name: "resnet50", width: 1 },
      imageSize: 224,
      steps: PAPER_STEPS,
      batch: 24,
      checkpointEvery: 100,
    },
  },
};

/** What a preset decides for a data set, which may ask for other lengths. */
export function preset(
  name: PresetName,
  dataset: Pick<DatasetDefinition, "images" | "training">,
): Preset {
  return { ...TABLE[dataset.images][name], ...dataset.training?.[name] };
}
