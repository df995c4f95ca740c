/**
 * The six behaviours that BRL's paper reports, with the rules by which they count as seen.
 *
 * Every rule and threshold stands here and was set before test figures were seen.
 *
 * @module
 */
import { mean, median, sampleRankCorrelation } from "simple-statistics";
import boda from "../boda.ts";
import dann from "../dann.ts";
import type { Behaviour, Finding, StudyFigures } from "../study.ts";
import brl from "./mod.ts";

/** The methods whose features BRL's are held against. */
const RIVALS = [boda, dann];

/** Points of macro-F1 that count as little, and as a clear decline. */
const LITTLE = 3, CLEAR = 5;

/** Rank correlation with the steps that counts as steady. */
const STEADY = 0.9;

/** The behaviours, in the paper's order. */
export const behaviours: readonly Behaviour[] = [
  { claim: "1. Robust as α grows", judge: robustInAlpha },
  { claim: "2. Best near β = 0.01, then a rapid decline", judge: bestBeta },
  { claim: "3. Small waves in γ, a clear decline above 100", judge: wavesInGamma },
  {
    claim: "4. Smaller gap between average and worst domain than the other methods",
    judge: smallGap,
  },
  { claim: "5. Loss falls and F1 rises steadily over the training", judge: steadyConvergence },
  { claim: "6. Domains overlap more in the features than with BoDA or DANN", judge: overlap },
];

/** No value of α from 0.1 up costs more than {@linkcode LITTLE} against the default. */
function robustInAlpha(figures: StudyFigures): Finding {
  const values = valuesOf(figures, "alpha");
  const standard = values.get(1e-3);
  const large = [...values].filter(([value]) => value >= 0.1);
  if (standard === undefined || large.every(([value]) => value > 10)) return NOT_RUN;
  const loss = (most: number) =>
    Math.max(0, ...large.filter(([value]) => value <= most).map(([, f]) => standard - f));
  return {
    verdict: grade(loss(Infinity) <= LITTLE, loss(10) <= LITTLE),
    evidence:
      `${points(standard)} at α = 0.001; lost at most ${points(loss(10))} up to α = 10 and ` +
      `${points(loss(Infinity))} up to ${Math.max(...values.keys())} (little: ${LITTLE})`,
  };
}

/** The best β is next to 0.01, and β = 1 is clearly below it. */
function bestBeta(figures: StudyFigures): Finding {
  const values = valuesOf(figures, "beta");
  const at1 = values.get(1);
  if (at1 === undefined) return NOT_RUN;
  const [best, top] = [...values].sort(([, a], [, b]) => b - a)[0]!;
  const near = best >= 1e-3 && best <= 0.1;
  const declines = best < 1 && top - at1 >= CLEAR;
  const at100 = values.get(100);
  return {
    verdict: grade(near && declines, near || declines),
    evidence: `best at β = ${best} with ${points(top)}, ${points(at1)} at β = 1` +
      `${at100 === undefined ? "" : `, ${points(at100)} at β = 100`} (clear: ${CLEAR})`,
  };
}

/** Up to γ = 100 all values lie close together, above it they are clearly lower. */
function wavesInGamma(figures: StudyFigures): Finding {
  const values = [...valuesOf(figures, "gamma")];
  const small = values.filter(([value]) => value <= 100).map(([, f]) => f);
  const large = values.filter(([value]) => value > 100).map(([, f]) => f);
  if (small.length === 0 || large.length === 0) return NOT_RUN;
  const range = Math.max(...small) - Math.min(...small);
  const decline = mean(small) - mean(large);
  return {
    verdict: grade(range <= CLEAR && decline >= CLEAR, range <= CLEAR || decline >= CLEAR),
    evidence: `range up to γ = 100 ${points(range)}; mean ${points(mean(small))} there, ` +
      `${points(mean(large))} above (clear: ${CLEAR})`,
  };
}

/** The gap between average and worst domain is the smallest, or at least below the median. */
function smallGap({ methods }: StudyFigures): Finding {
  const gaps = methods.map(({ name, average, worst }) => ({ name, gap: average - worst }));
  const own = gaps.find(({ name }) => name === brl.name)?.gap;
  const others = gaps.filter(({ name }) => !name.startsWith(brl.name)).map(({ gap }) => gap);
  if (own === undefined || others.length === 0) return NOT_RUN;
  const smaller = others.filter((gap) => gap < own).length;
  return {
    verdict: grade(smaller === 0, own < median(others)),
    evidence:
      `gap ${points(own)}; ${smaller} of ${others.length} other methods have a smaller one, ` +
      `their median is ${points(median(others))}`,
  };
}

/** Loss falls and validation macro-F1 rises with the steps, by Spearman's rank correlation. */
function steadyConvergence(figures: StudyFigures): Finding {
  const curve = figures.curve("convergence");
  if (curve.length < 5) return NOT_RUN;
  const steps = curve.map(({ step }) => step);
  const falls = -sampleRankCorrelation(steps, curve.map(({ loss }) => loss));
  const rises = sampleRankCorrelation(steps, curve.map(({ f1 }) => f1));
  return {
    verdict: grade(falls >= STEADY && rises >= STEADY, falls >= STEADY || rises >= STEADY),
    evidence: `rank correlation with the steps: loss ${(-falls).toFixed(2)}, validation macro-F1 ` +
      `${rises.toFixed(2)}, over ${curve.length} checkpoints (steady: ${STEADY})`,
  };
}

/** More of a test image's nearest neighbours in the features are of other domains. */
async function overlap(figures: StudyFigures): Promise<Finding> {
  const mixed: [name: string, share: number][] = [];
  for (const name of new Set(figures.methods.map(({ name }) => name))) {
    if (name !== brl.name && !RIVALS.some((rival) => rival.name === name)) continue;
    const share = await figures.overlap(name);
    if (share !== null) mixed.push([name, share]);
  }
  const own = mixed.find(([name]) => name === brl.name)?.[1];
  const others = mixed.filter(([name]) => name !== brl.name);
  if (own === undefined || others.length === 0) return NOT_RUN;
  const above = others.filter(([, share]) => own > share).length;
  return {
    verdict: grade(above === RIVALS.length, above > 0),
    evidence: "of 10 nearest neighbours of another domain: " +
      mixed.map(([name, share]) => `${name} ${share.toFixed(1)} %`).join(", "),
  };
}

/** Test macro-F1 by the value of a parameter. */
function valuesOf(figures: StudyFigures, parameter: string): ReadonlyMap<number, number> {
  return new Map(
    figures.settings("parameters")
      .filter(({ levels }) => levels["parameter"] === parameter)
      .map(({ levels, f1 }) => [Number(levels["value"]), f1]),
  );
}

function grade(holds: boolean, partly: boolean): Finding["verdict"] {
  return holds ? "holds" : partly ? "partly" : "does not hold";
}

const NOT_RUN: Finding = { verdict: "not run", evidence: "–" };

function points(value: number): string {
  return value.toFixed(1).replace("-", "−");
}
