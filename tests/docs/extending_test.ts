/** The examples of docs/extending.md: checked, held to the conformance suites, and run together. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectPath } from "../../base/paths.ts";
import { runSession } from "../../bench/execute/session.ts";
import { BACKEND, bench, cli, place, planOf } from "../bench/crash.ts";
import { codeBlocks, deno } from "./pages.ts";

/** Files by their name: the first line of a block of code is a comment with it. */
const files = new Map(
  (await codeBlocks("docs/extending.md", /tsx?/)).map((text) => {
    const path = /^\/\/ (\S+\.tsx?)\n/.exec(text)?.[1];
    assert.ok(path !== undefined, `a block does not say its file: ${text.slice(0, 60)}`);
    return [path, text];
  }),
);
const executors = [...files.keys()].filter((path) => path.startsWith("bench/"));
const tests = [...files.keys()].filter((path) => path.endsWith("_test.ts"));
const plugins = [...files.keys()].filter((path) => ![...executors, ...tests].includes(path));

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
for (const [path, text] of files) {
  // An executor stands in the repository, from where it imports what is beside it.
  const from = (specifier: string) => new URL(specifier, pathToFileURL(projectPath(path))).href;
  const resolved = text.replace(/(?<=from ")\.[^"]*/g, from);
  await Deno.writeTextFile(join(folder, fileOf(path)), executors.includes(path) ? resolved : text);
}

function fileOf(path: string): string {
  return path.split("/").at(-1)!;
}

Deno.test("every example is at most 40 lines, formatted, without lint, and well typed", async () => {
  assert.equal(plugins.length, 6);
  for (const [path, text] of files) {
    assert.ok(text.trimEnd().split("\n").length <= 40, `${path} has more than 40 lines`);
  }
  const all = [...files.keys()].map(fileOf);
  await deno(folder, "fmt", "--check", ...plugins, ...tests);
  await deno(folder, "lint", ...all);
  await deno(folder, "check", ...all);
});

Deno.test("the examples pass the conformance suites", async () => {
  const said = await deno(folder, "test", "-P=conformance", "--no-check", ...tests);
  for (const name of ["logitdecay", "halves", "small-net", "classes_found"]) {
    assert.match(said, new RegExp(`^${name}\\b.* ok`, "m"));
  }
});

Deno.test("the examples run together as plugins, and are reported", async () => {
  const out = join(folder, "out");
  const all = plugins.flatMap((file) => ["--plugin", join(folder, file)]);
  const grid = [
    ...["--datasets", "halves", "--networks", "small-net:0.5", "--preset", "smoke"],
    ...["--seeds", "1", "--steps", "5", "--backend", BACKEND, "--out", out],
    ...["--selection", "validation-worst-classes-found", ...all],
  ];
  await bench(...grid, "--methods", "logitdecay,logitdecay+crt");
  const study = await cli("analyse", "decay-weights", ...grid);
  assert.equal(study.code, 0, study.err + study.out);

  const results = await Deno.readTextFile(join(out, "results.csv"));
  assert.match(results, /^halves,small-net,logitdecay,0,test,worst,classes_found,[\d.]+$/m);
  const page = await Deno.readTextFile(join(out, "report/index.html"));
  for (const text of ["Halves", "LogitDecay", "How long it takes", "weight of the penalty"]) {
    assert.ok(page.includes(text), `the report does not show "${text}"`);
  }
  const table = await Deno.readTextFile(join(out, "report/tables/waiting-time.csv"));
  assert.match(table, /^logitdecay\+crt,0,[\d.]+$/m);

  const metrics = ["--metrics", "macro_f1,classes_found"];
  const again = await cli("report", "--out", out, ...metrics, ...all);
  assert.equal(again.code, 0, again.err);
  assert.match(await Deno.readTextFile(join(out, "report/index.html")), /Classes found/);
});

Deno.test("the executor trains every run in a process of its own", async () => {
  const [executor] = executors;
  const { default: fresh } = await import(join(folder, fileOf(executor!)));
  const out = join(folder, "fresh");
  const { catalogue, paths } = place(out);
  const result = await runSession({
    ...{ out, catalogue, paths, executor: fresh, given: {}, backend: BACKEND },
    plan: () => planOf("crt"),
    manifest: { file: "manifest.json", preset: "smoke" },
  });
  assert.ok(result.status === "finished");
  assert.deepEqual([...result.outcomes.values()], [{ status: "done" }, { status: "done" }]);
});
