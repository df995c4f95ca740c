/**
 * Selection rules: a checkpoint or a setting is chosen by any metric, on validation images.
 *
 * @module
 */
import { hyphenated, notFoundMessage, UsageError } from "../base/errors.ts";
import { type Measured, summarize } from "./measure.ts";
import type { Metric } from "./metric.ts";
import { METRICS, PRIMARY } from "./mod.ts";

/** A rule that looks at a metric. */
export interface MetricRule {
  /** What is looked at. */
  readonly metric: Metric;
  /** On which images. */
  readonly split: "validation" | "test";
  /** Over domains. */
  readonly summary: "average" | "worst";
}

/** What a rule looks at; null for the last checkpoint. */
export type Rule = MetricRule | null;

/** The usual rule. */
export const DEFAULT_RULE = `validation-${hyphenated(PRIMARY.name)}`;

/** What rules of any metric look at. */
const PREFIXES = {
  "validation-": { split: "validation", summary: "average" },
  "validation-worst-": { split: "validation", summary: "worst" },
  "oracle-test-": { split: "test", summary: "average" },
} as const;

/** Every rule that some metrics give, by name, the usual one first. */
function rulesOf(metrics: readonly Metric[]): Map<string, Rule> {
  const rules = metrics.flatMap((metric) =>
    [metric.name, ...metric.aliases ?? []].flatMap((name) =>
      Object.entries(PREFIXES).map(([prefix, looksAt]): [string, Rule] => [
        prefix + hyphenated(name),
        { metric, ...looksAt },
      ])
    )
  );
  const usual = rules.filter(([name]) => name === DEFAULT_RULE);
  const byName = new Map<string, Rule>();
  for (const [name, rule] of [...usual, ...rules, ["last", null] as const]) {
    if (!byName.has(name)) byName.set(name, rule); // a further metric changes no rule
  }
  return byName;
}

/** The names of every rule. */
export function selectionRules(metrics: readonly Metric[] = METRICS): string[] {
  return [...rulesOf(metrics).keys()];
}

/**
 * What a rule looks at.
 *
 * @throws {UsageError} When there is no such rule.
 */
export function ruleOf(name: string, metrics: readonly Metric[] = METRICS): Rule {
  const rules = rulesOf(metrics);
  const rule = rules.get(name);
  if (rule === undefined) {
    const ofPrimary = Object.keys(PREFIXES).map((prefix) => prefix + hyphenated(PRIMARY.name));
    const others = metrics.filter((metric) => metric !== PRIMARY);
    const names = others.map((metric) => hyphenated(metric.name)).join(", ");
    const listed = [...ofPrimary, "last", `and the first three with another metric: ${names}`];
    throw new UsageError(notFoundMessage("selection rule", name, [...rules.keys()], listed));
  }
  return rule;
}

/** A rule in the midst of a sentence; its name where no metric gives it. */
export function describeRule(name: string, metrics: readonly Metric[] = METRICS): string {
  const rule = rulesOf(metrics).get(name);
  if (rule === undefined) return name;
  if (rule === null) return "the last update";
  const what = `the ${rule.metric.better === "max" ? "highest" : "lowest"} ${rule.metric.title} on`;
  if (rule.split === "test") {
    return `an oracle: ${what} the test images themselves, which no fair rule may look at`;
  }
  const domains = rule.summary === "worst" ? " of the worst domain" : ", averaged over domains";
  return `${what} validation images${domains}`;
}

/** What a metric is worth by a rule: more is better, and what has no value is worth least. */
export function worth({ metric, summary }: MetricRule, measured: Measured | null): number {
  const value = measured && summarize(metric, measured)[summary];
  if (value === null) return -Number.MAX_VALUE; // a number that JSON can hold
  return metric.better === "max" ? value : -value;
}
