/** The rooms of the house: who may import whom, and that nothing goes in circles. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { projectPath } from "../../base/paths.ts";

/** For each room, the rooms whose modules it may import; `docs/architecture.md` explains the table. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  tensor: ["base"],
  nn: ["tensor", "base"],
  networks: ["nn", "tensor", "base"],
  metrics: ["base"],
  methods: ["networks", "nn", "tensor", "base"],
  datasets: ["base"],
  bench: ["methods", "datasets", "networks", "metrics", "nn", "tensor", "base"],
  report: ["bench", "methods", "metrics", "base"],
  serve: ["bench", "metrics", "base"],
  cli: ["serve", "report", "bench", "methods", "datasets", "networks", "metrics", "tensor", "base"],
};

/** A module and the modules that it imports, relative to the project's folder. */
interface Imports {
  readonly module: string;
  readonly values: readonly string[];
  readonly types: readonly string[];
}

async function* modules(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(projectPath(folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* modules(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

async function importsOf(module: string): Promise<Imports> {
  const text = await Deno.readTextFile(projectPath(module));
  const values: string[] = [], types: string[] = [];
  const statement = /(?:^|\n)\s*(import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/g;
  for (const [, , type, path] of text.matchAll(statement)) {
    if (path!.endsWith(".json")) continue;
    (type === undefined ? values : types).push(join(dirname(module), path!));
  }
  for (const [, path] of text.matchAll(/\bimport\(\s*"(\.[^"]+)"/g)) {
    types.push(join(dirname(module), path!)); // when it is needed: no circle of loading
  }
  return { module, values, types };
}

const all: Imports[] = [];
for (const room of Object.keys(MAY_IMPORT)) {
  for await (const module of modules(room)) all.push(await importsOf(module));
}
const roomOf = (module: string) => module.split("/")[0]!;

Deno.test("every room imports the rooms that it may", () => {
  const wrong = all.flatMap(({ module, values, types }) =>
    [...values, ...types]
      .filter((other) => roomOf(other) !== roomOf(module))
      .filter((other) => !MAY_IMPORT[roomOf(module)]!.includes(roomOf(other)))
      .map((other) => `${module} imports ${other}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("no modules import each other in a circle", () => {
  const next = new Map(all.map(({ module, values }) => [module, values]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (module: string, way: readonly string[]) => {
    if (way.includes(module)) {
      circles.push([...way.slice(way.indexOf(module)), module].join(" → "));
      return;
    }
    if (done.has(module)) return;
    for (const other of next.get(module) ?? []) visit(other, [...way, module]);
    done.add(module);
  };
  for (const { module } of all) visit(module, []);
  assert.deepEqual(circles, []);
});

Deno.test("docs/architecture.md shows the same table", async () => {
  const page = await Deno.readTextFile(projectPath("docs/architecture.md"));
  for (const [room, others] of Object.entries(MAY_IMPORT)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${room}/\``));
    assert.ok(row !== undefined, `docs/architecture.md has no row for ${room}/`);
    const told = [...row.split("|")[3]!.matchAll(/`(\w+)\/?`/g)].map(([, name]) => name!);
    assert.deepEqual(told.sort(), [...others].sort(), `the row of ${room}/`);
  }
});
