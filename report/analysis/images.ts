/**
 * Test images as a second factor beside seeds: how far differences to the control would move with
 * other runs, and how far with other images.
 *
 * A crossed bootstrap (Owen 2007): runs are drawn by seed and images within each class of each
 * domain, the same draws for all methods, so that what images do to all of them cancels. Where every
 * seed has images of its own, the spread over seeds holds both, and nothing is drawn.
 *
 * @module
 */
import { mean, sampleStandardDeviation } from "simple-statistics";
import { type Random, stream } from "../../base/random.ts";
import type { Folder } from "../../bench/records/folder.ts";
import type { ClassCounts, Metric } from "../../metrics/mod.ts";
import { summarize } from "../../metrics/mod.ts";
import type { Run } from "../folder.ts";
import type { DatasetResults, MethodResults } from "./arrange.ts";
import { controlsOf } from "./control.ts";
import { tUpperQuantile } from "./statistics/distributions.ts";

/** A difference to the control with its two sources of chance. Values are fractions. */
export interface ImageEffect {
  readonly method: MethodResults;
  readonly control: MethodResults;
  /** Method − control, mean over the seeds that both have. */
  readonly difference: number;
  /** Seeds that both have predictions of. */
  readonly seeds: number;
  /** Standard error over seeds, the images being these; null for one seed. */
  readonly bySeeds: number | null;
  /** Standard error over images, the runs being these. */
  readonly byImages: number;
  /** Interval that allows for both, or for images alone where there is one seed. */
  readonly interval: readonly [low: number, high: number];
  /** Which of the two limits what can be seen. */
  readonly limit: "seeds" | "images" | "both" | "images (one seed)";
}

/** Both factors on one figure of a data set. */
export interface ImageEffects {
  readonly dataset: DatasetResults;
  readonly domain: "average" | "worst";
  readonly metric: Metric;
  readonly rows: readonly ImageEffect[];
  /** How often runs and images were drawn. */
  readonly resamples: number;
  /** Test images of all domains. */
  readonly images: number;
}

/** Predictions of one run: `predicted[domain][image]`. */
type Predicted = readonly (readonly number[])[];

/** What can be resampled of a data set. */
interface Resampled {
  readonly methods: readonly MethodResults[];
  /** By method and seed; null where there are none. */
  readonly predicted: readonly (readonly (Predicted | null)[])[];
  /** True classes by domain and image. */
  readonly labels: Predicted;
}

/** More predictions than these are not resampled: a report should not take minutes. */
const MOST_PREDICTIONS = 4e6;

/** Draws: so many where there are few predictions, and fewer where there are many. */
const [FEWEST, USUAL, WORK] = [80, 400, 2e8];

/** One is said to limit where its standard error is larger by this factor. */
const CLEARLY = 1.5;

/**
 * Both factors on the average and the worst domain; none where there is no control, a metric that
 * counts do not give, or nothing to resample.
 */
export async function imageEffects(
  folder: Folder,
  dataset: DatasetResults,
  metric: Metric,
  control: string,
  alpha: number,
): Promise<ImageEffects[]> {
  if (metric.needs !== "counts") return [];
  const known = await predictionsOf(folder, dataset);
  if (known === null) return [];
  const controls = controlsOf(known.methods, control);
  if (controls.every((place, i) => place < 0 || place === i)) return [];
  const images = known.labels.reduce((sum, labels) => sum + labels.length, 0);
  const runs = known.predicted.flat().filter((run) => run !== null).length;
  const resamples = Math.max(FEWEST, Math.min(USUAL, Math.floor(WORK / (runs * images))));
  const random = stream(0, "report", "images", dataset.name);
  const count = (weights: readonly (readonly number[])[]) =>
    known.predicted.map((own) =>
      own.map((run) => run && figuresOf(run, known.labels, weights, dataset, metric))
    );
  const seen = count(known.labels.map((labels) => labels.map(() => 1)));
  const drawn = Array.from({ length: resamples }, () => ({
    scores: count(known.labels.map((labels) => weightsOf(labels, random))),
    seed: random.integer(2 ** 31),
  }));
  return (["average", "worst"] as const).map((domain) => ({
    ...{ dataset, domain, metric, resamples, images },
    rows: known.methods.flatMap((method, i): ImageEffect[] => {
      const c = controls[i]!;
      if (c < 0 || c === i) return [];
      const differences = (scores: typeof seen) =>
        scores[i]!.map((own, s) => {
          const other = scores[c]![s] ?? null;
          return own === null || other === null ? null : own[domain] - other[domain];
        }).filter((value) => value !== null);
      const all = drawn.map(({ scores, seed }) => ({ values: differences(scores), seed }));
      const effect = effectOf(differences(seen), all, alpha);
      return effect === null ? [] : [{ method, control: known.methods[c]!, ...effect }];
    }),
  })).filter(({ rows }) => rows.length > 0);
}

