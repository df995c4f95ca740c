/**
 * tfjs-node's native side, as far as it is used here: the one declaration of what its own types
 * leave out.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

/** The values of a tensor as the native side takes and gives them. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** An attribute of an operation as tfjs-node gives it. */
export interface Attribute {
  readonly name: string;
  /** One of the binding's `TF_ATTR_…` numbers. */
  readonly type: number;
  readonly value: unknown;
}

/** The numbers by which the binding names attribute types. */
export type AttributeTypes = Readonly<
  Record<
    | "TF_ATTR_STRING"
    | "TF_ATTR_INT"
    | "TF_ATTR_FLOAT"
    | "TF_ATTR_BOOL"
    | "TF_ATTR_TYPE"
    | "TF_ATTR_SHAPE",
    number
  >
>;

/** What an operation gives: a tensor that the native side knows by a number. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The functions of tfjs-node's addon. */
export interface Binding extends AttributeTypes {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_UINT8: number;
  createTensor(shape: number[], dtype: number, values: Values): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Values;
  executeOp(
    name: string,
    attributes: Attribute[],
    inputs: number[],
    outputs: number,
  ): NativeTensor[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: number[], names: string, outputs: string): NativeTensor[];
}

/** tfjs-node's backend. */
export interface NativeBackend {
  binding: Binding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: {
    get(dataId: object): {
      id: number;
      /** What is uploaded at its first use; null once it has been. */
      values: Values | null;
      shape: number[];
      dtype: number;
      refCount: number;
    };
  };
  write(values: Values, shape: number[], dtype: string): object;
  getDTypeInteger(dtype: string): number;
  createOutputTensor(metadata: NativeTensor): tf.Tensor;
  executeSingleOutput(
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
  ): tf.Tensor;
  executeMultipleOutputs(
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** The native backend of this process; null where another does the mathematics. */
export function nativeBackend(): NativeBackend | null {
  return tf.getBackend() === "tensorflow" ? tf.backend() as unknown as NativeBackend : null;
}
