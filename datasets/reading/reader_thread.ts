/**
 * A thread that reads images for `reader_pool.ts`; it knows nothing of TensorFlow.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { type ImageJob, readImages } from "./images.ts";

/** Images to be read into shared memory. */
export interface ReadRequest {
  readonly id: number;
  readonly jobs: readonly ImageJob[];
  readonly size: number;
  /** Where in `memory` the first image goes. */
  readonly offset: number;
  readonly memory: SharedArrayBuffer;
}

/** What became of a request. */
export interface ReadReply {
  readonly id: number;
  /** Why it failed; left out when it did not. */
  readonly error?: string;
}

parentPort?.on("message", async ({ id, jobs, size, offset, memory }: ReadRequest) => {
  let reply: ReadReply = { id };
  try {
    await readImages(jobs, size, new Uint8Array(memory, offset, jobs.length * size * size * 3));
  } catch (error) {
    reply = { id, error: (error as Error).message };
  }
  parentPort!.postMessage(reply);
});