/** Predictions of all runs on the same images; null where there are none, or too many. */
async function predictionsOf(folder: Folder, dataset: DatasetResults): Promise<Resampled | null> {
  const done = (run: Run | null) => run?.state.status === "done" ? run : null;
  const runs = dataset.methods.flatMap(({ runs }) => runs).flatMap((run) => done(run) ?? []);
  if (new Set(runs.map(({ digest }) => digest!.data.fingerprint)).size !== 1) return null;
  const images = dataset.data!.counts.test.flat().reduce((sum, count) => sum + count, 0);
  if (runs.length * images > MOST_PREDICTIONS) return null;
  let labels: Predicted | null = null;
  const predicted: (Predicted | null)[][] = [];
  for (const method of dataset.methods) {
    const own: (Predicted | null)[] = [];
    for (const run of method.runs) {
      const found = done(run) && await folder.predictions(run!.id).catch(() => null);
      labels ??= found && found.map((domain) => domain.labels);
      own.push(
        found && sameImages(found, labels!) ? found.map((domain) => domain.predicted) : null,
      );
    }
    predicted.push(own);
  }
  return labels === null ? null : { methods: dataset.methods, predicted, labels };
}

/** Whether predictions are of the images that others are of, by all that is known of these. */
function sameImages(found: readonly { labels: readonly number[] }[], labels: Predicted): boolean {
  return found.length === labels.length &&
    found.every((domain, d) =>
      domain.labels.length === labels[d]!.length &&
      domain.labels.every((label, i) => label === labels[d]![i])
    );
}

/** How often each image of a domain is drawn: as many of each class as there are. */
function weightsOf(labels: readonly number[], random: Random): number[] {
  const weights = new Array<number>(labels.length).fill(0);
  const cells = Map.groupBy(labels.keys(), (image) => labels[image]!);
  for (const cell of cells.values()) {
    for (let i = 0; i < cell.length; i++) weights[cell[random.integer(cell.length)]!]!++;
  }
  return weights;
}

/** A run's figure over weighted images. */
function figuresOf(
  run: Predicted,
  labels: Predicted,
  weights: readonly (readonly number[])[],
  { data }: DatasetResults,
  metric: Metric,
): { average: number; worst: number } | null {
  if (metric.needs !== "counts") return null;
  const inputs = run.map((predicted, d) =>
    weightedCounts(predicted, labels[d]!, weights[d]!, {
      train: data!.counts.train[d]!,
      shots: data!.shots,
    })
  );
  const pooled = metric.average === "pooled" && metric.pool ? metric.pool(inputs) : null;
  const domains = inputs.map((counts) => metric.compute(counts));
  const { average, worst } = summarize(metric, { domains, pooled });
  return average === null || worst === null ? null : { average, worst };
}

/** Counts of predictions, each as often as its weight; the whole matrix only where it is asked for. */
function weightedCounts(
  predicted: readonly number[],
  labels: readonly number[],
  weights: readonly number[],
  training: Pick<ClassCounts, "train" | "shots">,
): ClassCounts {
  const classes = training.train.length;
  const zeros = () => new Array<number>(classes).fill(0);
  const counts = { images: zeros(), predicted: zeros(), correct: zeros() };
  for (let i = 0; i < labels.length; i++) {
    const [truth, guess, weight] = [labels[i]!, predicted[i]!, weights[i]!];
    counts.images[truth]! += weight;
    counts.predicted[guess]! += weight;
    if (truth === guess) counts.correct[truth]! += weight;
  }
  return {
    ...counts,
    ...training,
    get confusion() {
      const rows = Array.from({ length: classes }, zeros);
      labels.forEach((truth, i) => rows[truth]![predicted[i]!]! += weights[i]!);
      return rows;
    },
  };
}

/**
 * A difference and its sources of chance. Of n seeds n − 1 are drawn, which makes the variance of
 * their mean that of n (Rao and Wu 1988).
 */
export function effectOf(
  seen: readonly number[],
  drawn: readonly { readonly values: readonly number[]; readonly seed: number }[],
  alpha: number,
): Omit<ImageEffect, "method" | "control"> | null {
  const seeds = seen.length;
  if (seeds === 0) return null;
  const difference = mean([...seen]);
  const byImages = sampleStandardDeviation(drawn.map(({ values }) => mean([...values])));
  if (seeds === 1) {
    const half = tUpperQuantile(alpha / 2, 1e6) * byImages;
    const interval = [difference - half, difference + half] as const;
    return { difference, seeds, bySeeds: null, byImages, interval, limit: "images (one seed)" };
  }
  const bySeeds = sampleStandardDeviation([...seen]) / Math.sqrt(seeds);
  const crossed = sampleStandardDeviation(drawn.map(({ values, seed }) => {
    const random = stream(seed, "seeds");
    let sum = 0;
    for (let i = 1; i < seeds; i++) sum += values[random.integer(seeds)]!;
    return sum / (seeds - 1);
  }));
  // What the crossed draws add to the seeds is known well; the part of the seeds from few values.
  const added = Math.max(byImages, Math.sqrt(Math.max(0, crossed ** 2 - bySeeds ** 2)));
  const half = Math.hypot(
    tUpperQuantile(alpha / 2, seeds - 1) * bySeeds,
    tUpperQuantile(alpha / 2, 1e6) * added,
  );
  return {
    ...{ difference, seeds, bySeeds, byImages },
    interval: [difference - half, difference + half],
    limit: bySeeds > CLEARLY * byImages
      ? "seeds"
      : byImages > CLEARLY * bySeeds
      ? "images"
      : "both",
  };
}
