/**
 * Writes down how far a run is, now and then, so that whoever reads the folder can look on, from this
 * machine or another.
 *
 * @module
 */
import { lookedAt, type Progress } from "../records/progress.ts";
import type { RunSpec } from "../records/record.ts";
import type { Store } from "../records/store.ts";

/** Milliseconds between two words on a run. */
const TELL_MS = 2000;

/** Tells of one run. */
export class Teller {
  #toldAt = -Infinity;
  #from: { readonly step: number; readonly at: string } | null = null;

  constructor(
    private readonly store: Store,
    private readonly id: string,
    private readonly spec: RunSpec,
  ) {}

  /** The run is claimed, and nothing of it is known yet. */
  async begun(): Promise<void> {
    await this.#tell({ step: 0, ...this.#unknown(this.spec.training.steps) });
    this.#toldAt = -Infinity; // the first step is told as well
  }

  /** A step is done; told if it is time, or if it is the last word. */
  async step(look: () => Progress, stopped = false): Promise<void> {
    if (!stopped && performance.now() - this.#toldAt < TELL_MS) return;
    const progress = look();
    this.#from ??= { step: progress.step, at: new Date().toISOString() };
    await this.#tell(progress, stopped);
  }

  /** A step of a program, of which no more is known. */
  async stepOf(done: number, total: number): Promise<void> {
    await this.step(() => ({ step: done, ...this.#unknown(total) }));
  }

  #unknown(steps: number): Omit<Progress, "step"> {
    const { metric } = lookedAt(this.spec.training.selection);
    return { steps, loss: null, metric: metric.name, best: null, curve: [] };
  }

  async #tell(progress: Progress, stopped = false): Promise<void> {
    this.#toldAt = performance.now();
    const at = new Date().toISOString();
    const from = this.#from ?? { step: progress.step, at };
    await this.store.tell(this.id, { ...progress, at, from, ...(stopped && { stopped }) });
  }
}
