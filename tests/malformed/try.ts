/**
 * Damaged files, one after the other: each is read, or refused in one sentence, soon.
 *
 * @module
 */
import assert from "node:assert/strict";
import process from "node:process";
import { DataError, UsageError } from "../../base/errors.ts";
import { StoreError } from "../../bench/records/door.ts";
import type { Format } from "./formats.ts";
import { spoil } from "./spoil.ts";

/** Seconds of the processor that a small file may take. */
export const SECONDS = 10;

/** What became of damaged files. */
export interface Tried {
  readonly refused: number;
  /** Milliseconds of the processor. */
  readonly slowest: number;
}

/**
 * Tries the damaged files of a format from one number up to another.
 *
 * @throws Naming format and number, by which the file can be made again.
 */
export async function tryFormat(
  format: Format,
  from: number,
  to: number,
  onProgress: (done: number) => void = () => {},
): Promise<Tried> {
  const folder = await Deno.makeTempDir({ prefix: "malformed-" });
  let [refused, slowest] = [0, 0];
  try {
    const files = await format.files(folder);
    // The first is read as it is, or the rest would prove nothing.
    if (format.sound !== false) await format.read(files[0]!, folder);
    for (let i = from; i < to; i++) {
      const bytes = spoil(files, i);
      const began = processorTime();
      try {
        await format.read(bytes, folder);
      } catch (error) {
        assert.ok(
          isSentence(error),
          `${format.name} ${i} is no sentence: ${(error as Error).stack}`,
        );
        refused++;
      }
      const took = processorTime() - began;
      assert.ok(
        took < 1000 * (format.seconds ?? SECONDS),
        `${format.name} ${i} took ${took | 0} ms`,
      );
      slowest = Math.max(slowest, took);
      onProgress(i + 1);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { refused, slowest };
}

/** Milliseconds that the processor has been at this process: a machine that is busy or paused adds none. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Whether an error is one that says what is wrong with a file, not one of the program. */
function isSentence(error: unknown): boolean {
  const known = error instanceof DataError || error instanceof UsageError ||
    error instanceof StoreError || (error as Error).constructor === RangeError;
  return known && !(error as Error).message.includes("\n") &&
    (error as Error).message.length < 4000;
}
