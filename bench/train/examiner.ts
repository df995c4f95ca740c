/**
 * What is measured of a run: of validation images at its checkpoints, of test images at its end.
 *
 * @module
 */
import {
  type Evaluation,
  type Metric,
  METRICS,
  type Predictions,
  type Shots,
} from "../../metrics/mod.ts";
import { type Rule, ruleOf } from "../../metrics/selection.ts";
import { looksAtTest } from "../plan/selection.ts";
import type {
  Confusion,
  CurvePoint,
  RecordedScores,
  RunRecord,
  RunSpec,
} from "../records/record.ts";
import { curveFigures, evaluate, type Predictor, scoresOf } from "./evaluation.ts";
import type { SeenDataset } from "./normalise.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { TrainOptions } from "./trainer.ts";

const NO_SHOTS: Shots = { many: 0, few: 0 };

/** What a checkpoint shows. */
export interface Checked {
  readonly validation: readonly Evaluation[];
  /** Null where test images are not looked at on the way. */
  readonly test: readonly Evaluation[] | null;
  /** The same, as a curve keeps it. */
  readonly figures: Pick<CurvePoint, "validation" | "test" | "unseen">;
}

/** What is kept of the checkpoint that is tested. */
export interface Kept {
  /** Counts of each domain's validation images. */
  readonly validation: readonly Confusion[];
  /** Validation metrics that do not follow from the counts. */
  readonly scores: RecordedScores;
}

/** What test images show. */
export interface Tested {
  readonly predictions: readonly Predictions[];
  readonly test: Pick<RunRecord["result"] & object, "test" | "calibration" | "unseen">;
  /** Test metrics that do not follow from the counts. */
  readonly scores: RecordedScores;
}

/** Measures one run with whatever weights its network has. */
export class Examiner {
  /** How the tested checkpoint is chosen. */
  readonly rule: Rule;
  readonly #metrics: readonly Metric[];
  /** What checkpoints measure. */
  readonly #traced: readonly Metric[];
  readonly #traceTest: boolean;
  readonly #dataset: SeenDataset;
  /** The domains that are not trained on, as a data set; null where there are none. */
  readonly #unseen: SeenDataset | null;
  readonly #shots: Shots;

  /** @param besides Metrics that checkpoints need besides those of the curves. */
  constructor(
    { training }: RunSpec,
    { dataset, unseen = [], metrics = METRICS, shots = NO_SHOTS }: TrainOptions,
    private readonly predictor: Predictor,
    private readonly stopwatch: Stopwatch,
    besides: readonly Metric[],
  ) {
    this.rule = ruleOf(training.selection, metrics);
    this.#metrics = metrics;
    const traced = metrics.filter((metric) => metric.headline || metric === this.rule?.metric);
    this.#traced = [...new Set([...traced, ...besides])];
    this.#traceTest = looksAtTest(training, this.rule);
    this.#dataset = dataset;
    this.#unseen = unseen.length === 0 ? null : { ...dataset, domains: unseen };
    this.#shots = shots;
  }

  /** Measures a checkpoint. */
  async check(): Promise<Checked> {
    const validation = await this.validate();
    const test = this.#traceTest ? (await this.#evaluate("test", this.#traced)).evaluations : null;
    return {
      validation,
      test,
      figures: {
        validation: curveFigures(this.#traced, validation),
        ...(test && { test: curveFigures(this.#traced, test) }),
        ...await this.#leftOut(),
      },
    };
  }

  /** Measures validation images. */
  async validate(): Promise<readonly Evaluation[]> {
    return (await this.#evaluate("validation", this.#traced)).evaluations;
  }

  /** What is kept of validation images where their checkpoint is the one that is tested. */
  keep(validation: readonly Evaluation[]): Kept {
    const others = this.#traced.filter(({ needs }) => needs !== "counts");
    return {
      validation: validation.map(({ counts }) => counts.confusion),
      scores: scoresOf(others, validation),
    };
  }

  /** Measures test images by every metric. */
  async test(): Promise<Tested> {
    const { predictions, evaluations } = await this.#evaluate("test", this.#metrics);
    const others = this.#metrics.filter(({ needs }) => needs === "probabilities");
    return {
      predictions,
      test: {
        test: evaluations.map(({ counts }) => counts.confusion),
        calibration: evaluations.map(({ confidence }) => confidence),
        ...await this.#leftOut(),
      },
      scores: scoresOf(others, evaluations),
    };
  }

  #evaluate(split: "validation" | "test", metrics: readonly Metric[]) {
    const options = { metrics, shots: this.#shots };
    return this.stopwatch.time(
      "evaluation",
      () => evaluate(this.#dataset, split, this.predictor, options),
    );
  }

  /** Every metric in the domains that are not trained on; nothing where there are none. */
  async #leftOut(): Promise<Pick<CurvePoint, "unseen">> {
    const dataset = this.#unseen;
    if (dataset === null) return {};
    const options = { metrics: this.#metrics, shots: this.#shots, unseen: true };
    const figuresOf = async (split: "validation" | "test") => {
      const { evaluations } = await this.stopwatch.time(
        "evaluation",
        () => evaluate(dataset, split, this.predictor, options),
      );
      return curveFigures(this.#metrics, evaluations);
    };
    return { unseen: { validation: await figuresOf("validation"), test: await figuresOf("test") } };
  }
}
