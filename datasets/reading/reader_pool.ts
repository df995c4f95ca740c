/**
 * Threads that decode and augment images while TensorFlow works.
 *
 * @module
 */
import { cpus } from "node:os";
import { Worker } from "node:worker_threads";
import { DataError } from "../../base/errors.ts";
import type { ImageJob } from "./images.ts";
import type { ReadReply, ReadRequest } from "./reader_thread.ts";

/** Images in a request: enough to spread a batch over all threads, so many that talk costs little. */
const PIECE = 6;

/** Requests that a thread holds: files of one are decoded while another is augmented. */
const AT_ONCE = 2;

/** Threads unless told otherwise: one is left to the training itself. */
export const READERS = Math.max(1, Math.min(8, cpus().length - 1));

interface Piece {
  readonly request: ReadRequest;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly busy: Map<number, Piece>;
}

/**
 * Threads that read images. Every image depends on its own job alone, so the number of threads and
 * their order of work change nothing. They are started when first needed, and do not keep the
 * process alive while they have nothing to do.
 */
export class ReaderPool implements AsyncDisposable {
  readonly #count: number;
  #threads: Thread[] = [];
  readonly #waiting: Piece[] = [];
  /** Shared memory that no request uses: it would be collected late, and is used again instead. */
  readonly #free: SharedArrayBuffer[] = [];
  #requests = 0;

  /**
   * Starts no thread before there is something to read.
   *
   * @param count How many threads there are.
   */
  constructor(count: number = READERS) {
    this.#count = count;
  }

  /**
   * Reads images.
   *
   * @param size Height and width of the images.
   * @returns `[jobs.length, size, size, 3]`, flattened.
   * @throws {DataError} When an image cannot be read.
   */
  async read(jobs: readonly ImageJob[], size: number): Promise<Uint8Array> {
    const bytes = size * size * 3;
    const memory = this.#borrow(jobs.length * bytes);
    const pieces: Promise<void>[] = [];
    while (this.#threads.length < this.#count) this.#threads.push(this.#startThread());
    for (let start = 0; start < jobs.length; start += PIECE) {
      const piece = jobs.slice(start, start + PIECE);
      const id = this.#requests++;
      pieces.push(
        new Promise((resolve, reject) => {
          const request = { id, jobs: piece, size, offset: start * bytes, memory };
          this.#waiting.push({ request, resolve, reject });
        }),
      );
    }
    this.#handOut();
    // Even after a failure the other pieces are still writing into the memory.
    const ended = await Promise.allSettled(pieces);
    const pixels = new Uint8Array(memory, 0, jobs.length * bytes).slice();
    this.#free.push(memory);
    for (const end of ended) if (end.status === "rejected") throw end.reason;
    return pixels;
  }

  /** Ends all threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.#threads;
    this.#threads = [];
    await Promise.all(ended.map(({ worker }) => worker.terminate()));
  }

  /** Shared memory of at least so many bytes. */
  #borrow(bytes: number): SharedArrayBuffer {
    const found = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
    if (found >= 0) return this.#free.splice(found, 1)[0]!;
    this.#free.pop(); // too small for what is read now
    return new SharedArrayBuffer(bytes);
  }

  /** Gives waiting pieces to the threads that have the least to do. */
  #handOut(): void {
    while (this.#waiting.length > 0 && this.#threads.length > 0) {
      const idlest = this.#threads.reduce((a, b) => b.busy.size < a.busy.size ? b : a);
      if (idlest.busy.size >= AT_ONCE) return;
      const piece = this.#waiting.shift()!;
      if (idlest.busy.size === 0) idlest.worker.ref();
      idlest.busy.set(piece.request.id, piece);
      idlest.worker.postMessage(piece.request);
    }
  }

  #startThread(): Thread {
    const worker = new Worker(new URL("./reader_thread.ts", import.meta.url));
    const thread: Thread = { worker, busy: new Map() };
    worker.on("message", ({ id, error }: ReadReply) => {
      const piece = thread.busy.get(id);
      thread.busy.delete(id);
      // A thread without work must not keep the process alive.
      if (thread.busy.size === 0) worker.unref();
      if (error === undefined) piece?.resolve();
      else piece?.reject(new DataError(error));
      this.#handOut();
    });
    worker.on("error", (error) => {
      this.#threads = this.#threads.filter((other) => other !== thread);
      const lost = this.#threads.length > 0 ? [] : this.#waiting.splice(0);
      const reason = (error as Error).message;
      for (const { reject } of [...thread.busy.values(), ...lost]) {
        reject(new DataError(`A thread that reads images ended: ${reason}.`));
      }
    });
    worker.unref();
    return thread;
  }
}
