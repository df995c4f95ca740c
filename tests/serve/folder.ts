/**
 * Folders of a benchmark that is going on, and their live page.
 *
 * @module
 */
import { writeAtomically } from "../../base/files.ts";
import { Folder } from "../../bench/records/folder.ts";
import type { Glimpse, ProgressFile } from "../../bench/records/progress.ts";
import { LiveServer } from "../../serve/mod.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, type FakeGrid, writeStore } from "../report/store.ts";

/** Two methods and three seeds of which one has each fate. */
export const GRID: FakeGrid = {
  datasets: DATASETS.slice(0, 1),
  methods: ["erm", "irm"],
  seeds: [0, 1, 2],
  fate: (_, method, seed) => {
    if (method === "irm") return (["failed", "diverged", "missing"] as const)[seed]!;
    return seed === 0 ? "done" : "missing";
  },
};

const SECONDS = 1000;

/** How far a run is that began a minute ago and has done half of its steps. */
export function halfway(changes: Partial<ProgressFile> = {}): ProgressFile {
  const curve: Glimpse[] = [
    { step: 1, loss: 2.5, value: 0.2 },
    { step: 51, loss: 1.25, value: 0.625 },
    { step: 101, loss: 0.75, value: 0.5 },
  ];
  const ago = (seconds: number) => new Date(Date.now() - seconds * SECONDS).toISOString();
  return {
    ...{ step: 250, steps: 500, loss: 0.5, metric: "macro_f1", best: curve[1]!, curve },
    ...{ at: ago(1), from: { step: 0, at: ago(61) } },
    ...changes,
  };
}

/** Writes what a run leaves that is at work: an object, or whatever text. */
export async function tell(
  out: string,
  name: string,
  seed: number,
  progress: ProgressFile | string,
): Promise<void> {
  const { path } = await folderOf(out, name, seed);
  const text = typeof progress === "string" ? progress : JSON.stringify(progress);
  await writeAtomically(`${path}/progress.json`, text, false);
}

/** The folder of a run, and its number in the plan. */
export async function folderOf(
  out: string,
  name: string,
  seed: number,
): Promise<{ path: string; n: number }> {
  const folder = new Folder(out);
  const { runs } = (await folder.manifest())!;
  const n = runs.findIndex((run) => run.name === name && run.spec.seed === seed);
  return { path: folder.pathOf(runs[n]!.id, "").replace(/\/$/, ""), n };
}

/** Hands a grid's folder and its server to `work`. */
export function withServer(
  work: (served: { out: string; address: string; port: number }) => Promise<void>,
  grid: FakeGrid | null = GRID,
): Promise<void> {
  return inFolder(async (out) => {
    if (grid !== null) await writeStore(out, grid);
    const server = await new LiveServer(out).start(0);
    try {
      await work({ out, address: server.address, port: Number(new URL(server.address).port) });
    } finally {
      await server.close();
    }
  });
}
