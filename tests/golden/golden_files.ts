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

/** The forms of golden files, by fields that no other form has; tables may lack parts. */
const FORMS: Readonly<Record<string, (content: never) => void | Promise<void>>> = {
  ...form((content: MethodCase) => checkMethod(content), ["initial_params"]),
  ...form((content: CnnCase) => checkCnn(content), ["parameter_list"]),
  ...form(checkSearch, ["default", "random_common", "random_method_specific", "hash_examples"]),
  ...form(checkSampling, ["counts_per_class", "balanced_weights", "letters"]),
  ...form(checkSplits, ["thresholds"]),
  ...form(checkMetrics, ["cases", "selection"]),
  ...form(checkLosses, LOSS_SECTIONS),
};

function form<T>(check: (content: T) => void | Promise<void>, fields: readonly string[]) {
  return Object.fromEntries(fields.map((field) => [field, check]));
}

/** A golden file and its check. */
export interface GoldenFile {
  readonly name: string;
  /** Why it cannot be checked here. */
  readonly skipped?: string;
  /** Throws with the first figure that differs, or with what is wrong with the file. */
  check(): Promise<void>;
}

/** The golden files of a folder, by name. Every JSON file must have a known form. */
export async function goldenFiles(folder: string): Promise<GoldenFile[]> {
  const names: string[] = [];
  for await (const { name, isFile, isSymlink } of Deno.readDir(folder)) {
    if ((isFile || isSymlink) && name.endsWith(".json")) names.push(name);
  }
  const noSplits = (await splitsFolder()) === null;
  return await Promise.all(
    names.sort().map(async (name): Promise<GoldenFile> => {
      const { content, fault } = parsed(await Deno.readTextFile(join(folder, name)));
      const form = Object.keys(FORMS).find((field) => field in content);
      if (form === "thresholds" && noSplits) {
        const skipped = "the split CSVs are not here; MDLT_TEST_SPLITS can name their folder";
        return { name, skipped, check: () => Promise.resolve() };
      }
      return {
        name,
        async check() {
          if (fault !== undefined) throw new Error(fault);
          if (form === undefined) {
            throw new Error(
              `its form is not known: it has none of ${Object.keys(FORMS).join(", ")}`,
            );
          }
          await FORMS[form]!(content as never);
        },
      };
    }),
  );
}

function parsed(text: string): { readonly content: object; readonly fault?: string } {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === "object" && content !== null) return { content };
    return { content: {}, fault: "it is no JSON object" };
  } catch (error) {
    return { content: {}, fault: `it is not JSON: ${(error as Error).message}` };
  }
}

/**
 * The plain kernels of TensorFlow, to be chosen before it is loaded. With oneDNN's convolutions one
 * of the 200,704 inputs of the last ReLU in `cnn.json`, −3·10⁻⁶, rounds to the other side of zero;
 * from there the losses differ by 3·10⁻⁴, as they would between any two orders of summation.
 */
export function usePlainKernels(): void {
  Deno.env.set("TF_ENABLE_ONEDNN_OPTS", "0");
}
