/**
 * Progress for people and for programs.
 *
 * Three forms of one interface: live lines on a terminal (`live_lines.ts`), few plain lines elsewhere (logs), JSON lines on
 * standard output for other programs.
 *
 * @module
 */
import { printError, printJson } from "../base/terminal.ts";
import type { Outcome, Seen } from "../bench/execute/executor.ts";
import type { PlannedRun } from "../bench/plan/plan.ts";
import { liveLines } from "./live_lines.ts";
import { duration, Meter } from "./meter.ts";
import { again, endings, waiting, workDone } from "./progress_words.ts";

/** What happens, told while it does. */
export interface Progress {
  /** One line for the reader. */
  note(line: string): void;
  /** Long work outside of runs: what is done, how much of how much; bytes where that is not known. */
  work(what: string, done: number, total: number | undefined): void;
  /** The grid begins. */
  grid(runs: readonly PlannedRun[]): void;
  start(run: PlannedRun): void;
  step(run: PlannedRun, done: number, total: number, seen?: Seen): void;
  /** The machine failed a run, which is tried again after so many seconds. */
  wait(run: PlannedRun, process: number | null): void;
  retry(run: PlannedRun, reason: string, seconds: number): void;
  end(run: PlannedRun, outcome: Outcome): void;
  /** The grid is over, or broken off. */
  close(): void;
}

/** The form that fits: `json` on request, live lines on a terminal, else few lines. */
export function makeProgress(json: boolean): Progress {
  if (json) return jsonLines();
  return Deno.stderr.isTerminal() ? liveLines() : plainLines();
}

/** Without a terminal: a line at the start, at most one every half minute, and every failure. */
function plainLines(): Progress {
  const every = 30_000;
  let meter = new Meter([]);
  let last = performance.now();
  let ended = 0, count = 0;
  const endingOf = endings();
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
      const line = endingOf(run, outcome);
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
    step: (run, done, total, seen) =>
      printJson({ event: "step", ...about(run), done, total, ...seen }),
    wait: (run, process) => printJson({ event: "wait", ...about(run), process }),
    retry: (run, reason, seconds) => printJson({ event: "retry", ...about(run), reason, seconds }),
    end: (run, outcome) => printJson({ event: "end", ...about(run), ...outcome }),
    close() {},
  };
}
