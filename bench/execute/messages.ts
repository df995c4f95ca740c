/**
 * What the harness and its workers say to each other: one JSON object a line. A worker's are marked,
 * since methods may print as well.
 *
 * @module
 */
import type { DataPaths } from "../../datasets/dataset.ts";
import type { RunEnd } from "../records/outcome.ts";
import type { Plugin } from "../records/record.ts";
import type { PlannedRun } from "../plan/plan.ts";
import type { RehearsalEnd } from "./rehearsal.ts";
import type { Seen, Session } from "./executor.ts";
import { datasetKey } from "./inputs.ts";

/** From the harness to a worker. The end of the worker's input tells it to stop. */
export interface RunOrder {
  readonly run: PlannedRun;
  /** The run is rehearsed instead of trained. */
  readonly rehearsal?: boolean;
  /** The output folder. */
  readonly out: string;
  readonly paths: DataPaths;
  /** A file of the run's data set, where the harness has made one. */
  readonly data?: string | undefined;
  /** What the worker's catalogue has beside the definitions of the suite. */
  readonly plugins: readonly Plugin[];
  /** Seconds between states of the run that are kept to continue from. */
  readonly saveEvery: number;
  /** Write the curve as a TensorBoard event file too. */
  readonly tensorboard: boolean;
  /** The commit of the code; null outside of a checkout. */
  readonly revision: string | null;
}

/** The order that a session gives for a run; or for its rehearsal. */
export function orderOf(run: PlannedRun, session: Session, rehearsal = false): RunOrder {
  const { out, paths, saveEvery = 30, tensorboard = false, revision = null } = session;
  const { plugins } = session.catalogue;
  const data = session.data?.get(datasetKey(run.spec));
  const about = { run, out, paths, data, plugins, saveEvery, tensorboard, revision };
  return rehearsal ? { ...about, rehearsal } : about;
}

/**
 * From a worker to the harness: that its TensorFlow is loaded, that it has claimed the run, work before the first step, a step, or
 * how the run ended.
 */
export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "begun" }
  | {
    readonly type: "work";
    readonly what: string;
    readonly done: number;
    readonly total: number;
  }
  | { readonly type: "step"; readonly done: number; readonly total: number; readonly seen?: Seen }
  | RunEnd
  | RehearsalEnd;

export type { RehearsalEnd, RunEnd };

/** Stands before a message on its line, as in JSON text sequences (RFC 7464). */
const MARK = "\u001e";

/** A message as a worker writes it. */
export function encodeMessage(message: WorkerMessage): Uint8Array {
  return new TextEncoder().encode(`${MARK}${JSON.stringify(message)}\n`);
}

/**
 * What a line of a worker's output holds: a message, and whatever a method or a library has printed
 * there.
 */
export function decodeLine(line: string): { printed: string; message: WorkerMessage | null } {
  const at = line.lastIndexOf(MARK);
  if (at < 0) return { printed: line, message: null };
  let message: WorkerMessage | null = null;
  try {
    message = JSON.parse(line.slice(at + 1));
  } catch {
    // It breaks off, because its writer has ended.
  }
  return { printed: line.slice(0, at), message: isMessage(message) ? message : null };
}

const TYPES: ReadonlySet<string> = new Set<WorkerMessage["type"]>([
  ...["ready", "begun", "work", "step", "rehearsed"] as const,
  ...["trained", "existing", "taken", "stopped", "failed"] as const,
]);

/** Whether it is a message at all: a plugin may have changed what writes them. */
function isMessage(message: WorkerMessage | null): boolean {
  return TYPES.has((message as Partial<WorkerMessage> | null)?.type ?? "");
}

/** The lines of a stream of bytes, without their ends. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest !== "") yield rest;
}
