/**
 * Progress on a terminal: a line for the grid and one for every run that is going on, as wide as the
 * terminal is at that moment.
 *
 * @module
 */
import process from "node:process";
import cliProgress from "cli-progress";
import { printable } from "../base/terminal.ts";
import type { Seen } from "../bench/execute/executor.ts";
import type { PlannedRun } from "../bench/plan/plan.ts";
import { datasetText } from "../bench/records/left_out.ts";
import { METRICS } from "../metrics/mod.ts";
import { duration, Meter } from "./meter.ts";
import type { Progress } from "./progress.ts";
import { again, endings, waiting, workDone } from "./progress_words.ts";

/** What a line shows: a share, and words of which the later ones matter less. */
export interface Live {
  /** From 0 to 1; null where it is not known. */
  readonly share: number | null;
  /** The first is always shown, as far as there is room. */
  readonly words: readonly string[];
}

/** The widest that a bar is, and the least width that is worth one. */
const WIDEST = 20, LEAST = 6;

/** A line of at most so many columns: bar, percentage, and the words for which there is room. */
export function liveLine({ share, words }: Live, columns: number): string {
  const room = Math.max(1, columns - 1); // a full line would wrap on some terminals
  const percent = share === null ? "" : `${Math.floor(100 * share)}%`.padStart(4);
  const width = Math.min(WIDEST, Math.floor(room / 6));
  const filled = Math.round(width * (share ?? 0));
  const bar = width < LEAST ? "" : `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
  let line = [bar, percent, words[0] ?? ""].filter((part) => part !== "").join(" ");
  for (const word of words.slice(1)) {
    if (line.length + 2 + word.length > room) break;
    line += `  ${word}`;
  }
  return line.length > room ? `${line.slice(0, room - 1)}…` : line;
}

/** A run while it is going on. */
export interface Running {
  readonly run: PlannedRun;
  readonly done: number;
  readonly total: number;
  readonly seen?: Seen | undefined;
  /** When the first steps were told, and how many. */
  readonly from?: { readonly time: number; readonly done: number } | undefined;
}

/** What is shown of a run: method and seed, step, time left, loss, best validation figure, data set. */
export function runWords({ run, done, total, seen, from }: Running, now: number): string[] {
  const { name, spec } = run;
  const steps = from === undefined ? 0 : done - from.done;
  const left = steps > 0 ? (now - from!.time) / 1000 / steps * (total - done) : null;
  const metric = METRICS.find(({ name }) => name === seen?.metric);
  const { loss = null, best = null } = seen ?? {};
  const { factor, decimals } = metric?.scale ?? { factor: 1, decimals: 3 };
  return [
    `${name} seed ${spec.seed}`,
    `step ${done}/${total}`,
    ...(loss === null ? [] : [`loss ${shortNumber(loss)}`]),
    ...(best === null ? [] : [`best ${(factor * best).toFixed(decimals)}`]),
    ...(left === null ? [] : [`${duration(left)} left`]),
    ...(best === null ? [] : [`(validation ${metric?.title ?? seen!.metric})`]),
    datasetText(spec),
  ];
}

/** Three digits that matter. */
function shortNumber(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e5)
    ? value.toExponential(1)
    : value.toPrecision(3);
}

/** Live lines on standard error; lines that stay are written above them. */
export function liveLines(): Progress {
  const columns = () => process.stderr.columns || 80;
  const multi = new cliProgress.MultiBar({
    format: (_options: unknown, _params: unknown, { live }: { live: () => Live }) =>
      liveLine(live(), columns()),
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    emptyOnZero: true,
    stream: process.stderr,
  }, cliProgress.Presets.rect);
  type Bar = ReturnType<typeof multi.create>;
  const show = (live: () => Live): Bar => multi.create(1, 0, { live });
  const log = (line: string) => multi.log(`${printable(line)}\n`);
  let meter = new Meter([]);
  let ended = 0, count = 0;
  const endingOf = endings();
  let working: { what: string; share: number | null; text: string; bar: Bar } | null = null;
  const running = new Map<string, { state: Running; bar: Bar }>();
  const stopWorking = () => {
    if (working !== null) multi.remove(working.bar);
    working = null;
  };
  const drop = (run: PlannedRun) => {
    const line = running.get(run.id);
    if (line !== undefined) multi.remove(line.bar);
    running.delete(run.id);
  };
  return {
    note: log,
    work(what, done, of) {
      if (working?.what !== what) {
        stopWorking();
        const bar = show(() => ({ share: working!.share, words: [working!.text] }));
        working = { what, share: 0, text: what, bar };
      }
      working.text = workDone(what, done, of);
      working.share = of === undefined ? null : done / Math.max(1, of);
      if (of !== undefined && done >= of) stopWorking();
    },
    grid(runs) {
      stopWorking();
      meter = new Meter(runs);
      count = runs.length;
      show(() => ({
        share: meter.share,
        words: [
          `${ended} of ${count} runs`,
          ...(meter.left === null ? [] : [`${duration(meter.left)} left`]),
        ],
      }));
    },
    start(run) {
      drop(run);
      const state: Running = { run, done: 0, total: run.spec.training.steps };
      const bar = show(() => {
        const { state } = running.get(run.id)!;
        const share = state.total === 0 ? 0 : state.done / state.total;
        return { share, words: runWords(state, performance.now()) };
      });
      running.set(run.id, { state, bar });
    },
    step(run, done, total, seen) {
      const line = running.get(run.id);
      if (line !== undefined) {
        const from = line.state.from ?? { time: performance.now(), done };
        running.set(run.id, { ...line, state: { run, done, total, seen, from } });
      }
      meter.step(run, done);
    },
    wait: (run, process) => log(waiting(run, process)),
    retry(run, reason, seconds) {
      drop(run);
      log(again(run, reason, seconds));
    },
    end(run, outcome) {
      drop(run);
      ended++;
      meter.end(run, outcome);
      const line = endingOf(run, outcome);
      if (line !== null) log(line);
    },
    close() {
      stopWorking();
      multi.stop();
    },
  };
}
