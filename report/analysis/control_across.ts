/**
 * Every method beside the control over all data sets together.
 *
 * @module
 */
import { mean } from "simple-statistics";
import { scoreKey } from "../digest.ts";
import { type DatasetResults, hasLearned, scores } from "./arrange.ts";
import { type Controlled, controlledOn, controlsOf } from "./control.ts";
import type { Judgement } from "./significance.ts";
import type { Tested } from "./tested.ts";

/**
 * Differences to the control, averaged over data sets seed by seed: every data set counts alike. Null
 * for one data set, and where no method shares a seed with the control on all of them.
 */
export function againstControlAcross(
  datasets: readonly DatasetResults[],
  tested: Tested,
  control: string,
  judgement: Judgement,
): Controlled | null {
  const [first] = datasets;
  if (first === undefined || datasets.length < 2) return null;
  const key = scoreKey(tested.domain, tested.metric.name);
  const everywhere = first.methods.flatMap((method) => {
    const own = datasets.map(({ methods }) => methods.find(({ label }) => label === method.label));
    return own.every((found) => found !== undefined) ? [{ method, own }] : [];
  });
  const seeds = first.seeds.filter((seed) => datasets.every((other) => other.seeds.includes(seed)));
  const values = everywhere.map(({ own }) => {
    const bySet = own.map((method, d) => {
      const all = scores(method, key);
      return seeds.map((seed) => all[datasets[d]!.seeds.indexOf(seed)] ?? null);
    });
    return seeds.map((_, s) => {
      const known = bySet.flatMap((row) => row[s] ?? []);
      return known.length === datasets.length ? mean(known) : null;
    });
  });
  const methods = everywhere.map(({ method }) => method);
  const controls = controlsOf(methods, control);
  const learned = everywhere.map(({ own }) => own.every(hasLearned));
  const figure = { ...tested, dataset: null };
  return controlledOn(figure, methods, { values, controls, learned }, judgement);
}
