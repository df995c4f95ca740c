/**
 * The record of a run that was trained here.
 *
 * @module
 */
import { find } from "../../base/errors.ts";
import { readSystemFile } from "../../base/system_files.ts";
import {
  classCounts,
  type Dataset,
  type DatasetDefinition,
  type Domain,
  type SplitName,
} from "../../datasets/dataset.ts";
import type { Method } from "../../methods/method.ts";
import type { Catalogue } from "../catalogue.ts";
import type { TrainResult } from "../train/trainer.ts";
import type { RunRecord, RunSpec, SourceHashes } from "./record.ts";
import { runName } from "./run_id.ts";

/** What a run was, and what came of it. */
export interface TrainedRun {
  readonly id: string;
  readonly spec: RunSpec;
  readonly catalogue: Catalogue;
  readonly definition: DatasetDefinition;
  readonly dataset: Dataset;
  /** Domains that it was not trained on. */
  readonly unseen: readonly Domain[];
  readonly result: Pick<TrainResult, "outcome" | "curve" | "result" | "seconds">;
  readonly startedAt: Date;
  readonly sources: SourceHashes;
  readonly environment: RunRecord["environment"];
  /** What the run alone cost its process, as far as that is known. */
  readonly cost?: Pick<RunRecord["timing"], "memoryAbove" | "runsBefore">;
}

/** The record of a run. */
export async function recordOf(run: TrainedRun): Promise<RunRecord> {
  const { id, spec, environment, catalogue: { methods, plugins } } = run;
  const { outcome, curve, result, seconds } = run.result;
  return {
    id,
    spec,
    name: runName(spec, methods), // whatever it is called in the study that asked for it
    outcome,
    curve,
    result,
    data: aboutData(run),
    method: aboutMethods(spec, methods),
    environment,
    sources: run.sources,
    ...(plugins.length > 0 && { plugins }),
    timing: {
      startedAt: run.startedAt.toISOString(),
      seconds: seconds.total,
      trainingSeconds: seconds.training,
      evaluationSeconds: seconds.evaluation,
      dataSeconds: seconds.data,
      peakMemory: await peakMemory(),
      ...run.cost,
    },
  };
}

/** Domains, classes and counts of the images that the run had. */
export function aboutData(
  { definition, dataset, unseen }: Pick<TrainedRun, "definition" | "dataset" | "unseen">,
): RunRecord["data"] {
  return {
    title: definition.title,
    ...aboutDomains(dataset.domains, dataset.classes.length),
    classes: dataset.classes,
    shots: definition.shots,
    fingerprint: dataset.fingerprint,
    ...(unseen.length > 0 && { unseen: aboutDomains(unseen, dataset.classes.length) }),
  };
}

function aboutDomains(domains: readonly Domain[], classes: number) {
  const counts = (split: SplitName) =>
    domains.map((domain) => classCounts(domain[split].labels, classes));
  return {
    domains: domains.map(({ name }) => name),
    counts: { train: counts("train"), validation: counts("validation"), test: counts("test") },
  };
}

/**
 * Title, family and source for tables. A second stage that was put after another first stage than
 * its own belongs to the first one's family: it is a variant of that method.
 */
function aboutMethods(spec: RunSpec, methods: readonly Method[]): RunRecord["method"] {
  const { title, family, citation, stage1 } = find("method", spec.method.name, methods);
  if (spec.stage1 === null || runName(spec.stage1, methods) === stage1) {
    return { title, family, source: citation };
  }
  const first = aboutMethods(spec.stage1, methods);
  return {
    title: `${first.title} + ${title}`,
    family: first.family,
    source: `${first.source}; ${citation}`,
  };
}

/** Largest resident memory of this process so far, bytes; the present one where that is not known. */
async function peakMemory(): Promise<number> {
  const status = await readSystemFile("/proc/self/status") ?? "";
  const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(status) ?? [];
  return kilobytes === undefined ? Deno.memoryUsage().rss : Number(kilobytes) * 1024;
}
