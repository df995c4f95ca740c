/**
 * How long the rest of a plan will take, by what its runs have taken so far.
 *
 * @module
 */
import type { Look } from "./run_look.ts";
import type { Cell } from "./state.ts";

/** Seconds left at the pace of runs like those that are left; null before there is one. */
export function secondsLeft(
  runs: readonly { readonly cell: Cell; readonly look: Look }[],
): number | null {
  const paces = new Map<string, { sum: number; count: number }>();
  const keysOf = ({ group, row }: Cell) => [`${group} ${row}`, `${group}`, ""];
  for (const { cell, look: { pace } } of runs) {
    if (pace === null) continue;
    for (const key of keysOf(cell)) {
      const { sum, count } = paces.get(key) ?? { sum: 0, count: 0 };
      paces.set(key, { sum: sum + pace, count: count + 1 });
    }
  }
  const means = new Map([...paces].map(([key, { sum, count }]) => [key, sum / count]));
  const running = runs.filter(({ look }) => look.status === "running").length;
  if (means.size === 0 || running === 0) return null;
  let seconds = 0;
  for (const { cell, look: { status, step, steps, pace } } of runs) {
    if (!["waiting", "running", "stopped"].includes(status)) continue;
    const usual = keysOf(cell).map((key) => means.get(key)).find((value) => value !== undefined)!;
    seconds += (pace ?? usual) * Math.max(0, steps - step);
  }
  return Math.round(seconds / running);
}
