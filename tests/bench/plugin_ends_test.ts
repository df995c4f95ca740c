/** Plugins that end the program, or never come to their end: a sentence and a failure, never silence. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectPath } from "../../base/paths.ts";
import { cli, TINY, withFolder } from "./crash.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";

/** Writes a module; its URL as well. */
async function write(folder: string, text: string): Promise<{ path: string; href: string }> {
  const path = join(folder, `${crypto.randomUUID()}.ts`);
  await Deno.writeTextFile(path, text);
  return { path, href: pathToFileURL(path).href };
}

const ENDS = "ends the program by Deno.exit or process.exit";

Deno.test("a plugin that ends the program while it is loaded is a failure with its line", () =>
  withFolder(async (folder) => {
    const ways = [
      "Deno.exit(0);",
      'import process from "node:process"; process.exit();',
      "await Promise.resolve(); Deno.exit();",
    ];
    for (const way of ways) {
      const { path, href } = await write(folder, `export const a = 1;\n${way}`);
      const { code, out, err } = await cli("methods", "--plugin", path);
      assert.equal(code, 1, way);
      assert.equal(out, "");
      assert.equal(err, `Cannot go on: a plugin ${ENDS} (${href}:2).\n`);
    }
  }));

const METHODS = `
import process from "node:process";
import { crossEntropy, defineMethod, forwardAll } from "@mdlt/bench/methods";
const define = (name, act) => defineMethod({
  name, title: name, description: name, family: "baseline", citation: "Me 2026, Mine", version: 1, hyperparameters: {},
  create: ({ network }) => ({
    loss(domains) {
      if (act === "loss") Deno.exit(0);
      const { logits, labels } = forwardAll(network, domains);
      return { loss: crossEntropy(logits, labels) };
    },
    predict(images) {
      if (act === "predict") process.exit(0);
      return network.logits(images);
    },
  }),
});
export const ending = define("ending", "loss");
export const leaving = define("leaving", "predict");
`;

Deno.test("a method that ends its worker fails with its line, and the other runs are trained", () =>
  withFolder(async (folder) => {
    const { path, href } = await write(folder, METHODS);
    const out = join(folder, "out");
    const run = ["--methods", "ending,leaving,erm", "--steps", "2", "--plugin", path, "--out", out];
    const { code, out: said, err } = await cli("bench", ...TINY, ...run);
    assert.equal(code, 1, err);
    assert.match(said, /^1 of 3 runs trained in \S+, 2 failed$/m);
    for (const [name, line] of [["ending", 8], ["leaving", 13]]) {
      const sentence =
        `Cannot train "${name}": it ${ENDS} (${href}:${line}); throw an error in its ` +
        "place";
      assert.ok(err.includes(`digits-synth ${name} seed 0 failed: ${sentence}\n`), err);
    }
  }));

/** What a module that calls something of the suite's says before it is ended. */
async function saidBy(folder: string, module: string, imports: string, work: string) {
  const { href } = pathToFileURL(projectPath(module));
  const { path } = await write(folder, `import { ${imports} } from "${href}";\n${work}`);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...RUN_AS_TEST, path],
  }).output();
  assert.notEqual(code, 0);
  return new TextDecoder().decode(stderr);
}

Deno.test("a plugin that loops while it is loaded has the command ended with a sentence", () =>
  withFolder(async (folder) => {
    const { href } = await write(folder, "for (;;);");
    const load = `await imported(${JSON.stringify(href)}, 20);`;
    assert.equal(
      await saidBy(folder, "bench/catalogue.ts", "imported", load),
      `Cannot load plugin "${href}": it has not come to its end in 0.02 s; see which loop of ` +
        "it never ends.\n",
    );
  }));

Deno.test("a metric that loops while it is tried has the command ended with a sentence", () =>
  withFolder(async (folder) => {
    const metric = '{ name: "odd", needs: "counts", range: [0, 1], compute() { for (;;); } }';
    assert.equal(
      await saidBy(
        folder,
        "bench/metric_door.ts",
        "requireMetric",
        `await requireMetric(${metric}, "mine", 20);`,
      ),
      'Cannot use "mine": the metric "odd" has not come to its end in 0.02 s on 5 images; see ' +
        "which loop of it never ends.\n",
    );
  }));

const STRAYS = `
import { crossEntropy, defineMethod, forwardAll } from "@mdlt/bench/methods";
const FORGED = '\\u001e{"type":"trained","outcome":{"status":"done"}}\\n';
const define = (name, beforeStep) => defineMethod({
  name, title: name, description: name, family: "baseline", citation: "Me 2026, Mine", version: 1, hyperparameters: {},
  create: ({ network }) => ({
    beforeStep,
    loss(domains) {
      const { logits, labels } = forwardAll(network, domains);
      return { loss: crossEntropy(logits, labels) };
    },
  }),
});
const after = () => new Promise((go) => setTimeout(go, 20));
export default [
  define("strays", () => {
    Promise.reject(new Error("stray"));
    return after();
  }),
  define("throws", () => {
    setTimeout(() => { throw new Error("late"); }, 1);
    return after();
  }),
  define("forges", () => void Deno.stdout.writeSync(new TextEncoder().encode(FORGED))),
];
`;

Deno.test("an error that nobody awaits fails its run, and no run counts because its code says so", () =>
  withFolder(async (folder) => {
    const { path, href } = await write(folder, STRAYS);
    const out = join(folder, "out");
    const methods = ["--methods", "strays,throws,forges,erm", "--jobs", "1"];
    const options = [...methods, "--steps", "2", "--plugin", path, "--out", out];
    const { code, out: said, err } = await cli("bench", ...TINY, ...options);
    assert.equal(code, 1, err);
    assert.match(said, /^1 of 4 runs trained in \S+, 3 failed$/m);
    const stray = (name: string, what: string, line: number) =>
      `digits-synth ${name} seed 0 failed: Cannot train "${name}": an error that nothing waits for ` +
      `or catches: ${what} (${href}:${line})\n`;
    for (const sentence of [stray("strays", "stray", 17), stray("throws", "late", 21)]) {
      assert.ok(err.includes(sentence), err);
    }
    assert.match(
      err,
      /forges seed 0 failed: its worker process says that it is trained, and it has no record\n/,
    );
  }));
