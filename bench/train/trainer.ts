/**
 * One run: train, validate at each checkpoint, test once with the best weights.
 *
 * @module
 */
import type { Metric, Shots } from "../../metrics/mod.ts";
import type { Domain } from "../../datasets/dataset.ts";
import type { Progress } from "../records/progress.ts";
import type { RunSpec } from "../records/record.ts";
import type { PrepareOptions } from "./prepare.ts";
import { Run, type RunState, type TrainResult } from "./run.ts";

export type { RunState, TrainResult } from "./run.ts";
export type { Seconds } from "./stopwatch.ts";

/** What a run is given besides its spec. */
export interface TrainOptions extends PrepareOptions {
  /** What is measured; every metric of the suite when left out. */
  readonly metrics?: readonly Metric[];
  /** Domains that are not trained on, and looked at in every checkpoint; none when left out. */
  readonly unseen?: readonly Domain[];
  /** The data set's thresholds of shot groups. */
  readonly shots?: Shots;
  /** Where to continue a run of the same spec; its tensors stay the caller's. */
  readonly resume?: RunState | undefined;
  /**
   * Called after every step. `state` gives all from which the run would continue now; its tensors
   * are the caller's; `look` tells how it is doing. The run is broken off when this throws.
   */
  readonly onStep?: (
    done: number,
    total: number,
    state: () => RunState,
    look: () => Progress,
  ) => void | Promise<void>;
}

/**
 * Trains one run from its spec.
 *
 * @throws {DataError} When a domain has no training image or an image cannot be read.
 */
export async function train(spec: RunSpec, options: TrainOptions): Promise<TrainResult> {
  const run = new Run(spec, options);
  try {
    // A run of no steps is its evaluation.
    if (run.steps === 0) await run.checkpoint();
    while (run.done < run.steps && !run.diverged) {
      await run.step();
      if (!run.diverged && run.atCheckpoint) await run.checkpoint();
      if (run.diverged) break;
      await options.onStep?.(run.done, run.steps, () => run.state(), () => run.look());
    }
    return await run.test();
  } catch (error) {
    run.abandon();
    throw error;
  } finally {
    run.dispose();
  }
}
