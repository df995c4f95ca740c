/**
 * Parquet read in a process of its own, which a damaged file can neither keep busy nor fill the
 * memory with: run lengths in its pages are taken for true by the library.
 *
 * Run as `parquet_process.ts FILE` with a choice of columns on its standard input: gives these, or,
 * where none are chosen, the names of all.
 *
 * @module
 */
import { basename } from "node:path";
import { deserialize, serialize } from "node:v8";
import { DataError } from "../../../base/errors.ts";
import { projectPath } from "../../../base/paths.ts";
import { writeAllSync } from "../../../base/terminal.ts";
import { readParquet } from "./parquet.ts";
import type { Choose, Column, Columns } from "./table.ts";

/** Mebibytes that JavaScript's objects may take. */
const MEMORY = 2048;
/** Seconds for a small file, and for each further mebibyte. */
const [PATIENCE, MORE] = [10, 1];

/** What the process gives back. */
type Answer = { readonly names: string[] } | { readonly columns: Columns } | {
  readonly refused: string;
};

/**
 * Reads columns of a Parquet file.
 *
 * @throws {DataError} When it is damaged, or says that it holds more than it can.
 */
export async function readParquetApart(path: string, choose: Choose): Promise<Columns> {
  const all = await ask(path, []);
  if (!("names" in all)) throw new TypeError("the names of columns were asked for");
  const chosen = [...choose(all.names)];
  if (chosen.length === 0) {
    throw new DataError(
      `${basename(path)} cannot be read: it has none of the columns that are needed.`,
    );
  }
  const found = await ask(path, chosen);
  if (!("columns" in found)) throw new TypeError("columns were asked for");
  return found.columns;
}

async function ask(
  path: string,
  choice: readonly (readonly [string, Column["kind"]])[],
): Promise<Answer> {
  const { size } = await Deno.stat(path);
  const seconds = Math.ceil(PATIENCE + MORE * size / 2 ** 20);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", `--v8-flags=--max-old-space-size=${MEMORY}`],
      `--allow-read=${path}`,
      projectPath("datasets/formats/tables/parquet_process.ts"),
      path,
    ],
    cwd: projectPath(""),
    ...{ stdin: "piped", stdout: "piped", stderr: "null" },
  }).spawn();
  const input = new Blob([JSON.stringify(choice)]).stream().pipeTo(child.stdin);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, 1000 * seconds);
  const { success, stdout } = await child.output().finally(() => clearTimeout(timer));
  await input.catch(() => {}); // it ended before it had read all
  const refuse = (reason: string) => new DataError(`${basename(path)} cannot be read: ${reason}.`);
  if (late) throw refuse(`its Parquet is not read after ${seconds} seconds`);
  if (!success) throw refuse("its Parquet is damaged: it fills the memory");
  const answer: Answer = deserialize(stdout);
  if ("refused" in answer) throw new DataError(answer.refused);
  return answer;
}

/** Thrown to have no columns read. */
class Enough extends Error {}

async function answerOf(path: string, choice: [string, Column["kind"]][]): Promise<Answer> {
  let names: string[] = [];
  try {
    const bytes = await Deno.readFile(path);
    const columns = await readParquet(bytes, basename(path), (all) => {
      names = [...all];
      if (choice.length === 0) throw new Enough();
      return new Map(choice);
    });
    return { columns };
  } catch (error) {
    if (error instanceof Enough) return { names };
    if (error instanceof DataError) return { refused: error.message };
    throw error;
  }
}

if (import.meta.main) {
  const choice = JSON.parse(await new Response(Deno.stdin.readable).text());
  writeAllSync(Deno.stdout, serialize(await answerOf(Deno.args[0]!, choice)));
}
