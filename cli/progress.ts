/**
 * Progress for people and for programs.
 *
 * Three forms of one interface: bars on a terminal, few plain lines elsewhere (logs), JSON lines on
 * standard output for other programs.
 *
 * @module
 */
import process from "node:process";
import cliProgress from "cli-progress";
import { printError, printJson } from "../base/terminal.ts";
import type { Outcome } from "../bench/execute/executor.ts";
import type { PlannedRun } from "../bench/plan/plan.ts";
import { datasetText } from "../bench/records/left_out.ts";
import { divergence } from "../bench/records/outcome.ts";

/** What happens, told while it does. */
export interface Progress {
  /** One line for the reader. */
  note(line: string): void;
  /** Long work outside of runs: what is done, how much of how much; bytes where that is not known. */
  work(what: string, done: number, total: number | undefined): void;
  /** The grid begins. */
  grid(runs: readonly PlannedRun[]): void;
  start(run: PlannedRun): void;
  step(run: PlannedRun, done: number, total: number): void;
  /** The machine failed a run, which is tried again after so many seconds. */
  wait(run: PlannedRun, process: number | null): void;
  retry(run: PlannedRun, reason: string, seconds: number): void;
  end(run: PlannedRun, outcome: Outcome): void;
  /** The grid is over, or broken off. */
  close(): void;
}

/** The form that fits: `json` on request, bars on a terminal, else lines. */
export function makeProgress(json: boolean): Progress {
  if (json) return jsonLines();
  return Deno.stderr.isTerminal() ? bars() : plainLines();
}

/** Seconds as `1:02:03` or `2:03`. */
export function duration(seconds: number): string {
  const rounded = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60];
  const shown = parts[0]! > 0 ? parts : parts.slice(1);
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** Share of a grid's steps that are done, and from it the time that is left. */
class Meter {
  readonly #steps: Map<string, number>;
  readonly #done = new Map<string, number>();
  readonly #total: number;
  #skipped = 0;
  /** When the first steps were told, and how many: what comes before says nothing about them. */
  #begin: { readonly time: number; readonly steps: number } | null = null;

  constructor(runs: readonly PlannedRun[]) {
    this.#steps = new Map(runs.map(({ id, spec }) => [id, spec.training.steps]));
    this.#total = [...this.#steps.values()].reduce((a, b) => a + b, 0);
  }

  step(run: PlannedRun, done: number): void {
    this.#done.set(run.id, done);
    this.#begin ??= { time: performance.now(), steps: this.#trained };
  }

  /** A run that cost nothing says nothing about the pace. */
  end(run: PlannedRun, outcome: Outcome): void {
    const steps = this.#steps.get(run.id) ?? 0;
    const trained = outcome.status === "done";
    if (trained) this.#done.set(run.id, steps);
    else {
      this.#skipped += steps - (this.#done.get(run.id) ?? 0);
    }
  }

  get share(): number {
    return this.#total === 0 ? 1 : (this.#trained + this.#skipped) / this.#total;
  }

