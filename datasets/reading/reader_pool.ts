/**
 * Threads that decode and augment images while TensorFlow works.
 *
 * @module
 */
import { cpus } from "node:os";
import { Worker } from "node:worker_threads";
import { DataError } from "../dataset.ts";
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

const waiting: Piece[] = [];
let threads: Thread[] = [];
let requests = 0;

/**
 * Reads images in threads. Every image depends on its own job alone, so the number of threads and
 * their order of work change nothing.
 *
 * @param size Height and width of the images.
 * @param readers How many threads there shall be at least.
 * @returns `[jobs.length, size, size, 3]`, flattened.
 * @throws {DataError} When an image cannot be read.
 */
export async function readInThreads(
  jobs: readonly ImageJob[],
  size: number,
  readers: number = READERS,
): Promise<Uint8Array> {
  const bytes = size * size * 3;
  const memory = borrow(jobs.length * bytes);
  const pieces: Promise<void>[] = [];
  while (threads.length < readers) threads.push(startThread());
  for (let start = 0; start < jobs.length; start += PIECE) {
    const piece = jobs.slice(start, start + PIECE);
    pieces.push(
      new Promise((resolve, reject) => {
        const request = { id: requests++, jobs: piece, size, offset: start * bytes, memory };
        waiting.push({ request, resolve, reject });
      }),
    );
  }
  handOut();
  // Even after a failure the other pieces are still writing into the memory.
  const ended = await Promise.allSettled(pieces);
  const pixels = new Uint8Array(memory, 0, jobs.length * bytes).slice();
  free.push(memory);
  for (const end of ended) if (end.status === "rejected") throw end.reason;
  return pixels;
}

/** Shared memory that no request uses: it would be collected late, and is used again instead. */
const free: SharedArrayBuffer[] = [];

/** Shared memory of at least so many bytes. */
function borrow(bytes: number): SharedArrayBuffer {
  const found = free.findIndex(({ byteLength }) => byteLength >= bytes);
  if (found >= 0) return free.splice(found, 1)[0]!;
  free.pop(); // too small for what is read now
  return new SharedArrayBuffer(bytes);
}

/** Ends all threads; the next reading starts new ones. */
export async function closeReaders(): Promise<void> {
  const ended = threads;
  threads = [];
  await Promise.all(ended.map(({ worker }) => worker.terminate()));
}

/** Gives waiting pieces to the threads that have the least to do. */
function handOut(): void {
  while (waiting.length > 0) {
    const idlest = threads.reduce((a, b) => b.busy.size < a.busy.size ? b : a);
    if (idlest.busy.size >= AT_ONCE) return;
    const piece = waiting.shift()!;
    if (idlest.busy.size === 0) idlest.worker.ref();
    idlest.busy.set(piece.request.id, piece);
    idlest.worker.postMessage(piece.request);
  }
}

function startThread(): Thread {
  const worker = new Worker(new URL("./reader_thread.ts", import.meta.url));
  const thread: Thread = { worker, busy: new Map() };
  worker.on("message", ({ id, error }: ReadReply) => {
    const piece = thread.busy.get(id);
    thread.busy.delete(id);
    // A thread without work must not keep the process alive.
    if (thread.busy.size === 0) worker.unref();
    if (error === undefined) piece?.resolve();
    else piece?.reject(new DataError(error));
    handOut();
  });
  worker.on("error", (error) => {
    threads = threads.filter((other) => other !== thread);
    for (const piece of thread.busy.values()) {
      piece.reject(new DataError(`A thread that reads images ended: ${(error as Error).message}.`));
    }
  });
  worker.unref();
  return thread;
}
