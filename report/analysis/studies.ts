/**
 * The runs of a study as a reader thinks of them: data sets, settings, seeds.
 *
 * @module
 */
import type { Study } from "../../bench/records/record.ts";
import { groupBy } from "./arrange.ts";
import { type Digest, type Run, scoreKey, type Store } from "../folder.ts";

/** What is shown of a run: validation for choosing, test for what was chosen. */
export type Measure = {
  readonly split: "validation" | "test";
  readonly domain: "average" | "worst";
};

/** A setting and its runs, one a seed. */
export interface StudiedSetting<S extends Study = Study> {
  readonly study: S;
  readonly runs: readonly Run[];
}

/** A study on one data set, settings in the order of the plan. */
export interface StudyResults<S extends Study = Study> {
  readonly dataset: string;
  readonly title: string;
  readonly kind: S["kind"];
  readonly settings: readonly StudiedSetting<S>[];
}

/** The studies of a store, in the manifest's order. */
export function studies(store: Store): StudyResults[] {
  const studied = store.runs.filter((run) => run.study !== null);
  return [...groupBy(studied, ({ spec, study }) => `${spec.dataset.name} ${study!.kind}`).values()]
    .map((runs) => ({
      dataset: runs[0]!.spec.dataset.name,
      title: runs.find((run) => run.digest)?.digest?.data.title ?? runs[0]!.spec.dataset.name,
      kind: runs[0]!.study!.kind,
      settings: [...groupBy(runs, (run) => run.name).values()].map((runs) => ({
        study: runs[0]!.study!,
        runs,
      })),
    }));
}

/** Whether a study is of that kind. */
export function isKind<K extends Study["kind"]>(
  results: StudyResults,
  kind: K,
): results is StudyResults<Extract<Study, { kind: K }>> {
  return results.kind === kind;
}

/** Macro-F1 of each seed, as a fraction; null where a run has no result. */
export function f1(runs: readonly Run[], { split, domain }: Measure): (number | null)[] {
  return runs.map(({ digest, state }) =>
    digest === null || state.status !== "done" ? null : ofDigest(digest, split, domain)
  );
}

function ofDigest(digest: Digest, split: Measure["split"], domain: Measure["domain"]) {
  const found = split === "test"
    ? digest.scores.get(scoreKey(domain, "macro_f1"))
    : digest.validationF1.get(domain);
  return found ?? null;
}

/** A mean over seeds at one checkpoint. */
export interface CurveRow {
  readonly step: number;
  readonly losses: readonly (number | null)[];
  /** Validation macro-F1, average over domains. */
  readonly f1: readonly (number | null)[];
}

/** The training curve of a setting over its finished seeds. */
export function curve(runs: readonly Run[]): CurveRow[] {
  const points = runs.flatMap(({ digest, state }) => state.status === "done" ? digest!.curve : []);
  return [...Map.groupBy(points, ({ step }) => step)]
    .sort(([a], [b]) => a - b)
    .map(([step, at]) => ({
      step,
      losses: at.map(({ loss }) => loss),
      f1: at.map(({ macroF1 }) => macroF1),
    }));
}
