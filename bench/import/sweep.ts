/**
 * What imports of whole sweeps share: which run of a cell stands for it, and what its runs have in
 * common.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import type { Value } from "../../base/setting.ts";
import { type ResultsFolder, wholeArgument } from "./results_folder.ts";

/** A run with the checkpoint that a rule chose. */
export interface Chosen<Run> {
  readonly run: Run;
  /** Position of the checkpoint. */
  readonly at: number;
  /** What it is worth by the rule. */
  readonly worth: number;
}

/** The position and worth of the best checkpoint, the first one on ties; null without any. */
export function bestOf<T>(
  items: readonly T[],
  worth: (item: T) => number | null,
): { at: number; worth: number } | null {
  let best: { at: number; worth: number } | null = null;
  items.forEach((item, at) => {
    const value = worth(item);
    if (value !== null && (best === null || value > best.worth)) best = { at, worth: value };
  });
  return best;
}

/** The best of some runs; on ties the one of the highest number of hyperparameters, as in MDLT. */
export function bestRun<Run extends { readonly folder: ResultsFolder }>(
  chosen: readonly Chosen<Run>[],
): Chosen<Run> | undefined {
  const number = ({ run }: Chosen<Run>) => wholeArgument(run.folder, "hparams_seed");
  return [...chosen].sort((a, b) => b.worth - a.worth || number(b) - number(a))[0];
}

/** The values that all records have, by name. */
export function sharedValues(
  records: readonly Readonly<Record<string, Value>>[],
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(records[0] ?? {}).filter(([key, value]) =>
      records.every((record) => record[key] === value)
    ),
  );
}

/** A number that all have; 0 where they differ. */
export function sharedNumber(values: readonly (number | undefined)[]): number {
  const [first] = values;
  return first !== undefined && Number.isFinite(first) && values.every((value) => value === first)
    ? first
    : 0;
}

/** Runs by a key, in order of first appearance; two of one setting in a cell are an error. */
export function cellsOf<Run extends { readonly folder: ResultsFolder }>(
  runs: readonly Run[],
  cell: (run: Run) => string,
): Run[][] {
  const cells = new Map<string, Run[]>();
  for (const run of runs) cells.set(cell(run), [...cells.get(cell(run)) ?? [], run]);
  for (const [name, own] of cells) {
    const seen = new Map<number, Run>();
    for (const run of own) {
      const number = wholeArgument(run.folder, "hparams_seed");
      const other = seen.get(number);
      if (other !== undefined) {
        throw new DataError(
          `Cannot import ${run.folder.name}: ${other.folder.name} is a run of the same setting ` +
            `(${name}, hparams_seed ${number}); import them into folders of their own.`,
        );
      }
      seen.set(number, run);
    }
  }
  return [...cells.values()];
}
