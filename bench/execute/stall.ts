/**
 * Whether a worker has come to a standstill.
 *
 * @module
 */

/** Seconds without a sign of life after which a worker counts as stuck, at least. */
export const LEAST_STALL = 1800;

/** So many times the longest time between two signs of life is a standstill, too. */
const TIMES = 20;

/**
 * Waits for one sign of life after the other, and says when none comes for too long: for as long as
 * the user says, else for many times as long as any took before.
 */
export class StallWatch {
  #longest = 0;

  /** @param seconds What the user says; 0 for ever. */
  constructor(private readonly seconds: number | undefined) {}

  /** The seconds that the next sign may take. */
  get limit(): number {
    if (this.seconds === 0) return Infinity;
    return this.seconds ?? Math.max(LEAST_STALL, TIMES * this.#longest);
  }

  /** What a promise gives; null when it takes longer than may be. */
  async next<T>(sign: Promise<T>): Promise<T | null> {
    const began = performance.now();
    const late = Promise.withResolvers<null>();
    const timer = Number.isFinite(this.limit)
      ? setTimeout(() => late.resolve(null), Math.min(1000 * this.limit, 2 ** 31 - 1))
      : undefined;
    try {
      return await Promise.race([sign, late.promise]);
    } finally {
      clearTimeout(timer);
      this.#longest = Math.max(this.#longest, (performance.now() - began) / 1000);
    }
  }
}
