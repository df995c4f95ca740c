/**
 * What one run has left in its folder, whoever wrote it.
 *
 * @module
 */
import { z } from "zod";
import { known, mean, measure, type Metric, PRIMARY, summarize } from "../metrics/mod.ts";
import { readIfThere } from "../base/files.ts";
import { divergence } from "../bench/records/outcome.ts";
import { evaluations } from "../bench/records/figures.ts";
import { type Folder, StoreError } from "../bench/records/folder.ts";
import { bestOf, type Glimpse, glimpses, lookedAt } from "../bench/records/progress.ts";
import type { RunRecord, RunSpec } from "../bench/records/record.ts";
import { findInside, MOST_BYTES } from "./inside.ts";
import type { RunState } from "./state.ts";

/** A run as it was last seen. */
export interface Look
  extends Pick<RunState, "step" | "steps" | "loss" | "best" | "figure" | "reason"> {
  readonly status: Exclude<RunState["status"], "quiet">;
  /** Seconds of an update, as far as that is known. */
  readonly pace: number | null;
  readonly curve: readonly Glimpse[];
  /** When it last gave a sign, in milliseconds; null where it is not at work. */
  readonly sign: number | null;
}

/** A run of which nothing is there. */
export const WAITING: Look = {
  ...{ status: "waiting", step: 0, steps: 0, loss: null, best: null, figure: null },
  ...{ reason: null, pace: null, curve: [], sign: null },
};

const count = z.number().int().min(0);
const GLIMPSE = z.object({
  step: count,
  loss: z.number().nullable(),
  value: z.number().nullable(),
});
const PROGRESS = z.object({
  step: count,
  steps: count,
  loss: z.number().nullable(),
  metric: z.string(),
  curve: z.array(GLIMPSE).max(1000),
  at: z.iso.datetime(),
  from: z.object({ step: count, at: z.iso.datetime() }),
  stopped: z.literal(true).optional(),
});

/** Looks at a run of a folder; nothing that lies there makes it fail. */
export async function lookAt(folder: Folder, id: string, spec: RunSpec): Promise<Look> {
  const find = async (name: string) => {
    const found = await findInside(folder.folder, "runs", id, name);
    return found?.isFile && found.size <= MOST_BYTES ? found : null;
  };
  const { metric } = lookedAt(spec.training.selection);
  const { steps } = spec.training;
  const waiting = { ...WAITING, steps };
  if (await find("record.json") !== null) {
    return await guarded(waiting, "not a record", async () => {
      const record = await folder.record(id);
      return record === null ? waiting : ended(record, metric);
    });
  }
  const file = await find("progress.json");
  const progress = file === null || file.size > 2 ** 20 ? null : await readProgress(file.path);
  if (await find("failure.json") !== null) {
    const failed = await guarded(waiting, "its failure.json cannot be read", async () => {
      const failure = await folder.failure(id);
      // It is being tried again where it has given a sign since.
      if (failure === null || (progress && progress.at > failure.at)) return waiting;
      const step = progress?.step ?? 0;
      return { ...waiting, status: "failed" as const, reason: failure.error, step };
    });
    if (failed.status === "failed") return failed;
  }
  return progress === null ? waiting : atWork(progress, metric);
}

/** A look that a spoilt file turns into a failure. */
async function guarded(run: Look, what: string, look: () => Promise<Look>): Promise<Look> {
  try {
    return await look();
  } catch (error) {
    const why = error instanceof StoreError ? error.why : "it cannot be read";
    return { ...run, status: "failed", reason: `${what}: ${why}` };
  }
}

async function readProgress(path: string): Promise<z.infer<typeof PROGRESS> | null> {
  try {
    return PROGRESS.parse(JSON.parse(await readIfThere(path) ?? ""));
  } catch {
    return null; // of another version, or spoilt: as good as none
  }
}

function atWork(progress: z.infer<typeof PROGRESS>, metric: Metric): Look {
  const { step, steps, loss, curve, at, from, stopped } = progress;
  const seconds = (Date.parse(at) - Date.parse(from.at)) / 1000;
  const pace = step > from.step && seconds > 0 ? seconds / (step - from.step) : null;
  const known = metric.name === progress.metric;
  const best = known ? bestOf(curve, metric)?.value ?? null : null;
  return {
    ...{ status: stopped ? "stopped" : "running", step, steps, loss, curve, pace },
    ...{ best: shown(best, metric), figure: null, reason: null, sign: Date.parse(at) },
  };
}

function ended(record: RunRecord, metric: Metric): Look {
  const { spec, outcome, timing } = record;
  const curve = glimpses(record.curve, lookedAt(spec.training.selection));
  const diverged = outcome.status === "diverged";
  const { steps } = spec.training;
  const step = diverged ? outcome.step : steps;
  return {
    ...{ status: outcome.status, step, steps, curve, loss: curve.at(-1)?.loss ?? null },
    best: shown(bestOf(curve, metric)?.value ?? null, metric),
    figure: diverged ? null : shown(testFigure(record), PRIMARY),
    reason: diverged ? divergence(outcome) : null,
    pace: record.origin === undefined && step > 0 ? timing.seconds / step : null,
    sign: null,
  };
}

/** The figure of a run's test images; of the domains that it was not trained on, where there are any. */
function testFigure(record: RunRecord): number | null {
  const { result } = record;
  if (result === null) return null;
  const unseen = result.unseen?.test[PRIMARY.name];
  if (unseen !== undefined) return mean(known(unseen));
  const measured = result.scores?.test?.[PRIMARY.name] ??
    measure(PRIMARY, evaluations(record, "test"));
  return measured && summarize(PRIMARY, measured).average;
}

/** A figure as it is shown. */
export function shown(value: number | null, { scale }: Metric): string | null {
  if (value === null || !Number.isFinite(value)) return null;
  return (scale.factor * value).toFixed(scale.decimals);
}
