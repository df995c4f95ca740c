/**
 * How far a grid is, and how long it will take.
 *
 * @module
 */
import type { Outcome } from "../bench/execute/executor.ts";
import type { PlannedRun } from "../bench/plan/plan.ts";

/** Seconds as `1:02:03` or `2:03`. */
export function duration(seconds: number): string {
  const rounded = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60];
  const shown = parts[0]! > 0 ? parts : parts.slice(1);
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** Share of a grid's steps that are done, and from it the time that is left. */
export class Meter {
  readonly #steps: Map<string, number>;
  readonly #done = new Map<string, number>();
  readonly #total: number;
  #skipped = 0;
  /** When the first steps were told, and how many: what comes before says nothing about them. */
  #begin: { readonly time: number; readonly steps: number } | null = null;

  constructor(runs: readonly PlannedRun[]) {
    this.#steps = new Map(runs.map(({ id, spec }) => [id, spec.training.steps]));
    this.#total = [...this.#steps.values()].reduce((a, b) => a + b, 0);
  }

  step(run: PlannedRun, done: number): void {
    this.#done.set(run.id, done);
    this.#begin ??= { time: performance.now(), steps: this.#trained };
  }

  /** A run that cost nothing says nothing about the pace. */
  end(run: PlannedRun, outcome: Outcome): void {
    const steps = this.#steps.get(run.id) ?? 0;
    const trained = outcome.status === "done";
    if (trained) this.#done.set(run.id, steps);
    else {
      this.#skipped += steps - (this.#done.get(run.id) ?? 0);
    }
  }

  get share(): number {
    return this.#total === 0 ? 1 : (this.#trained + this.#skipped) / this.#total;
  }

  /** Seconds left at the pace so far; null before there is one. */
  get left(): number | null {
    if (this.#begin === null) return null;
    const elapsed = (performance.now() - this.#begin.time) / 1000;
    const rest = this.#total - this.#skipped - this.#trained;
    const steps = this.#trained - this.#begin.steps;
    return steps > 0 ? elapsed * rest / steps : null;
  }

  get #trained(): number {
    return [...this.#done.values()].reduce((a, b) => a + b, 0);
  }
}
