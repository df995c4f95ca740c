/**
 * The Slurm executor's options.
 *
 * @module
 */
import { integerAtLeast } from "../../base/arguments.ts";
import { UsageError } from "../../base/errors.ts";

/** Seconds before the time limit at which a run is kept and its task queued again. */
export const NOTICE_SECONDS = 90;

/** The least time limit: Slurm may give notice a minute early, and tasks take time to start. */
const LEAST_MINUTES = 5;

/** What jobs ask for. */
export const options = {
  partition: {
    flags: "--partition <name>",
    description: "partition of the jobs",
    read: (text: string): string => text,
  },
  time: {
    flags: "--time <limit>",
    description: "time limit of a task, such as 2:00:00; its runs are continued after",
    read: timeLimit,
  },
  memory: {
    flags: "--memory <size>",
    description: "memory of a run, such as 4G",
    read: (text: string): string => text,
  },
  gpusPerRun: {
    flags: "--gpus-per-run <n>",
    description: "GPUs of a run",
    read: integerAtLeast("--gpus-per-run", 1),
  },
  runsPerTask: {
    flags: "--runs-per-task <n>",
    description: "runs that a task trains",
    read: integerAtLeast("--runs-per-task", 1),
  },
  throttle: {
    flags: "--throttle <n>",
    description: "tasks at the same time, at most",
    read: integerAtLeast("--throttle", 1),
  },
  sbatch: {
    flags: "--sbatch <option>",
    description: "another option of sbatch, such as --account=mine; may be repeated",
    read: sbatchOption,
  },
};

/**
 * A time limit as Slurm writes them, in minutes.
 *
 * @throws {UsageError} When it is none, or so short that its tasks would come to nothing.
 */
export function timeLimit(text: string): string {
  const [, days, rest] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(text) ?? [];
  const refuse = (why: string) => new UsageError(`Cannot use --time "${text}": ${why}`);
  if (rest === undefined) {
    throw refuse("give hours:minutes:seconds, such as 4:00:00, or days-hours, such as 2-12");
  }
  const parts = rest.split(":").map(Number);
  // After days Slurm counts from the hours on; else from the minutes, unless there are three.
  const from = days !== undefined || parts.length === 3 ? 60 : 1;
  const minutes = 1440 * Number(days ?? 0) +
    parts.reduce((sum, part, i) => sum + part * from / 60 ** i, 0);
  if (minutes < LEAST_MINUTES) {
    throw refuse(
      `a task needs ${LEAST_MINUTES} minutes at least, since its runs are kept ${NOTICE_SECONDS} seconds ` +
        `before the limit`,
    );
  }
  return text;
}

/** Further options of `sbatch`, collected. */
function sbatchOption(text: string, earlier: readonly string[] = []): string[] {
  if (/^--?[a-z][^\n"]*$/i.test(text)) return [...earlier, text];
  throw new UsageError(
    `Cannot use --sbatch "${text}": give one option of sbatch, such as --account=mine`,
  );
}
