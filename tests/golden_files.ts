/**
 * Which golden files there are in a folder, and the check that each of them takes.
 *
 * @module
 */
import { join } from "node:path";
import { checkCnn, checkMethod, type CnnCase, type MethodCase } from "./golden.ts";
import { checkLosses, LOSS_SECTIONS } from "./golden_losses.ts";
import { checkSearch } from "./golden_search.ts";
import { checkMetrics, checkSampling, checkSplits, splitsFolder } from "./golden_tables.ts";

/** The forms of golden files, by a field that no other form has. */
const FORMS: Readonly<Record<string, (content: never) => void | Promise<void>>> = {
  initial_params: (content: MethodCase) => checkMethod(content),
  parameter_list: (content: CnnCase) => checkCnn(content),
  random_common: checkSearch,
  counts_per_class: checkSampling,
  thresholds: checkSplits,
  cases: checkMetrics,
  ...Object.fromEntries(LOSS_SECTIONS.map((section) => [section, checkLosses])),
};

/** A golden file and its check. */
export interface GoldenFile {
  readonly name: string;
  /** Why it cannot be checked here. */
  readonly skipped?: string;
  check(): Promise<void>;
}

/** The golden files of a folder, by name. Every JSON file must have a known form. */
export async function goldenFiles(folder: string): Promise<GoldenFile[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".json")) names.push(name);
  }
  const noSplits = (await splitsFolder()) === null;
  return names.sort().map((name) => ({
    name,
    ...(noSplits && name === "splits.json" &&
      { skipped: "the split CSVs are not here; MDLT_TEST_SPLITS can name their folder" }),
    async check() {
      const content = JSON.parse(await Deno.readTextFile(join(folder, name)));
      const form = Object.keys(FORMS).find((field) => field in content);
      if (form === undefined) throw new Error("its form is none of those that are known");
      await FORMS[form]!(content as never);
    },
  }));
}

/**
 * The plain kernels of TensorFlow, to be chosen before it is loaded. With oneDNN's convolutions one
 * of the 200,704 inputs of the last ReLU in `cnn.json`, −3·10⁻⁶, rounds to the other side of zero;
 * from there the losses differ by 3·10⁻⁴, as they would between any two orders of summation.
 */
export function usePlainKernels(): void {
  Deno.env.set("TF_ENABLE_ONEDNN_OPTS", "0");
}
