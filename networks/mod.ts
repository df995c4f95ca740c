/**
 * The list of networks: a new one is one file and one line here.
 *
 * @module
 */
import cnn from "./cnn.ts";
import head from "./head.ts";
import mlp from "./mlp.ts";
import mobilenet from "./mobilenet.ts";
import type { NetworkDefinition } from "./network.ts";
import { resnet18, resnet50 } from "./resnet.ts";
import { vitSmall, vitSmallSupervised } from "./vit.ts";

export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from "../tensor/types.ts";
export type { Definition } from "../base/definition.ts";
export type { Random } from "../base/random.ts";
export type { Float32Values } from "../base/safetensors_format.ts";
export * from "../nn/layers.ts";
export * from "../nn/module.ts";
export * from "./network.ts";
export type { Weights } from "./weights.ts";

/** All networks. */
export const NETWORKS: readonly NetworkDefinition[] = [
  cnn,
  mlp,
  head,
  mobilenet,
  resnet18,
  resnet50,
  vitSmall,
  vitSmallSupervised,
];
