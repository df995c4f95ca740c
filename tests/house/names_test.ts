/** What one adds is one definition in one file: its name stands in no other module. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { DATASETS } from "../../datasets/mod.ts";
import { METHODS } from "../../methods/mod.ts";
import { NETWORKS } from "../../networks/mod.ts";

/** Rooms whose modules know of definitions in general and of none in particular. */
const ROOMS = ["base", "tensor", "nn", "bench", "report", "serve", "cli"];
/** Modules that name some all the same, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "bench/plan/presets.ts": "a preset says which network it trains",
  "bench/train/context.ts": "a method's own perceptron is called like the network",
  "cli/new/": "the examples of templates",
  "cli/commands/completions.ts": "a shell is called as a method is",
};

async function* modules(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(projectPath(folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* modules(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

Deno.test("no method, data set or network is named outside of its own file", async () => {
  const names = [...METHODS, ...DATASETS, ...NETWORKS].map(({ name }) => name);
  const literal = new RegExp(`"(${names.join("|")})"`, "g");
  const found: string[] = [];
  for (const room of ROOMS) {
    for await (const module of modules(room)) {
      if (Object.keys(EXCEPTIONS).some((path) => module.startsWith(path))) continue;
      const text = await Deno.readTextFile(projectPath(module));
      for (const [, name] of text.matchAll(literal)) found.push(`${module} names ${name}`);
    }
  }
  assert.deepEqual(found, []);
});
