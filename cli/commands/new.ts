/**
 * `deno task new method NAME`: the files of a new method, ready to run, to be changed into it.
 *
 * @module
 */
import { join } from "node:path";
import { Command } from "commander";
import { DATASETS } from "../../datasets/mod.ts";
import { METHODS } from "../../methods/mod.ts";
import { UsageError } from "../../base/errors.ts";
import { projectPath } from "../../base/paths.ts";
import { print, type SetExitCode } from "../options/common.ts";

const ROOT = projectPath("");

/** Words that JavaScript does not let a variable be named. */
const RESERVED = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum " +
    "eval export extends false finally for function if implements import in interface let new " +
    "null package private protected public return static super switch this throw true try typeof " +
    "undefined var void while with yield").split(" "),
);

/** The command. */
export function newCommand(_setExitCode: SetExitCode): Command {
  return new Command("new")
    .description("write a working new method with its test, and register it")
    .argument("<kind>", "what to make: method")
    .argument("<name>", "its name on the command line, such as mine")
    .action(async (kind: string, name: string) => {
      if (kind !== "method") {
        throw new UsageError(`Cannot make a new "${kind}": a new method is all there is`);
      }
      const files = await newMethod(name);
      print(`Wrote ${files.join(" and ")}, and registered ${name} in methods/mod.ts.`);
      print(`Try it: deno task bench --preset smoke --methods erm,${name}`);
    });
}

/** Writes and registers a new method; returns the paths of its files. */
async function newMethod(name: string): Promise<string[]> {
  refuse(name);
  const files = {
    [`methods/${name}.ts`]: source(name),
    [`tests/methods/${name}_test.ts`]: test(name),
  };
  for (const path of Object.keys(files)) {
    if (await Deno.stat(join(ROOT, path)).catch(() => null) !== null) {
      throw new UsageError(`Cannot name a method "${name}": the file ${path} exists already`);
    }
  }
  const registry = join(ROOT, "methods/mod.ts");
  const registered = register(name, await Deno.readTextFile(registry));
  for (const [path, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(ROOT, path), text, { createNew: true });
  }
  await Deno.writeTextFile(registry, registered);
  return Object.keys(files);
}

/** Throws where a name cannot be a method's. */
function refuse(name: string): void {
  const cannot = `Cannot name a method "${name}"`;
  if (!/^[a-z][a-z0-9]{0,23}$/.test(name)) {
    throw new UsageError(
      `${cannot}: a name is a lower-case letter and then up to 23 lower-case letters or digits, such as mine2`,
    );
  }
  if (RESERVED.has(name)) {
    throw new UsageError(
      `${cannot}: the word is JavaScript's own; take another, such as my${name}`,
    );
  }
  const owner = [...METHODS, ...DATASETS].find((other) => other.name === name)?.title ??
    (name === "all" ? "everything at once" : null);
  if (owner !== null) {
    throw new UsageError(`${cannot}: the name stands for ${owner} already; take another`);
  }
}

/** The registry with one import, in order of the files' names, and one line more. */
function register(name: string, registry: string): string {
  const lines = registry.split("\n");
  const importOf = /^import .* from "\.\/(.*)\.ts";$/;
  const place = lines.findIndex((line) => (importOf.exec(line)?.[1] ?? "") > name);
  const last = lines.findLastIndex((line) => importOf.test(line));
  lines.splice(place >= 0 ? place : last + 1, 0, `import ${name} from "./${name}.ts";`);
  const start = lines.findIndex((line) => line.startsWith("export const METHODS"));
  const end = lines.indexOf("];", start);
  if (last < 0 || start < 0 || end < 0) {
    throw new UsageError(
      `Cannot register "${name}": methods/mod.ts has no imports or no list METHODS that ends with a line "];"`,
    );
  }
  lines.splice(end, 0, `  ${name},`);
  return lines.join("\n");
}

const titleOf = (name: string) => name[0]!.toUpperCase() + name.slice(1);

/** The method's file: ERM with one hyperparameter. */
const source = (name: string) =>
  `/**
 * ${titleOf(name)}: what the method does, in a sentence. For now it is empirical risk minimisation
 * with smoothed labels (Szegedy et al. 2016).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { SHARE } from "../base/setting.ts";
import { number, uniform } from "./hyperparameter.ts";
import { defineMethod } from "./method.ts";
import { forwardAll } from "./parts/batches.ts";
import { crossEntropy } from "./parts/losses.ts";

export default defineMethod({
  name: "${name}",
  title: "${titleOf(name)}",
  family: "baseline",
  citation: "Authors ${new Date().getFullYear()}, Title of the Paper",
  version: 1,
  hyperparameters: {
    smoothing: number({
      default: 0.1,
      search: uniform(0, 0.3),
      range: SHARE,
      description: "share of each label that is spread evenly over all classes",
    }),
  },
  create: ({ network }, { smoothing }) => ({
    loss(domains) {
      const { logits, labels } = forwardAll(network, domains);
      const risk = crossEntropy(logits, labels);
      return { loss: smoothed(risk, logits, smoothing), risk };
    },
  }),
});

/** The mean cross-entropy of \`[images, classes]\` logits to labels that are smoothed. */
export function smoothed(risk: tf.Scalar, logits: tf.Tensor2D, smoothing: number): tf.Scalar {
  const even = tf.neg(tf.mean(tf.logSoftmax(logits)));
  return tf.add(tf.mul(risk, 1 - smoothing), tf.mul(even, smoothing)) as tf.Scalar;
}
`;

/** Its test: the formula once more, in plain loops. */
const test = (name: string) =>
  `import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { smoothed } from "../../methods/${name}.ts";
import { crossEntropy } from "../../methods/parts/losses.ts";
import { useBackend } from "../helpers/backend.ts";

await useBackend();

Deno.test("${name}: the loss is the cross-entropy to smoothed labels", () => {
  const rows = [[1, -2, 0.5], [0, 3, -1]];
  const labels = [2, 1];
  const expected = rows.map((row, i) => {
    const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return row.reduce((sum, logit, c) => {
      const target = 0.8 * (c === labels[i] ? 1 : 0) + 0.2 / row.length;
      return sum - target * Math.log(Math.exp(logit) / total);
    }, 0);
  });
  const found = tf.tidy(() => {
    const logits = tf.tensor2d(rows);
    return smoothed(crossEntropy(logits, tf.tensor1d(labels, "int32")), logits, 0.2).dataSync()[0]!;
  });
  assert.ok(Math.abs(found - (expected[0]! + expected[1]!) / 2) < 1e-5);
});
`;
