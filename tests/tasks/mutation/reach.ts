/**
 * Which tests reach which lines, by their coverage: a test that never comes to a line cannot notice
 * that it was changed, so it is not asked.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { readIfThere } from "../../../base/files.ts";
import { print } from "../../../base/terminal.ts";
import { areaOf, type Asked, isAsked } from "./areas.ts";
import { endOf, outputOf } from "./run.ts";
import type { Mutation } from "./slips.ts";

/** Seconds of a processor that a test file may take where it is asked; with a mutation twice as many. */
export const SECONDS = 60;

/** What a test file reaches, as it was when it was measured. */
interface Reach {
  readonly test: string;
  /** Of the test file. */
  readonly sha256: string;
  /** Whether it passes with the code as it is; one that does not is not asked. */
  readonly passes: boolean;
  /** How many lines of the code it reaches. */
  readonly size: number;
  /** The files of the code that it loads, with the lines that it does not come to. */
  readonly files: Readonly<Record<string, { sha256: string; missed: readonly number[] }>>;
}

/** What the test files reach, each measured when it is first wanted, and kept in a file. */
export class Reaches {
  private constructor(
    private readonly copy: string,
    private readonly path: string,
    /** The test files that are asked. */
    private readonly tests: readonly string[],
    private readonly known: Map<string, Reach>,
  ) {}

  /**
   * What is known already of the test files among `files`, as they stand.
   *
   * @param copy A copy of the project.
   * @param path Where what is measured is kept.
   */
  static async open(copy: string, files: readonly string[], path: string): Promise<Reaches> {
    const lines = (await readIfThere(path) ?? "").split("\n").filter((line) => line !== "");
    const kept = new Map(lines.map((line): [string, Reach] => {
      const reach: Reach = JSON.parse(line);
      return [reach.test, reach];
    }));
    const known = new Map<string, Reach>();
    const tests = files.filter(isAsked);
    for (const test of tests) {
      const reach = kept.get(test);
      if (reach?.sha256 === await digest(copy, test)) known.set(test, reach);
    }
    return new Reaches(copy, path, tests, known);
  }

  /**
   * The test files that come to a mutation's line: those that import its file first, then those of the
   * same part of the project, then the others, and of each kind the one that reaches least besides
   * first; what is not known is measured, until it is too late for it.
   */
  async *at({ file, line }: Mutation, isLate: () => boolean): AsyncIterable<Asked> {
    const now = await digest(this.copy, file);
    const lines = (await Deno.readTextFile(join(this.copy, file))).split("\n");
    const comes = ({ passes, files: { [file]: there } }: Reach) =>
      passes && there !== undefined &&
      (there.sha256 !== now || reached(lines, there.missed, line)); // a changed file: all of its lines
    const places = await Promise.all(this.tests.map(async (test) => ({
      test,
      far: (await Deno.readTextFile(join(this.copy, test))).includes(`/${file}"`)
        ? 0
        : test.split("/")[1] === file.split("/")[0]
        ? 1
        : 2,
      size: this.known.get(test)?.size ?? Infinity,
    })));
    places.sort((a, b) => a.far - b.far || a.size - b.size);
    for (const { test } of places) {
      const known = this.known.get(test);
      if (known === undefined && isLate()) return;
      if (comes(known ?? await this.#measured(test))) yield { test };
    }
  }

  async #measured(test: string): Promise<Reach> {
    const reach = await measure(this.copy, test);
    await Deno.writeTextFile(this.path, `${JSON.stringify(reach)}\n`, { append: true });
    if (!reach.passes) print(`not asked, since it fails or takes too long: ${test}`);
    this.known.set(test, reach);
    return reach;
  }
}

/** A line of which a part may be reached while another is not, which counts as missed. */
const BRANCHES = /^\s*(if|else if|for|while)\b.*[^{]$| \? | \?\? | && | \|\| |=> /;

/** Lines that say nothing of what is reached: without code, or with brackets alone. */
const NOTHING = /^\s*(\*|\/\*|\/\/|[\s()[\]{},;]*$)/;

/**
 * Whether tests come to a line: it was not missed, or it has a branch and the nearest line beside it
 * that has none was not. (Of `if (x) return;` coverage says that it was missed where `x` was asked and
 * never held.)
 */
export function reached(
  lines: readonly string[],
  missed: readonly number[],
  line: number,
): boolean {
  if (!missed.includes(line)) return true;
  if (!BRANCHES.test(lines[line - 1]!)) return false;
  const [before, after] = [lines.slice(0, line - 1), lines.slice(line)];
  const plain = (text: string) => !NOTHING.test(text) && !BRANCHES.test(text);
  const above = before.findLastIndex(plain) + 1;
  const below = line + after.findIndex(plain) + 1;
  return [above, below].some((beside) => !missed.includes(beside));
}

async function measure(copy: string, test: string): Promise<Reach> {
  const folder = await Deno.makeTempDir({ prefix: "coverage-" });
  try {
    const options = [`--coverage=${folder}`, "--coverage-raw-data-only"];
    const passes = await endOf(copy, test, SECONDS, options) === "passed";
    const lcov = await outputOf(copy, ["coverage", "--lcov", "--quiet", folder]);
    const files: Record<string, { sha256: string; missed: number[] }> = {};
    let size = 0;
    for (const record of lcov.split("end_of_record")) {
      const file = relative(copy, /^SF:(.*)$/m.exec(record)?.[1] ?? "");
      if (areaOf(file) === undefined) continue;
      const counts = [...record.matchAll(/^DA:(\d+),(\d+)$/gm)];
      const missed = counts.filter(([, , count]) => count === "0").map(([, line]) => Number(line));
      files[file] = { sha256: await digest(copy, file), missed };
      size += counts.length - missed.length;
    }
    return { test, sha256: await digest(copy, test), passes, size, files };
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {}); // a process that was left writes
  }
}

async function digest(copy: string, file: string): Promise<string> {
  const bytes = await Deno.readFile(join(copy, file));
  return createHash("sha256").update(bytes).digest("hex");
}