  /** Seconds left at the pace so far; null before there is one. */
  get left(): number | null {
    if (this.#begin === null) return null;
    const elapsed = (performance.now() - this.#begin.time) / 1000;
    const rest = this.#total - this.#skipped - this.#trained;
    const steps = this.#trained - this.#begin.steps;
    return steps > 0 ? elapsed * rest / steps : null;
  }

  get #trained(): number {
    return [...this.#done.values()].reduce((a, b) => a + b, 0);
  }
}

function bars(): Progress {
  const multi = new cliProgress.MultiBar({
    format: " {bar} {percentage}% | {what}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    stream: process.stderr,
  }, cliProgress.Presets.rect);
  let meter = new Meter([]);
  let total: ReturnType<typeof multi.create> | null = null;
  let ended = 0, count = 0;
  let working: { what: string; bar: ReturnType<typeof multi.create> } | null = null;
  const running = new Map<string, ReturnType<typeof multi.create>>();
  const refresh = () => {
    const left = meter.left;
    total?.update(Math.round(meter.share * 1000), {
      what: `${ended} of ${count} runs${left === null ? "" : `, ${duration(left)} left`}`,
    });
  };
  const stopWorking = () => {
    if (working !== null) multi.remove(working.bar);
    working = null;
  };
  return {
    note: (line) => multi.log(`${line}\n`),
    work(what, done, of) {
      if (working?.what !== what) {
        stopWorking();
        working = { what, bar: multi.create(of ?? 1, 0, { what }) };
      }
      working.bar.setTotal(of ?? 1);
      working.bar.update(of === undefined ? 0 : done, { what: workDone(what, done, of) });
      if (of !== undefined && done >= of) stopWorking();
    },
    grid(runs) {
      stopWorking();
      meter = new Meter(runs);
      count = runs.length;
      total = multi.create(1000, 0, { what: `0 of ${count} runs` });
    },
    start(run) {
      const { name, spec } = run;
      const what = `${datasetText(spec)} ${name} seed ${spec.seed}`;
      running.set(run.id, multi.create(spec.training.steps, 0, { what }));
    },
    step(run, done) {
      running.get(run.id)?.update(done);
      meter.step(run, done);
      refresh();
    },
    wait: (run, process) => multi.log(`${waiting(run, process)}\n`),
    retry(run, reason, seconds) {
      const bar = running.get(run.id);
      if (bar !== undefined) multi.remove(bar);
      running.delete(run.id);
      multi.log(`${again(run, reason, seconds)}\n`);
    },
    end(run, outcome) {
      const bar = running.get(run.id);
      if (bar !== undefined) multi.remove(bar);
      running.delete(run.id);
      ended++;
      meter.end(run, outcome);
      const line = ending(run, outcome);
      if (line !== null) multi.log(`${line}\n`);
      refresh();
    },
    close() {
      stopWorking();
      multi.stop();
    },
  };
}

/** Without a terminal: a line at the start, at most one every half minute, and every failure. */
function plainLines(): Progress {
  const every = 30_000;
  let meter = new Meter([]);
  let last = performance.now();
  let ended = 0, count = 0;
  const say = (line: string) => {
    last = performance.now();
    printError(line);
  };
  return {
    note: say,
    work(what, done, total) {
      if (performance.now() - last <= every) return;
      const share = total === undefined ? "" : `: ${Math.floor(100 * done / total)} %`;
      say(`${workDone(what, done, total)}${share}`);
    },
    grid(runs) {
      meter = new Meter(runs);
      count = runs.length;
    },
    start() {},
    step(run, done) {
      meter.step(run, done);
      if (performance.now() - last > every) {
        const left = meter.left;
        const rest = left === null ? "" : `, ${duration(left)} left`;
        say(`${ended} of ${count} runs, ${Math.floor(100 * meter.share)} %${rest}`);
      }
    },
    wait: (run, process) => say(waiting(run, process)),
    retry: (run, reason, seconds) => say(again(run, reason, seconds)),
    end(run, outcome) {
      ended++;
      meter.end(run, outcome);
      const line = ending(run, outcome);
      if (line !== null) say(line);
    },
    close() {},
  };
}

function jsonLines(): Progress {
  let last = 0;
  const about = ({ id, name, spec }: PlannedRun) => ({
    id,
    dataset: spec.dataset.name,
    ...(spec.dataset.leaveOut && { leaveOut: spec.dataset.leaveOut }),
    method: name,
    seed: spec.seed,
  });
  return {
    note: (line) => printJson({ event: "note", line }),
    work(what, done, total) {
      const ended = total !== undefined && done >= total;
      if (!ended && performance.now() - last < 1000) return;
      last = performance.now();
      printJson({ event: "work", what, done, total: total ?? null });
    },
    grid: (runs) => printJson({ event: "grid", runs: runs.length }),
    start: (run) => printJson({ event: "start", ...about(run) }),
    step: (run, done, total) => printJson({ event: "step", ...about(run), done, total }),
    wait: (run, process) => printJson({ event: "wait", ...about(run), process }),
    retry: (run, reason, seconds) => printJson({ event: "retry", ...about(run), reason, seconds }),
    end: (run, outcome) => printJson({ event: "end", ...about(run), ...outcome }),
    close() {},
  };
}

/** That another process is at a run. */
function waiting({ name, spec, id }: PlannedRun, process: number | null): string {
  const who = process === null ? "another process" : `process ${process}`;
  return `Waiting for ${datasetText(spec)} ${name} seed ${spec.seed} (${id}): ${who} is at it`;
}

/** What is being done, with the bytes done where it is not known of how many. */
function workDone(what: string, done: number, total: number | undefined): string {
  return total === undefined ? `${what}: ${(done / 2 ** 20).toFixed(0)} MiB` : what;
}

function again({ name, spec }: PlannedRun, reason: string, seconds: number): string {
  const what = `${datasetText(spec)} ${name} seed ${spec.seed}`;
  return `${what} is tried again in ${seconds} s: ${reason}`;
}

/** What is said when a run ends; null where it needs no word. */
function ending({ name, spec }: PlannedRun, outcome: Outcome): string | null {
  const { status } = outcome;
  if (status === "done" || status === "existing") return null;
  const reason = status === "diverged" ? divergence(outcome) : outcome.reason;
  return `${datasetText(spec)} ${name} seed ${spec.seed} ${status}: ${reason}`;
}
