/**
 * Unseen domains: the runs that leave out a domain, read by one of the field's three rules.
 *
 * A run records figures of the domain that it left out at every checkpoint; a rule says which
 * checkpoint counts. What comes of it is a store of its own, in which one run stands for all that
 * left out a domain with the same method and seed, and its domains are those that were left out: so
 * every table, test and chart of results can be made of it, and none mixes them with other runs.
 *
 * @module
 * @see Gulrajani and Lopez-Paz 2021, In Search of Lost Domain Generalization, section 3.
 */
import { mean, type Metric } from "../../metrics/mod.ts";
import { type MetricRule, ruleOf, worth } from "../../metrics/selection.ts";
import { selectionMetric } from "../../bench/plan/selection.ts";
import { leftOut, onAllDomains } from "../../bench/records/left_out.ts";
import type { RunSpec } from "../../bench/records/record.ts";
import { type Digest, type Run, type RunState, scoreKey, type Store } from "../folder.ts";
import { groupBy, networkOf, withoutSeed } from "./arrange.ts";

/** How the checkpoint is chosen whose figures in the unseen domain count. */
export interface UnseenRule {
  /** In names of files and on the command line. */
  readonly name: string;
  /** In headings. */
  readonly title: string;
  /** What is looked at, in the midst of a sentence. */
  readonly by: string;
  /** Whether it needs runs that leave out two domains. */
  readonly pairs?: true;
}

/** A rule at work. */
export interface ChoosingRule extends UnseenRule {
  /**
   * The step of the checkpoint that counts, of a run that leaves out one domain; `tested` for the
   * one that the run itself has chosen, and null where the runs that the rule needs are not there.
   *
   * @param pairs Finds the finished run that leaves out another domain too.
   */
  step(run: Run, rule: MetricRule, pairs: (other: string) => Run | null): number | "tested" | null;
}

/** The field's rules, the usual one first. */
export const UNSEEN_RULES: readonly ChoosingRule[] = [
  {
    name: "training-domain",
    title: "training-domain validation",
    by: "the validation images of the domains that were trained on",
    step: () => "tested",
  },
  {
    name: "oracle",
    title: "oracle",
    by: "the validation images of the unseen domain itself, which no fair rule may look at",
    step: (run, rule) => bestStep(worths(run, rule, 0)),
  },
  {
    name: "cross-validation",
    title: "leave-one-domain-out cross-validation",
    pairs: true,
    by: "the validation images of every other domain when it is left out too",
    step(run, rule, pairs) {
      const { data, unseen } = run.digest!;
      const target = unseen!.domains[0]!;
      const folds = data.domains.map((other) => {
        const pair = pairs(other);
        const place = pair?.digest?.unseen?.domains.findIndex((name) => name !== target) ?? -1;
        return pair === null || place < 0 ? null : worths(pair, rule, place);
      });
      if (folds.some((fold) => fold === null)) return null;
      const first = folds[0] ?? new Map<number, number>();
      const means = [...first.keys()].map((step): [number, number] => [
        step,
        mean(folds.map((fold) => fold!.get(step) ?? -Infinity))!,
      ]);
      return bestStep(new Map(means));
    },
  },
];

/** What each checkpoint of a run is worth by the validation images of an unseen domain, by step. */
function worths({ digest }: Run, rule: MetricRule, place: number): Map<number, number> {
  return new Map(digest!.unseen!.curve.map(({ step, validation }) => {
    const value = validation[rule.metric.name]?.[place] ?? null;
    return [step, worth(rule, { domains: [value], pooled: value })];
  }));
}

/** The first of the best steps; null without any. */
function bestStep(byStep: ReadonlyMap<number, number>): number | null {
  let best: readonly [step: number, value: number] | null = null;
  for (const [step, value] of byStep) if (best === null || value > best[1]) best = [step, value];
  return best && best[0];
}

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
  const step = rule.step(
    run,
    metricOf(run.spec, metrics),
    (other) =>
      pairs.find((pair) =>
        pair.state.status === "done" && settingsOf(pair) === settings &&
        leftOut(pair.spec).join("\n") === [domain, other].sort().join("\n")
      ) ?? null,
  );
  const { curve, tested } = digest.unseen;
  const point = step === "tested" ? tested : curve.find((point) => point.step === step) ?? null;
  if (point === null) return null;
  return {
    unseen: new Map(Object.entries(point.test).map(([metric, [value]]) => [metric, value ?? null])),
    seen: step === "tested"
      ? new Map(metrics.flatMap(({ name }) => {
        const value = digest.scores.get(scoreKey("average", name));
        return value === undefined ? [] : [[name, value] as const];
      }))
      : new Map(),
  };
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
