/**
 * Choosing by a metric: which checkpoint of a run is tested, and which setting of a search is best.
 *
 * @module
 */
import { type Evaluation, measure, type Metric, METRICS } from "../../metrics/mod.ts";
import { DEFAULT_RULE, type Rule, ruleOf, worth } from "../../metrics/selection.ts";
import { evaluations } from "../records/figures.ts";
import type { RunRecord, SelectionRule, TrainingSettings } from "../records/record.ts";

/** Whether a run looks at test images at its checkpoints. */
export function looksAtTest({ traceTest }: TrainingSettings, rule: Rule): boolean {
  return traceTest === true || rule?.split === "test";
}

/** A checkpoint, as the rules see it. */
export interface Candidate {
  readonly step: number;
  readonly validation: readonly Evaluation[];
  /** Null where test images are not looked at. */
  readonly test: readonly Evaluation[] | null;
}

/** What a checkpoint is worth by a rule; the highest wins, the first one on ties. */
export function score(rule: Rule, candidate: Candidate): number {
  if (rule === null) return candidate.step;
  return worth(rule, measure(rule.metric, candidate[rule.split]!));
}

/** A setting of a search, tried with one seed. */
export interface Trial {
  /** The setting's number. */
  readonly trial: number;
  /** What it is worth by validation. */
  readonly worth: number;
}

/** Trials from the best to the worst; of equals the highest number goes first, as in MDLT. */
export function byScore<T extends Trial>(trials: readonly T[]): T[] {
  return [...trials].sort((a, b) => b.worth - a.worth || b.trial - a.trial);
}

/** What a setting is judged by: the rule that chose the checkpoint, where it looks at figures. */
export function selectionMetric(rule: SelectionRule): SelectionRule {
  return rule === "last" ? DEFAULT_RULE : rule;
}

/** What a finished run is worth by a rule; null when it has no result that counts. */
export function scoreOf(
  record: RunRecord,
  name: SelectionRule,
  metrics: readonly Metric[] = METRICS,
): number | null {
  const { outcome, result } = record;
  if (outcome.status !== "done" || result === null) return null;
  const rule = ruleOf(name, metrics);
  if (rule === null) return result.step;
  const { metric, split } = rule;
  return worth(
    rule,
    result.scores?.[split]?.[metric.name] ?? measure(metric, evaluations(record, split)),
  );
}
