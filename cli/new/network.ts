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
  test: ({ identifier }, own, from) =>
    `import ${identifier} from "${own}";
import { networkConformance } from "${from("testing/network.ts")}";

await networkConformance(${identifier});
`,
  tryIt: (name) => `bench --preset smoke --methods erm,crt --networks ${name}`,
};
