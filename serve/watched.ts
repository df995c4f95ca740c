/**
 * An output folder that is being written, by this machine or others, as it is looked at.
 *
 * A run is read again only where something in its folder has changed, so that thousands cost little.
 *
 * @module
 */
import { basename, relative, resolve } from "node:path";
import { quote, taskCommand } from "../base/command.ts";
import { PRIMARY } from "../metrics/mod.ts";
import { datasetText } from "../bench/records/left_out.ts";
import { Folder, type PlanFile, StoreError } from "../bench/records/folder.ts";
import { lookedAt } from "../bench/records/progress.ts";
import type { Manifest, RunSpec } from "../bench/records/record.ts";
import { runId, runName } from "../bench/records/run_id.ts";
import { findInside, type Found, MOST_BYTES } from "./inside.ts";
import { type Look, lookAt, WAITING } from "./run_look.ts";
import { secondsLeft } from "./time_left.ts";
import type { Cell, Curves, Group, Plan, RunState, State, Status } from "./state.ts";

/** Seconds after which a run that gives no sign is called quiet. */
const QUIET = 120;

/** Points of a run's small curve. */
const TRAIL = 40;

/** A run of the plan, as it was last seen. */
interface Watch {
  readonly id: string;
  readonly spec: RunSpec;
  readonly cell: Cell;
  look: Look;
  /** Of its folder, when it was last read. */
  mtime: number;
  /** In which version it has changed. */
  version: number;
}

const PLANS: readonly PlanFile[] = ["manifest.json", "sweep.json"];

/** A folder that is watched. */
export class Watched {
  readonly folder: Folder;
  #plan: Plan | null = null;
  #planFile: Pick<Found, "path" | "mtime" | "size"> | null = null;
  #runs: readonly Watch[] = [];
  #version = 0;
  #note: string | null = null;
  #report: State["report"] = "none";
  #looking: Promise<void> | null = null;
  #lookedAt = -Infinity;
  /** Milliseconds that a look takes. */
  #cost = 0;
  /** Runs that the first look at a plan has come to; null when it is over. */
  #seen: number | null = 0;

  /** @param out The output folder, which may not be there yet. */
  constructor(out: string) {
    this.folder = new Folder(resolve(out));
  }

