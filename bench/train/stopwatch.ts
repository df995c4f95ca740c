/**
 * Where the time of a run goes.
 *
 * @module
 */

/** What a run has spent, all its parts together where it was broken off and continued. */
export interface Seconds {
  readonly training: number;
  readonly evaluation: number;
  readonly data: number;
  readonly total: number;
}

/** Adds what is spent to the seconds of a run. */
export class Stopwatch {
  readonly #began: number;

  constructor(readonly progress: { seconds: Seconds }) {
    this.#began = performance.now() - 1000 * progress.seconds.total;
  }

  async time<T>(what: Exclude<keyof Seconds, "total">, work: () => Promise<T> | T): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      const now = performance.now();
      const { seconds } = this.progress;
      const spent = seconds[what] + (now - start) / 1000;
      this.progress.seconds = { ...seconds, [what]: spent, total: (now - this.#began) / 1000 };
    }
  }
}
