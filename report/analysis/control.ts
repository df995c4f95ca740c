/**
 * The primary question of a report: which methods are better or worse than the control, by how
 * much, and how sure that is.
 *
 * @module
 */
import { median } from "simple-statistics";
import { type DatasetResults, hasLearned, type MethodResults, scores } from "./arrange.ts";
import { type Judgement, marginOf } from "./significance.ts";
import { compareAll, type Compared, type Family } from "./statistics/family.ts";
import { differences, type Seeds } from "./statistics/moderated.ts";
import { type Design, detectable } from "./statistics/power.ts";
import type { Tested } from "./tested.ts";
import { scoreKey } from "../digest.ts";

/** A method beside its control. Differences are method − control, as fractions. */
export interface Beside extends Compared {
  /** The method that is compared. */
  readonly method: MethodResults;
  /** The control on the same network. */
  readonly control: MethodResults;
}

/** Every method beside the control on one figure: one family. */
export interface Controlled extends Tested {
  /** The data set; null for differences averaged over several. */
  readonly dataset: DatasetResults | null;
  /** Every other method that has a value, in table order. */
  readonly rows: readonly Beside[];
  /** Comparisons that are corrected for. */
  readonly size: number;
  /** What such a family finds; null where it cannot be told. */
  readonly seen: Sensitivity | null;
}

/** What a family of comparisons could have found. */
export interface Sensitivity {
  /** As the comparisons were: their middle spread, seeds, and worth to each other. */
  readonly design: Design;
  /** The least difference that is found in four of five cases. */
  readonly least: number;
}

/** Values of methods by seed, and the control of each; the index of a control is its own. */
export interface Values {
  /** By method and seed, null where a run is missing. */
  readonly values: readonly Seeds[];
  /** The place of each method's control; −1 where it has none. */
  readonly controls: readonly number[];
  /** Whether the spread of a method's runs is that of methods that learned. */
  readonly learned: readonly boolean[];
}

/**
 * Judges every method against its control, as one family. Usable on any values by method and seed.
 *
 * @returns A row a method; null for controls and methods without one.
 */
export function besideControls(
  { values, controls, learned }: Values,
  options: { alpha: number; margin: number | null; better: "max" | "min" },
): { rows: (Compared | null)[]; family: Family } {
  const places = values.flatMap((own, i) => {
    const control = controls[i]!;
    const known = (seeds: Seeds) => seeds.some((value) => value !== null);
    return control < 0 || control === i || !known(own) || !known(values[control]!) ? [] : [i];
  });
  const family = compareAll(
    places.map((i) => differences(values[i]!, values[controls[i]!]!)),
    { ...options, typical: places.map((i) => learned[i]! && learned[controls[i]!]!) },
  );
  const rows = values.map((_, i) => family.compared[places.indexOf(i)] ?? null);
  return { rows, family };
}

/**
 * Every method of a data set beside the control, on one figure; null where the control has no
 * value or no other method has.
 *
 * @param control Name of the control; on each network, its runs there.
 */
export function againstControl(
  dataset: DatasetResults,
  tested: Tested,
  control: string,
  judgement: Judgement,
): Controlled | null {
  const { methods } = dataset;
  const key = scoreKey(tested.domain, tested.metric.name);
  const values = methods.map((method) => scores(method, key));
  const controls = controlsOf(methods, control);
  const learned = methods.map(hasLearned);
  return controlledOn({ ...tested, dataset }, methods, { values, controls, learned }, judgement);
}

/** Methods beside their controls on one figure; null where no method has a control to stand beside. */
export function controlledOn(
  figure: Pick<Controlled, "dataset" | "domain" | "metric">,
  methods: readonly MethodResults[],
  values: Values,
  { alpha, margin }: Judgement,
): Controlled | null {
  const { rows, family } = besideControls(values, {
    alpha,
    margin: marginOf(figure, margin),
    better: figure.metric.better,
  });
  const beside = methods.flatMap((method, i): Beside[] => {
    const row = rows[i];
    return row ? [{ ...row, method, control: methods[values.controls[i]!]! }] : [];
  });
  if (beside.length === 0) return null;
  return { ...figure, rows: beside, size: family.size, seen: sensitivity(family, alpha) };
}

/** Where each method's control stands: the one of that name, or label, on the same network. */
export function controlsOf(methods: readonly MethodResults[], control: string): number[] {
  const exact = methods.findIndex(({ label }) => label === control);
  return methods.map(({ network }) => {
    const own = methods.findIndex((other) =>
      other.name === control && other.network?.name === network?.name
    );
    return own >= 0 ? own : exact;
  });
}

/** What a family could have found: at the middle of its moderated spreads. */
export function sensitivity({ compared, size, prior }: Family, alpha: number): Sensitivity | null {
  const tests = compared.flatMap(({ test }) => test.computable ? [test] : []);
  if (tests.length === 0) return null;
  const seeds = Math.round(median(tests.map((test) => test.seeds)));
  const spread = median(tests.map((test) => test.standardError * Math.sqrt(test.seeds)));
  const design: Design = { spread, seeds, comparisons: size, alpha, priorDf: prior?.df ?? 0 };
  const least = spread > 0 ? detectable(design) : null;
  return least === null ? null : { design, least };
}
