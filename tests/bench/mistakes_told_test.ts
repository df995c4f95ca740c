/** What the program says and writes down of a method that fails, and of one that diverges. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtin } from "../../bench/catalogue.ts";
import { divergence } from "../../bench/records/outcome.ts";
import { Folder } from "../../bench/records/folder.ts";
import { cli, TINY, withFolder } from "./crash.ts";

const PLUGIN = `
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy, defineMethod, forwardAll } from "@mdlt/bench/methods";
const define = (name, loss) => defineMethod({
  name, title: name, description: name, family: "baseline", citation: "Me 2026, Mine", version: 1, hyperparameters: {},
  create: ({ network }) => ({ loss: (domains) => loss(forwardAll(network, domains)) }),
});
export const typo = define("typo", ({ logits, labels }) => ({
  loss: crossEntropy(logits.nothing.here, labels),
}));
export const wild = define("wild", ({ logits, labels }) => ({
  loss: crossEntropy(logits, labels),
  penalty: tf.scalar(NaN),
}));
`;

Deno.test("a mistake is told with its line and kept with its stack, a divergence with its term", () =>
  withFolder(async (folder) => {
    const plugin = join(folder, "plugin.ts");
    await Deno.writeTextFile(plugin, PLUGIN);
    const out = join(folder, "out");
    const run = ["--methods", "typo,wild", "--steps", "4", "--plugin", plugin, "--out", out];
    const { code, err } = await cli("bench", ...TINY, ...run);
    assert.equal(code, 1, err);
    const line = `${pathToFileURL(plugin).href}:9`;
    const error =
      `Cannot train "typo": Cannot read properties of undefined (reading 'here') (${line})`;
    const lines = err.split("\n");
    assert.ok(lines.includes(`digits-synth typo seed 0 failed: ${error}`), err);
    const diverged = "penalty was not finite after 1 step";
    assert.ok(lines.includes(`digits-synth wild seed 0 diverged: ${diverged}`), err);
    const store = new Folder(out, builtin());
    const { runs } = (await store.manifest())!;
    const [typo, wild] = ["typo", "wild"].map((name) => runs.find((run) => run.name === name)!.id);
    const failure = (await store.failure(typo!))!;
    assert.equal(failure.error, error);
    assert.match(failure.stack!, /^TypeError: Cannot read [^]*plugin\.ts:9:/);
    assert.deepEqual((await store.record(wild!))!.outcome, {
      status: "diverged",
      step: 1,
      term: "penalty",
    });
    const table = await Deno.readTextFile(join(out, "report", "tables", "unfinished.csv"));
    assert.ok(table.includes(diverged), table);
  }));

Deno.test("older records of diverged runs name no term", () =>
  assert.equal(
    divergence({ status: "diverged", step: 16 }),
    "the loss was not finite after 16 steps",
  ));
