/**
 * The field's rules by which a checkpoint, or a setting of a search, is chosen for an unseen domain.
 *
 * @module
 * @see Gulrajani and Lopez-Paz 2021, In Search of Lost Domain Generalization, section 3.
 */
import { mean } from "../../metrics/mod.ts";
import { type MetricRule, worth } from "../../metrics/selection.ts";
import type { CurveFigures, RunRecord } from "../records/record.ts";

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

/** What a rule sees of a run: validation figures of the domains that it left out. */
export interface UnseenCurve {
  /** The domains that it was trained on. */
  readonly seen: readonly string[];
  /** Those that it left out, in the order of the figures. */
  readonly unseen: readonly string[];
  /** Checkpoints, in order. */
  readonly curve: readonly { readonly step: number; readonly validation: CurveFigures }[];
  /** Whether the tested weights are an average over the training, which is the method's own choice. */
  readonly averaged: boolean;
}

/** A checkpoint and what it is worth by a rule. */
export interface ChosenStep {
  readonly step: number;
  readonly worth: number;
}

/** A rule at work. */
export interface ChoosingRule extends UnseenRule {
  /**
   * The checkpoint of a run that leaves out one domain; `tested` for the one that the run itself has
   * chosen, null where the runs that the rule needs are not there.
   *
   * @param pairs Finds the finished run that leaves out another domain too.
   */
  choose(
    run: UnseenCurve,
    rule: MetricRule,
    pairs: (other: string) => UnseenCurve | null,
  ): ChosenStep | "tested" | null;
}

/** The field's rules, the usual one first. */
export const UNSEEN_RULES: readonly ChoosingRule[] = [
  {
    name: "training-domain",
    title: "training-domain validation",
    by: "the validation images of the domains that were trained on",
    choose: () => "tested",
  },
  {
    name: "oracle",
    title: "oracle",
    by: "the validation images of the unseen domain itself, which no fair rule may look at",
    choose: (run, rule) => run.averaged ? "tested" : bestOf(worths(run, rule, run.unseen[0]!)),
  },
  {
    name: "cross-validation",
    title: "leave-one-domain-out cross-validation",
    by: "the validation images of every other domain when it is left out too",
    pairs: true,
    choose(run, rule, pairs) {
      if (run.averaged) return "tested";
      const folds = run.seen.map((other) => {
        const pair = pairs(other);
        return pair && worths(pair, rule, other);
      });
      const [first, ...rest] = folds;
      if (!first || rest.some((fold) => fold === null)) return null;
      return bestOf([...first].map(([step, value]) => {
        const all = [value, ...rest.map((fold) => fold!.get(step) ?? -Number.MAX_VALUE)];
        return [step, mean(all)!];
      }));
    },
  },
];

/** What a rule sees of a record. */
export function unseenCurve({ data, curve, result }: RunRecord): UnseenCurve {
  return {
    seen: data.domains,
    unseen: data.unseen?.domains ?? [],
    curve: curve.flatMap(({ step, unseen }) => unseen ? [{ step, ...unseen }] : []),
    averaged: result?.averaged !== undefined,
  };
}

/** What each checkpoint of a run is worth by the validation images of an unseen domain, by step. */
function worths(run: UnseenCurve, rule: MetricRule, domain: string): Map<number, number> {
  const place = run.unseen.indexOf(domain);
  return new Map(run.curve.map(({ step, validation }) => {
    const value = validation[rule.metric.name]?.[place] ?? null;
    return [step, worth(rule, { domains: [value], pooled: value })];
  }));
}

/** The first of the best; null without any. */
function bestOf(byStep: Iterable<readonly [step: number, worth: number]>): ChosenStep | null {
  let best: ChosenStep | null = null;
  for (const [step, value] of byStep) {
    if (best === null || value > best.worth) best = { step, worth: value };
  }
  return best;
}
