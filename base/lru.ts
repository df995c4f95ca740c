/**
 * A cache that forgets what was not used for longest.
 *
 * @module
 */

/** Keeps at most so many values by key. */
export class LeastRecentlyUsed<Key, Value> {
  readonly #values = new Map<Key, Value>();

  /**
   * @param limit How many values are kept.
   * @param onForget Called with what has to go.
   */
  constructor(readonly limit: number, readonly onForget: (key: Key, value: Value) => void) {}

  /** Marks a value as used just now, whether or not it is here. */
  use(key: Key, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.limit) return;
    const [oldest, forgotten] = this.#values.entries().next().value!;
    this.#values.delete(oldest);
    this.onForget(oldest, forgotten);
  }
}
