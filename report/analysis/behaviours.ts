/**
 * The six behaviours that the proposed method's paper reports, asked of the records.
 *
 * Every rule and threshold stands here and was set before test figures were seen.
 *
 * @module
 */
import { join } from "node:path";
import { mean, median, sampleRankCorrelation } from "simple-statistics";
import { decodeArrays } from "../../base/safetensors_format.ts";
import { type DatasetResults, estimate, scores } from "./arrange.ts";
import { scoreKey } from "../folder.ts";
import { curve, f1, isKind, type StudyResults } from "./studies.ts";

/** What the records say to a behaviour. */
export interface Finding {
  readonly behaviour: string;
  readonly verdict: "holds" | "partly" | "does not hold" | "not run";
  /** The figures behind the verdict. */
  readonly figures: string;
}

/** The method whose behaviours they are, and those that it is held against in (6). */
const METHOD = "brl";
const RIVALS = ["boda", "dann"];

/** Points of macro-F1 that count as little, and as a clear decline. */
const LITTLE = 3, CLEAR = 5;

/** Rank correlation with the updates that counts as steady. */
const STEADY = 0.9;

/** Neighbours that are asked for their domain. */
const NEIGHBOURS = 10;

/**
 * The behaviours on one data set.
 *
 * @param out The output folder, for the features that runs kept.
 */
export async function behaviours(
  out: string,
  dataset: string,
  methods: DatasetResults | null,
  studies: readonly StudyResults[],
): Promise<Finding[]> {
  const own = studies.filter((study) => study.dataset === dataset);
  const values = (parameter: string) => valuesOf(own, parameter);
  return [
    robustInAlpha(values("alpha")),
    bestBeta(values("beta")),
    wavesInGamma(values("gamma")),
    smallGap(methods),
    steadyConvergence(own),
    await overlap(out, methods),
  ];
}

/** Test macro-F1 in percent, average over domains and seeds, by the value of a parameter. */
type ByValue = ReadonlyMap<number, number>;

function valuesOf(studies: readonly StudyResults[], parameter: string): ByValue {
  return new Map(
    studies.flatMap((study) =>
      isKind(study, "parameter")
        ? study.settings.flatMap((setting): [number, number][] => {
          const known = estimate(f1(setting.runs, { split: "test", domain: "average" }));
          return setting.study.parameter !== parameter || known === null
            ? []
            : [[setting.study.value, 100 * known.mean]];
        })
        : []
    ),
  );
}

/** (1): no value of α from 0.1 up costs more than {@linkcode LITTLE} against the default. */
function robustInAlpha(values: ByValue): Finding {
  const behaviour = "1. Robust as α grows";
  const standard = values.get(1e-3);
  const large = [...values].filter(([value]) => value >= 0.1);
  if (standard === undefined || large.every(([value]) => value > 10)) return notRun(behaviour);
  const loss = (most: number) =>
    Math.max(0, ...large.filter(([value]) => value <= most).map(([, f]) => standard - f));
  return {
    behaviour,
    verdict: grade(loss(Infinity) <= LITTLE, loss(10) <= LITTLE),
    figures:
      `${points(standard)} at α = 0.001; lost at most ${points(loss(10))} up to α = 10 and ` +
      `${points(loss(Infinity))} up to ${Math.max(...values.keys())} (little: ${LITTLE})`,
  };
}

/** (2): the best β is next to 0.01, and β = 1 is clearly below it. */
function bestBeta(values: ByValue): Finding {
  const behaviour = "2. Best near β = 0.01, then a rapid decline";
  const at1 = values.get(1);
  if (at1 === undefined) return notRun(behaviour);
  const [best, top] = [...values].sort(([, a], [, b]) => b - a)[0]!;
  const near = best >= 1e-3 && best <= 0.1;
  const declines = best < 1 && top - at1 >= CLEAR;
  const at100 = values.get(100);
  return {
    behaviour,
    verdict: grade(near && declines, near || declines),
    figures: `best at β = ${best} with ${points(top)}, ${points(at1)} at β = 1` +
      `${at100 === undefined ? "" : `, ${points(at100)} at β = 100`} (clear: ${CLEAR})`,
  };
}

/** (3): up to γ = 100 all values lie close together, above it they are clearly lower. */
function wavesInGamma(values: ByValue): Finding {
  const behaviour = "3. Small waves in γ, a clear decline above 100";
  const small = [...values].filter(([value]) => value <= 100).map(([, f]) => f);
  const large = [...values].filter(([value]) => value > 100).map(([, f]) => f);
  if (small.length === 0 || large.length === 0) return notRun(behaviour);
  const range = Math.max(...small) - Math.min(...small);
  const decline = mean(small) - mean(large);
  return {
    behaviour,
    verdict: grade(range <= CLEAR && decline >= CLEAR, range <= CLEAR || decline >= CLEAR),
    figures: `range up to γ = 100 ${points(range)}; mean ${points(mean(small))} there, ` +
      `${points(mean(large))} above (clear: ${CLEAR})`,
  };
}

