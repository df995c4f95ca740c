/**
 * Unseen domains: the runs that leave out a domain, read by one of the field's three rules.
 *
 * A run records figures of the domain that it left out at every checkpoint; a rule says which
 * checkpoint counts. What comes of it is a store of its own, in which one run stands for all that
 * left out a domain with the same method and seed, and its domains are those that were left out: so
 * every table, test and chart of results can be made of it, and none mixes them with other runs.
 *
 * @module
 */
import { mean, type Metric } from "../../metrics/mod.ts";
import { type MetricRule, ruleOf } from "../../metrics/selection.ts";
import { selectionMetric } from "../../bench/plan/selection.ts";
import { type ChoosingRule, UNSEEN_RULES, type UnseenCurve } from "../../bench/plan/unseen.ts";
import { leftOut, onAllDomains } from "../../bench/records/left_out.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { type Digest, scoreKey } from "../digest.ts";
import type { Run, RunState, Store } from "../folder.ts";
import { groupBy, networkOf, withoutSeed } from "./arrange.ts";

/** Where in {@linkcode Digest.scores} of an unseen store the figures in the domains trained on are. */
export const SEEN = "trained on";

/** The runs that leave out a domain, as a store of results in unseen domains by a rule. */
export function unseenStore(
  { unseen, ...store }: Store,
  rule: ChoosingRule,
  metrics: readonly Metric[],
): Store {
  const runs = [...groupBy(unseen, cellOf).values()].flatMap((runs) => {
    const single = runs.filter(({ spec }) => leftOut(spec).length === 1);
    // A domain's runs of one cell are one, unless settings differ; tuned ones differ by domain.
    const perDomain = [...groupBy(single, ({ spec }) => leftOut(spec)[0]!).values()];
    const variants = perDomain.every(({ length }) => length === 1)
      ? [single]
      : [...groupBy(single, settingsOf).values()];
    return variants.flatMap((variant) =>
      variant.length === 0 ? [] : [{ variant, pairs: runs.filter((run) => !single.includes(run)) }]
    );
  });
  const targets = groupBy(
    runs.flatMap(({ variant }) => variant),
    (run) => JSON.stringify([run.spec.dataset.name, run.apart]),
  );
  return {
    ...store,
    unseen: [],
    runs: runs.map(({ variant, pairs }) => {
      const { spec, apart } = variant[0]!;
      const own = targets.get(JSON.stringify([spec.dataset.name, apart]))!;
      const domains = [...new Set(own.map((run) => leftOut(run.spec)[0]!))].sort();
      return merged(variant, pairs, domains, rule, metrics);
    }),
  };
}

/** What the runs have in common that make up one cell of the tables. */
function cellOf({ spec, name, apart, study }: Run): string {
  return JSON.stringify([spec.dataset.name, apart, name, networkOf({ spec }), study, spec.seed]);
}

/** All of a specification but the domains left out and the seed. */
function settingsOf({ spec }: Pick<Run, "spec">): string {
  return JSON.stringify(withoutSeed(onAllDomains(spec)));
}

/** The runs of one cell as one. */
function merged(
  runs: readonly Run[],
  pairs: readonly Run[],
  domains: readonly string[],
  rule: ChoosingRule,
  metrics: readonly Metric[],
): Run {
  const first = runs[0]!;
  const found = domains.map((domain) => {
    const run = runs.find(({ spec }) => leftOut(spec)[0] === domain);
    return run === undefined ? null : figuresOf(run, domain, pairs, rule, metrics);
  });
  const lacking = runs.find(({ state }) => state.status !== "done");
  const whole = found.every((figures) => figures !== null);
  const state: RunState = lacking?.state ?? (whole ? { status: "done" } : { status: "missing" });
  const digests = runs.flatMap(({ digest }) => digest ?? []);
  return {
    ...first,
    spec: onAllDomains(first.spec),
    selectedBy: `the ${metricOf(first.spec, metrics).metric.title} on ${rule.by}`,
    apart: [...(first.apart === null ? [] : [first.apart]), `unseen, ${rule.title}`].join(", "),
    state,
    digest: digests.length === 0 ? null : digestOf(digests, domains, whole ? found : [], metrics),
    seconds: null,
  };
}

