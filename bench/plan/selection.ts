/**
 * Choosing hyperparameters: which setting of a search is best by validation.
 *
 * @module
 */
import { score } from "../train/evaluation.ts";
import type { RunRecord, SelectionRule } from "../records/record.ts";

/** A setting of a search, tried with one seed. */
export interface Trial {
  /** The setting's number. */
  readonly hparamsSeed: number;
  /** What it is worth by validation. */
  readonly worth: number;
}

/** Trials from the best to the worst; of equals the highest number goes first, as in MDLT. */
export function byScore<T extends Trial>(trials: readonly T[]): T[] {
  return [...trials].sort((a, b) => b.worth - a.worth || b.hparamsSeed - a.hparamsSeed);
}

/** What a setting is judged by: the rule that chose the checkpoint, where it looks at figures. */
export function selectionMetric(rule: SelectionRule): SelectionRule {
  return rule === "last" ? "validation-macro-f1" : rule;
}

/** What a finished run is worth by a rule; null when it has no result that counts. */
export function scoreOf(record: RunRecord, rule: SelectionRule): number | null {
  if (record.outcome.status !== "done" || record.result === null) return null;
  return score(rule, record.result);
}
