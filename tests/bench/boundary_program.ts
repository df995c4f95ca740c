/**
 * What is killed at every file boundary: a small grid in one process, from its data in the cache and
 * its plan to its results. Two runs one upon the other, their state kept after every step; the second
 * is then set aside and trained again, as `--redo` does. The argument is the folder in which `out` and
 * `cache` are made.
 *
 * @module
 */
import { join } from "node:path";
import { exists } from "../../base/files.ts";
import inProcess from "../../bench/execute/in_process.ts";
import { readDatasets } from "../../bench/execute/preflight.ts";
import type { Manifest } from "../../bench/records/record.ts";
import { Store } from "../../bench/records/store.ts";
import { ReportFiles } from "../../report/files.ts";
import { readStore } from "../../report/folder.ts";
import { resultsCsv } from "../../report/tables/results_csv.ts";
import { BACKEND, place } from "./crash.ts";
import { plan } from "../helpers/plan.ts";

const [root] = Deno.args as [string];
const out = join(root, "out");
const runs = plan({
  datasets: ["digits-synth"],
  methods: ["crt"],
  seeds: [0],
  preset: "smoke",
  steps: 2,
  settings: [["digits-synth.head", 30], ["digits-synth.validation", 6], ["digits-synth.test", 6]],
  selection: "last",
  backend: BACKEND,
  threads: 1,
});
const { jobs: _, ...session } = place(out);
const paths = { ...session.paths, cacheDir: join(root, "cache") };
const read = await readDatasets(runs, session.catalogue.datasets, paths, () => {});
const data = new Map([...read].map(([key, { file }]) => [key, file]));
const about = { format: 2, createdAt: "", command: [], preset: "smoke", environment: {} } as const;
const store = new Store(out);
await store.writeManifest({ ...about, runs } as Manifest);
const train = () => inProcess.run(runs, { ...session, paths, data, saveEvery: 0 }, {});
await train();
if (!await exists(join(out, "former"))) {
  await store.setAside(runs[0]!.id);
  await train();
}
await new ReportFiles(out).results(resultsCsv(await readStore(out)));
Deno.exit(0);
