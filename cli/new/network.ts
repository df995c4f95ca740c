/**
 * A new network.
 *
 * @module
 */
import { NETWORKS } from "../../networks/mod.ts";
import type { Template } from "./template.ts";

/** Convolutions, each of half the size of the one before. */
export const network: Template = {
  kind: "network",
  folder: "networks",
  tests: "tests/networks",
  extension: "ts",
  registry: { file: "networks/mod.ts", list: "NETWORKS" },
  separator: "-",
  taken: NETWORKS,
  source: ({ name, title }, from) =>
    `/**
 * ${title}: what is special about the network, in a sentence. For now: two convolutions.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { convolutionBlock } from "${from("nn/layers.ts")}";
import { Module, sequential } from "${from("nn/module.ts")}";
import { defineNetwork } from "${from("networks/network.ts")}";

export default defineNetwork({
  name: "${name}",
  title: "${title}",
  citation: "Authors ${new Date().getFullYear()}, Title of the Paper",
  input: "pixels",
  imageSizeMultiple: 4,
  build({ width, draws }) {
    // Group norm has 8 groups.
    const [first, second] = [32, 64].map((full) => 8 * Math.max(1, Math.round(full * width / 8)));
    return sequential([
      ["first", convolutionBlock(3, first!, 2, (p) => draws(\`first.\${p}\`))],
      ["second", convolutionBlock(first!, second!, 2, (p) => draws(\`second.\${p}\`))],
      ["pool", new Module([], second!, (_, maps) => tf.mean(maps, [1, 2]))],
    ]);
  },
});
`,
  test: ({ name, identifier }, own, from) =>
    `import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import ${identifier} from "${own}";
import { stream } from "${from("base/random.ts")}";
import { useBackend } from "${from("testing/backend.ts")}";

await useBackend();

Deno.test("${name}: images become as many features as it says", () => {
  const draws = (parameter: string) => stream(0, parameter);
  const random = stream(0, "dropout");
  const network = ${identifier}.build({ inputShape: [28, 28, 3], width: 0.5, draws, random });
  const features = tf.tidy(() => network.apply(tf.ones([2, 28, 28, 3])));
  assert.deepEqual(features.shape, [2, network.outputs]);
  assert.ok(features.dataSync().every(Number.isFinite));
});
`,
  tryIt: (name) => `bench --preset smoke --methods erm,crt --networks ${name}`,
};
