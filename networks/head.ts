/**
 * What is trained on top of a frozen network's features.
 *
 * @module
 */
import { linear, relu } from "../nn/layers.ts";
import { type Module, sequential } from "../nn/module.ts";
import { defineNetwork, type NetworkOptions } from "./network.ts";

/** One hidden layer of 256 units, so that methods that shape features have some to shape. */
function head({ inputShape: [features], width, draws }: NetworkOptions): Module {
  const units = Math.round(256 * width);
  return sequential([["hidden", linear(features!, units, (p) => draws(`hidden.${p}`))], [
    "relu",
    relu(units),
  ]]);
}

export default defineNetwork({
  name: "head",
  title: "head on features",
  citation: "Rosenblatt 1961, Principles of Neurodynamics",
  torch: { classifier: "classifier" },
  input: "features",
  work: { products: 5e5, activations: 260, parameters: 5e5 },
  build: head,
});