/** The figures of one domain, and those of the domains trained on, by metric. */
interface DomainFigures {
  readonly unseen: ReadonlyMap<string, number | null>;
  readonly seen: ReadonlyMap<string, number>;
}

function figuresOf(
  run: Run,
  domain: string,
  pairs: readonly Run[],
  rule: ChoosingRule,
  metrics: readonly Metric[],
): DomainFigures | null {
  const { digest } = run;
  if (run.state.status !== "done" || !digest?.unseen) return null;
  const settings = settingsOf(run);
  const pairWith = (other: string) => {
    const pair = pairs.find((pair) =>
      pair.state.status === "done" && settingsOf(pair) === settings &&
      leftOut(pair.spec).join("\n") === [domain, other].sort().join("\n")
    );
    return pair?.digest ? curveOf(pair.digest) : null;
  };
  const chosen = rule.choose(curveOf(digest), metricOf(run.spec, metrics), pairWith);
  if (chosen === null) return null;
  const { curve, tested } = digest.unseen;
  const point = chosen === "tested" ? tested : curve.find(({ step }) => step === chosen.step);
  if (!point) return null;
  return {
    unseen: new Map(Object.entries(point.test).map(([metric, [value]]) => [metric, value ?? null])),
    // Only the run's own choice was tested in the domains that it was trained on.
    seen: rule === UNSEEN_RULES[0]
      ? new Map(metrics.flatMap(({ name }) => {
        const value = digest.scores.get(scoreKey("average", name));
        return value === undefined ? [] : [[name, value] as const];
      }))
      : new Map(),
  };
}

/** What a rule sees of a run. */
function curveOf({ data, unseen }: Digest): UnseenCurve {
  const { domains, curve, averaged } = unseen!;
  return { seen: data.domains, unseen: domains, curve, averaged };
}

/** The metric that a run's checkpoints are chosen by, of one domain. */
function metricOf({ training }: RunSpec, metrics: readonly Metric[]): MetricRule {
  const { metric } = ruleOf(selectionMetric(training.selection), metrics)!;
  return { metric, split: "validation", summary: "average" };
}

/** What is known of merged runs: figures by domain that was left out, their mean and their worst. */
function digestOf(
  digests: readonly Digest[],
  domains: readonly string[],
  found: readonly (DomainFigures | null)[],
  metrics: readonly Metric[],
): Digest {
  const first = digests[0]!;
  const scores = new Map<string, number>();
  for (const { name, better } of metrics) {
    const values = found.map((figures) => figures!.unseen.get(name) ?? null);
    const known = values.filter((value) => value !== null);
    values.forEach((value, d) => {
      if (value !== null) scores.set(scoreKey(domains[d]!, name), value);
    });
    const seen = found.flatMap((figures) => figures!.seen.get(name) ?? []);
    if (seen.length > 0 && seen.length === domains.length) {
      scores.set(scoreKey(SEEN, name), mean(seen)!);
    }
    if (known.length === 0 || known.length < domains.length) continue;
    scores.set(scoreKey("average", name), mean(known)!);
    const worst = better === "max" ? Math.min(...known) : Math.max(...known);
    scores.set(scoreKey("worst", name), worst);
  }
  const lacking = digests.find(({ learned }) => !learned.learned);
  return {
    ...first,
    data: dataOf(digests, domains),
    figures: [],
    scores,
    validation: new Map(),
    classF1: [],
    confusions: [],
    calibration: null,
    curve: [],
    selectedStep: null,
    learned: lacking?.learned ?? first.learned,
    lastGain: digests.find(({ lastGain }) => lastGain.rising)?.lastGain ?? first.lastGain,
  };
}

/** The data of the domains that were left out. */
function dataOf(digests: readonly Digest[], domains: readonly string[]): Digest["data"] {
  const { data } = digests[0]!;
  const own = (split: keyof Digest["data"]["counts"]) =>
    domains.map((domain) => {
      const unseen = digests.find((digest) => digest.unseen?.domains[0] === domain)?.unseen;
      return unseen?.counts[split][0] ?? data.classes.map(() => 0);
    });
  const counts = { train: own("train"), validation: own("validation"), test: own("test") };
  return { ...data, domains, counts };
}
