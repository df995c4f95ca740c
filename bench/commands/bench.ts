/**
 * `deno task bench`: the main job. Plans the grid, makes backend and data ready, trains what is
 * missing, writes the results and the report.
 *
 * @module
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../errors.ts";
import { plan, type PlannedRun, runId } from "../plan.ts";
import type { Manifest } from "../record.ts";
import { comparison, type Verdict } from "../reproduction.ts";
import { Store } from "../store.ts";
import { type GridOptions, gridOptions, runGrid } from "./grid.ts";
import { list, print, printJson, type SetExitCode } from "./options.ts";

interface BenchOptions extends GridOptions {
  readonly methods: string[];
  readonly from?: string;
  readonly tolerance: number;
}

/** The command. */
export function benchCommand(setExitCode: SetExitCode): Command {
  const command = new Command("bench")
    .description("train every method on every data set and seed, then write the report")
    .option("--methods <names>", "methods, first+second for two stages, or all", list, ["all"])
    .option("--from <manifest>", "repeat the runs of a manifest.json into --out, and compare")
    .option(
      "--tolerance <share>",
      "largest difference of a test figure that --from lets pass",
      share,
      0.01,
    );
  return gridOptions(command)
    .action(async (options: BenchOptions) => setExitCode(await bench(options)));
}

async function bench(options: BenchOptions): Promise<number> {
  const { methods, preset } = options;
  if (options.from === undefined) {
    return await runGrid(options, preset, (request, known) => plan({ ...request, methods }, known));
  }
  const original = await readManifest(options);
  // The runs name their weights themselves, where they have any.
  const place = { ...options, preset: original.preset as typeof preset, fromScratch: true };
  const code = await runGrid(place, preset, () => [...original.runs]);
  if (code === 130 || options.dryRun || options.executor !== "local") return code;
  return await compare(original, options) ? code : 1;
}

/** The manifest that `--from` names; its specs must be what their ids say. */
async function readManifest(
  { from, out }: BenchOptions,
): Promise<Manifest & { runs: readonly PlannedRun[] }> {
  const refuse = (why: string) => new UsageError(`Cannot use --from "${from}": ${why}`);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await Deno.readTextFile(from!));
  } catch (error) {
    throw refuse(`${(error as Error).message}; give the manifest.json of an output folder`);
  }
  if (manifest.format !== 1 || !Array.isArray(manifest.runs)) {
    throw refuse("it is not a plan of format 1; give the manifest.json of an output folder");
  }
  const changed = manifest.runs.find(({ id, spec }) => runId(spec) !== id);
  if (changed !== undefined) {
    throw refuse(`run ${changed.id} has another specification than its id says; restore the file`);
  }
  if (out === undefined || resolve(out) === resolve(from!, "..")) {
    throw refuse("the runs need a folder of their own; give it with --out");
  }
  return manifest;
}

/** Says run by run whether the numbers came back; true when none is different or missing. */
async function compare(original: Manifest, options: BenchOptions): Promise<boolean> {
  const store = new Store(resolve(options.from!, ".."));
  const repeated = new Store(resolve(options.out!));
  const counts: Record<Verdict, number> = {
    "identical": 0,
    "within": 0,
    "different": 0,
    "missing": 0,
  };
  for (const { id, name, spec } of original.runs) {
    const { verdict, largest } = comparison(
      await store.record(id),
      await repeated.record(id),
      options.tolerance,
    );
    counts[verdict]++;
    const what = { dataset: spec.dataset.name, method: name, seed: spec.seed };
    if (options.json) printJson({ event: "compare", id, ...what, verdict, largest });
    else {
      const by = largest === null || largest === 0
        ? ""
        : `, by ${(100 * largest).toFixed(2)} points`;
      print(`${what.dataset} ${name} seed ${spec.seed}: ${SAYS[verdict]}${by}`);
    }
  }
  if (options.json) printJson({ event: "compared", ...counts });
  else {
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    print(parts.map(([verdict, count]) => `${count} ${SAYS[verdict as Verdict]}`).join(", "));
    (await otherPlace(original, repeated)).forEach(print);
  }
  return counts.different + counts.missing === 0;
}

const SAYS: Readonly<Record<Verdict, string>> = {
  "identical": "identical",
  "within": "within tolerance",
  "different": "different",
  "missing": "not to be compared: a record is missing",
};

/** What is not the same here as where the original was made. */
async function otherPlace(original: Manifest, repeated: Store): Promise<string[]> {
  const here = (await repeated.manifest())!;
  const all = (manifest: Manifest): Record<string, unknown> => ({
    ...manifest.environment,
    ...Object.fromEntries(
      Object.entries(manifest.data ?? {}).map(([name, hash]) => [`data of ${name}`, hash]),
    ),
  });
  const [then, now] = [all(original), all(here)];
  return Object.keys(then).filter((key) => then[key] !== now[key]).map((key) =>
    `Not as then: ${key} was ${then[key]}, is ${now[key]}`
  );
}

/** A share, from 0 to 1. */
function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new UsageError(`Cannot use --tolerance "${text}": it must be a share from 0 to 1`);
  }
  return value;
}
