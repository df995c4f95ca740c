/**
 * Ctrl-C and its like, while runs are trained.
 *
 * @module
 */
import { stopSignals } from "../base/command.ts";
import { leave } from "../base/leaving.ts";

/**
 * Milliseconds within which a second signal says no more than the first: a terminal, or `timeout`,
 * sends it to the processes of a group as well as to their leader, which may pass it on.
 */
const SIGNAL_DEBOUNCE_MS = 1000;

/** Listens for signals that ask to stop, until it is disposed. */
export class StopSignals implements Disposable {
  readonly #abort = new AbortController();
  readonly #signals = stopSignals();
  readonly #onStop: () => void;
  #training = false;
  #askedAt = 0;
  readonly #listener = () => {
    if (!this.#training) leave(130);
    if (!this.signal.aborted) {
      this.#askedAt = performance.now();
      this.#onStop();
      this.#abort.abort();
    } else if (performance.now() - this.#askedAt > SIGNAL_DEBOUNCE_MS) {
      leave(130); // the workers stop by themselves
    }
  };

  /** @param onStop Called at the first signal, when runs are under way. */
  constructor(onStop: () => void) {
    this.#onStop = onStop;
    for (const name of this.#signals) Deno.addSignalListener(name, this.#listener);
  }

  /** Aborted when the runs shall stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From here on there are runs to be kept; before, a signal ends the program. */
  begin(): void {
    this.#training = true;
  }

  [Symbol.dispose](): void {
    for (const name of this.#signals) Deno.removeSignalListener(name, this.#listener);
  }
}