/** (4): the gap between average and worst domain is the smallest, or at least below the median. */
function smallGap(methods: DatasetResults | null): Finding {
  const behaviour = "4. Smaller gap between average and worst domain than the other methods";
  const gaps = (methods?.methods ?? []).flatMap((method) => {
    const [average, worst] = (["average", "worst"] as const).map((domain) =>
      estimate(scores(method, scoreKey(domain, "macro_f1")))
    );
    return average && worst ? [{ name: method.name, gap: 100 * (average.mean - worst.mean) }] : [];
  });
  const own = gaps.find(({ name }) => name === METHOD)?.gap;
  const others = gaps.filter(({ name }) => !name.startsWith(METHOD)).map(({ gap }) => gap);
  if (own === undefined || others.length === 0) return notRun(behaviour);
  const smaller = others.filter((gap) => gap < own).length;
  return {
    behaviour,
    verdict: grade(smaller === 0, own < median(others)),
    figures:
      `gap ${points(own)}; ${smaller} of ${others.length} other methods have a smaller one, ` +
      `their median is ${points(median(others))}`,
  };
}

/** (5): loss falls and validation macro-F1 rises with the updates, by Spearman's rank correlation. */
function steadyConvergence(studies: readonly StudyResults[]): Finding {
  const behaviour = "5. Loss falls and F1 rises steadily over the training";
  const rows = studies.filter((study) => study.kind === "convergence")
    .flatMap(({ settings }) => settings.flatMap(({ runs }) => curve(runs)));
  const known = rows.flatMap(({ step, losses, f1 }) => {
    const [loss, score] = [estimate(losses), estimate(f1)];
    return loss && score ? [{ step, loss: loss.mean, score: score.mean }] : [];
  });
  if (known.length < 5) return notRun(behaviour);
  const steps = known.map(({ step }) => step);
  const falls = -sampleRankCorrelation(steps, known.map(({ loss }) => loss));
  const rises = sampleRankCorrelation(steps, known.map(({ score }) => score));
  return {
    behaviour,
    verdict: grade(falls >= STEADY && rises >= STEADY, falls >= STEADY || rises >= STEADY),
    figures:
      `rank correlation with the updates: loss ${(-falls).toFixed(2)}, validation macro-F1 ` +
      `${rises.toFixed(2)}, over ${known.length} checkpoints (steady: ${STEADY})`,
  };
}

/** (6): more of a test image's nearest neighbours in the features are of other domains. */
async function overlap(out: string, methods: DatasetResults | null): Promise<Finding> {
  const behaviour = "6. Domains overlap more in the features than with BoDA or DANN";
  const mixed = new Map<string, number>();
  for (const method of methods?.methods ?? []) {
    if (method.name !== METHOD && !RIVALS.includes(method.name)) continue;
    const shares: number[] = [];
    for (const run of method.runs) {
      if (run?.state.status !== "done") continue;
      const share = await foreignNeighbours(join(out, "runs", run.id, "features.safetensors"));
      if (share !== null) shares.push(share);
    }
    if (shares.length > 0) mixed.set(method.name, 100 * mean(shares));
  }
  const own = mixed.get(METHOD);
  const others = [...mixed].filter(([name]) => name !== METHOD);
  if (own === undefined || others.length === 0) return notRun(behaviour);
  const above = others.filter(([, share]) => own > share).length;
  return {
    behaviour,
    verdict: grade(above === RIVALS.length, above > 0),
    figures: `of ${NEIGHBOURS} nearest neighbours of another domain: ` +
      [...mixed].map(([name, share]) => `${name} ${share.toFixed(1)} %`).join(", "),
  };
}

/** Share of the nearest neighbours of other domains, mean over the sample; null without a sample. */
async function foreignNeighbours(path: string): Promise<number | null> {
  const file = await Deno.readFile(path).catch(() => null);
  const { features, domain } = file === null ? {} as never : decodeArrays(file);
  if (features === undefined || domain === undefined) return null;
  const [images, width] = features.shape as [number, number];
  const at = (i: number) => features.values.subarray(i * width, (i + 1) * width);
  let foreign = 0;
  for (let i = 0; i < images; i++) {
    const distances = Array.from({ length: images }, (_, j) => {
      const other = at(j);
      return at(i).reduce((sum, value, k) => sum + (value - other[k]!) ** 2, 0);
    });
    const order = [...distances.keys()].filter((j) => j !== i)
      .sort((a, b) => distances[a]! - distances[b]!);
    const near = order.slice(0, NEIGHBOURS);
    foreign += near.filter((j) => domain.values[j] !== domain.values[i]).length / near.length;
  }
  return foreign / images;
}

function grade(holds: boolean, partly: boolean): Finding["verdict"] {
  return holds ? "holds" : partly ? "partly" : "does not hold";
}

function notRun(behaviour: string): Finding {
  return { behaviour, verdict: "not run", figures: "–" };
}

function points(value: number): string {
  return value.toFixed(1).replace("-", "−");
}
