/**
 * What is killed at every file boundary: a small grid in one process, from its plan to its results.
 * Two runs one upon the other, their state kept after every step.
 *
 * @module
 */
import inProcess from "../../bench/execute/in_process.ts";
import type { Manifest } from "../../bench/records/record.ts";
import { Store } from "../../bench/records/store.ts";
import { ReportFiles } from "../../report/files.ts";
import { readStore } from "../../report/folder.ts";
import { resultsCsv } from "../../report/tables/results_csv.ts";
import { BACKEND, place } from "./crash.ts";
import { plan } from "../helpers/plan.ts";

const [out] = Deno.args as [string];
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
const about = { format: 2, createdAt: "", command: [], preset: "smoke", environment: {} } as const;
await new Store(out).writeManifest({ ...about, runs } as Manifest);
const { jobs: _, ...session } = place(out);
await inProcess.run(runs, { ...session, saveEvery: 0 }, {});
await new ReportFiles(out).results(resultsCsv(await readStore(out)));
Deno.exit(0);