  /** Looks again, unless that was a moment ago; a look that is going on is joined. */
  async look(everyMs = 500): Promise<void> {
    const pause = Math.max(everyMs, 5 * this.#cost);
    if (this.#looking === null && performance.now() - this.#lookedAt < pause) return;
    this.#looking ??= this.#look().finally(() => this.#looking = null);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const began = performance.now();
    await this.#readPlan();
    const names = new Set<string>();
    try {
      const runs = await findInside(this.folder.folder, "runs");
      if (runs !== null) { for await (const { name } of Deno.readDir(runs.path)) names.add(name); }
    } catch {
      // gone again
    }
    let newest = 0;
    for (const [n, run] of this.#runs.entries()) {
      if (this.#seen !== null) this.#seen = n;
      const found = names.has(run.id) ? await findInside(this.folder.folder, "runs", run.id) : null;
      const mtime = found?.mtime ?? 0;
      newest = Math.max(newest, mtime);
      // A network's file system may tell of changes late: runs at work are always looked at.
      const same = mtime === run.mtime && Date.now() - mtime > 2000 && run.look.sign === null;
      if (same) continue;
      run.mtime = mtime;
      const look = found === null
        ? { ...WAITING, steps: run.spec.training.steps }
        : await lookAt(this.folder, run.id, run.spec);
      if (JSON.stringify(look) === JSON.stringify(run.look)) continue;
      run.look = look;
      run.version = ++this.#version; // whoever asks meanwhile is told the rest next time
    }
    this.#seen = null;
    await this.#lookForReport(newest);
    this.#lookedAt = performance.now();
    this.#cost = this.#lookedAt - began;
  }

  async #readPlan(): Promise<void> {
    const { folder } = this.folder;
    const [file] = (await Promise.all(PLANS.map((name) => findInside(folder, name))))
      .filter((found) => found !== null);
    const same = file?.path === this.#planFile?.path && file?.mtime === this.#planFile?.mtime &&
      file?.size === this.#planFile?.size;
    if (same && this.#lookedAt >= 0) return;
    this.#planFile = file ?? null;
    const set = (manifest: Manifest | null, note: string | null) => {
      this.#version++;
      this.#seen = 0;
      this.#note = note;
      [this.#plan, this.#runs] = manifest === null ? [null, []] : this.#planned(manifest);
    };
    if (file === undefined) return set(null, "Nothing is planned in this folder yet.");
    if (file.size > MOST_BYTES) return set(null, "The plan of this folder is too large to be one.");
    try {
      const plan = (await this.folder.plan(basename(file.path) as PlanFile))!;
      const { length } = plan.refused;
      const refused = `${length} ${length === 1 ? "run" : "runs"} of the plan cannot be used.`;
      set(plan.manifest, length === 0 ? null : refused);
    } catch (error) {
      const why = error instanceof StoreError ? error.why : "it cannot be read";
      set(null, `The plan of this folder cannot be used: ${why}.`);
    }
  }

  /** A plan as the page shows it, with what was seen of runs that it had before. */
  #planned(manifest: Manifest): [Plan, readonly Watch[]] {
    const before = new Map(this.#runs.map((run) => [run.id, run]));
    const groups = new Map<string, Group & { readonly n: number }>();
    const runs: Watch[] = [];
    for (const { id, row, spec } of everyRun(manifest)) {
      const { network, selection } = spec.training;
      const title = `${datasetText(spec)}, ${network.name} × ${network.width}`;
      const { metric, summary } = lookedAt(selection);
      const figure = `${metric.title}${summary === "worst" ? " of the worst domain" : ""}`;
      const { factor } = metric.scale;
      const group = groups.get(title) ?? { title, figure, factor, n: groups.size };
      groups.set(title, group);
      const known = before.get(id);
      runs.push({
        ...{ id, spec, cell: { group: group.n, row, seed: spec.seed } },
        look: known?.look ?? { ...WAITING, steps: spec.training.steps },
        mtime: known?.mtime ?? 0,
        version: this.#version,
      });
    }
    const { preset, createdAt } = manifest;
    const plan = {
      key: `${this.#version}-${this.#planFile!.mtime}`,
      ...{ preset, createdAt, folder: basename(this.folder.folder), figure: PRIMARY.title },
      reportedBy: `${taskCommand()} report --out ${
        quote(relative(".", this.folder.folder) || ".")
      }`,
      groups: [...groups.values()].map(({ n: _, ...group }) => group),
      cells: runs.map(({ cell }) => cell),
    };
    return [plan, runs];
  }

  /** @param newest When the last of the runs' folders was changed. */
  async #lookForReport(newest: number): Promise<void> {
    const report = await findInside(this.folder.folder, "report", "index.html");
    const open = this.#runs.some(({ look }) => !ENDED.includes(look.status));
    const whole = !open && this.#runs.length > 0 && report !== null && report.mtime >= newest;
    const now = report === null ? "none" : whole ? "whole" : "older";
    if (now !== this.#report) this.#version++;
    this.#report = now;
  }

  /**
   * How all stands.
   *
   * @param key The plan that the page knows.
   * @param after The version that it knows.
   */
  state(key: string | null, after: number): State {
    const known = key !== null && key === this.#plan?.key;
    const states = this.#runs.map((run, n) => stateOf(run, n));
    const counts = { ...NONE };
    for (const { status } of states) counts[status]++;
    return {
      ...{ version: this.#version, key: this.#plan?.key ?? null, counts },
      note: this.#seen === null || this.#plan === null
        ? this.#note
        : `Reading what is there: ${this.#seen} of ${this.#runs.length} runs so far.`,
      plan: known ? null : this.#plan,
      runs: states.filter(({ n, status }) =>
        !known || this.#runs[n]!.version > after || status === "running" || status === "quiet"
      ),
      left: secondsLeft(this.#runs),
      report: this.#report,
    };
  }

  /** The curves of a table. */
  curves(group: number): Curves {
    return {
      key: this.#plan?.key ?? null,
      runs: this.#runs.flatMap(({ cell, look: { curve } }, n) =>
        cell.group === group && curve.length > 0 ? [{ n, points: curve }] : []
      ),
    };
  }

  /** Whether all runs have ended and there is a report of them. */
  get reported(): boolean {
    return this.#report === "whole";
  }
}

const ENDED: readonly Status[] = ["done", "diverged", "failed"];

const NONE: Readonly<Record<Status, number>> = {
  ...{ waiting: 0, running: 0, quiet: 0, stopped: 0, done: 0, diverged: 0, failed: 0 },
};

/** The runs of a plan, and the first stages that it does not plan for themselves. */
function everyRun({ runs }: Manifest): { id: string; row: string; spec: RunSpec }[] {
  const all = new Map<string, { id: string; row: string; spec: RunSpec }>();
  for (const { id, name, spec, trial } of runs) {
    if (all.has(id)) continue;
    all.set(id, { id, row: trial === undefined ? name : `${name}, setting ${trial}`, spec });
  }
  for (const { spec: { stage1 } } of runs) {
    for (let spec = stage1; spec !== null; spec = spec.stage1) {
      const id = runId(spec);
      if (!all.has(id)) all.set(id, { id, row: `${runName(spec, [])} (first stage)`, spec });
    }
  }
  return [...all.values()];
}

function stateOf({ look }: Watch, n: number): RunState {
  const { status, step, steps, loss, best, figure, reason, pace, curve, sign } = look;
  const silent = sign === null ? null : Math.max(0, Math.round((Date.now() - sign) / 1000));
  const quiet = status === "running" && silent! > QUIET;
  return {
    ...{ n, step, steps, loss, best, figure, reason, silent },
    status: quiet ? "quiet" : status,
    left: status === "running" && !quiet && pace !== null
      ? Math.round(pace * (steps - step))
      : null,
    trail: status === "running" || quiet ? curve.slice(-TRAIL).map(({ value }) => value) : [],
  };
}
