/**
 * MDLT's multi-layer perceptron on flattened images.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { mlp } from "../nn/layers.ts";
import { Module, sequential } from "../nn/module.ts";
import { defineNetwork, type NetworkOptions } from "./network.ts";

/** Three linear layers of 256 units. */
function imageMlp({ inputShape, width, draws, random }: NetworkOptions): Module {
  const units = Math.round(256 * width);
  const inputs = inputShape.reduce((a, b) => a * b, 1);
  const perceptron = mlp(
    { inputs, outputs: units, width: units, depth: 3, dropout: 0 },
    draws,
    random,
  );
  return sequential([
    ["flatten", new Module([], inputs, (_, images) => tf.reshape(images, [-1, inputs]))],
    ["mlp", perceptron],
  ]);
}

export default defineNetwork({
  name: "mlp",
  title: "MLP",
  citation: "Rosenblatt 1961, Principles of Neurodynamics",
  torch: { classifier: "classifier" },
  input: "pixels",
  work: { imageSize: 28, products: 7.4e5, activations: 770, parameters: 7.4e5 },
  build: imageMlp,
});
