/**
 * A worker process as the harness sees it: it is handed runs and says how they end.
 *
 * @module
 */
import { machineAtFault } from "../../base/errors.ts";
import { projectPath } from "../../base/paths.ts";
import { hostsOf, narrowRun } from "../../base/rights.ts";
import type { PlannedRun } from "../plan/plan.ts";
import type { RunSpec } from "../records/record.ts";
import type { LocalSession } from "./local.ts";
import { lastLines, sentenceIn } from "./last_words.ts";
import { StallWatch } from "./stall.ts";
import {
  decodeLine,
  lines,
  orderOf,
  type RehearsalEnd,
  type RunEnd,
  type RunOrder,
} from "./messages.ts";

/** Milliseconds that a worker may take to stop by itself: for the step it is at, and to keep its run. */
const GRACE_MS = 60_000;

/** Seconds that a worker may take to start and to load TensorFlow, at least. */
const LEAST_START = 120;

/** A process of `worker.ts`. */
export class WorkerProcess {
  #ready = false;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #messages: AsyncIterator<string>;
  readonly #errors: Promise<string>;
  readonly #stop = () => void this.close();

  /**
   * Starts the process.
   *
   * @param job Its number among the processes of the session, which decides its GPU.
   * @param engine What its TensorFlow is started as.
   */
  constructor(
    readonly session: LocalSession,
    job: number,
    readonly engine: RunSpec["engine"],
  ) {
    const { gpus, signal } = session;
    const program = projectPath("bench/execute/worker.ts");
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        ...rightsOf(session, engine),
        program,
        ...[engine.backend, String(engine.threads)],
      ],
      cwd: projectPath(""),
      ...(gpus && { env: { CUDA_VISIBLE_DEVICES: gpus[job % gpus.length]! } }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#messages = lines(this.#process.stdout)[Symbol.asyncIterator]();
    this.#errors = lastLines(this.#process.stderr);
    signal?.addEventListener("abort", this.#stop);
  }

  /** Whether its TensorFlow was started as a run needs it; it can be started but once. */
  suits({ spec: { engine: { backend, threads } } }: PlannedRun): boolean {
    return this.engine.backend === backend && this.engine.threads === threads;
  }

  /** Trains a run; a worker that dies gives a failed end with its last words. */
  async run(run: PlannedRun): Promise<RunEnd> {
    return await this.#order(run, orderOf(run, this.session)) as RunEnd;
  }

  /** Rehearses a run; a worker that dies gives a failed end with its last words. */
  async rehearse(run: PlannedRun): Promise<RehearsalEnd | RunEnd> {
    return await this.#order(run, orderOf(run, this.session, true));
  }

  async #order(run: PlannedRun, order: RunOrder): Promise<RehearsalEnd | RunEnd> {
    const { events } = this.session;
    // Where the process has ended, so will what it says.
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
    // How long another program takes is its own to limit.
    const elsewhere = this.engine.backend === "elsewhere";
    const stall = elsewhere ? 0 : this.session.stall;
    const started = this.#ready ? null : await this.#start(stall);
    if (started !== null) return started;
    const watch = new StallWatch(stall);
    for (;;) {
      const sign = await watch.next(this.#messages.next());
      if (sign === null) {
        return this.#killed(`gave no sign of progress for ${Math.round(watch.limit)} seconds`);
      }
      const { value, done } = sign;
      if (done) return await this.#lastWords();
      const { printed, message } = decodeLine(value);
      if (printed !== "") events?.onPrint?.(run, printed);
      if (message === null) continue;
      if (message.type === "begun") events?.onStart?.(run);
      else if (message.type === "ready") continue;
      else if (message.type === "work") events?.onWork?.(message.what, message.done, message.total);
      else if (message.type === "step") {
        events?.onStep?.(run, message.done, message.total, message.seen);
      } else return message;
    }
  }

  /** Waits until TensorFlow is loaded, which is no progress of a run's; the end of a run where it fails. */
  async #start(stall: number | undefined): Promise<RunEnd | null> {
    const limit = stall === 0 ? 0 : Math.max(LEAST_START, stall ?? 0);
    const watch = new StallWatch(limit);
    for (;;) {
      const sign = await watch.next(this.#messages.next());
      if (sign === null) return this.#killed(`did not start within ${limit} seconds`);
      if (sign.done) return await this.#lastWords();
      this.#ready = decodeLine(sign.value).message?.type === "ready";
      if (this.#ready) return null;
    }
  }

  /** The end of a run whose process no longer gives a sign of life. */
  #killed(what: string): RunEnd {
    this.#process.kill("SIGKILL");
    const error = `its worker process ${what} and was killed; --stall sets how long it may take`;
    return { type: "failed", error, machine: true, stalled: true };
  }

  /** Tells the process to stop, and waits until it has; ends it when it takes too long. */
  async close(): Promise<void> {
    this.session.signal?.removeEventListener("abort", this.#stop);
    this.#input.close().catch(() => {}); // it may have ended already
    const kill = setTimeout(() => this.#process.kill("SIGKILL"), GRACE_MS);
    await this.#process.status;
    clearTimeout(kill);
  }

  /** The end of a run whose process has ended before it. */
  async #lastWords(): Promise<RunEnd> {
    const { code, signal } = await this.#process.status;
    const words = await this.#errors;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    const error = sentenceIn(words) ?? `its worker process ended ${how}${words && `: ${words}`}`;
    return { type: "failed", error, machine: signal !== null || machineAtFault(new Error(words)) };
  }
}

/** What a worker may do: its session is all that it writes, and it speaks with nobody. */
function rightsOf({ out, paths, catalogue }: LocalSession, engine: RunSpec["engine"]): string[] {
  const hosts = hostsOf(catalogue.plugins.map(({ specifier }) => specifier));
  // A program does what it likes; its images are linked into its folder.
  if (engine.backend === "elsewhere") return narrowRun("program", { hosts });
  return narrowRun("worker", { write: [out, paths.cacheDir], hosts });
}
