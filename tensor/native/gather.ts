/**
 * The native kernel of `tf.gather` without a look at the indices.
 *
 * tfjs-node reads all indices back to check them, which stalls every call and, in a compiled step,
 * asks for values that do not exist yet. TensorFlow itself refuses indices that are out of range.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { NativeBackend } from "./binding.ts";

/** Puts the kernel in the place of tfjs-node's. */
export function registerGather(): void {
  const place = { kernelName: "GatherV2", backendName: "tensorflow" };
  tf.unregisterKernel(place.kernelName, place.backendName);
  tf.registerKernel({
    ...place,
    kernelFunc({ inputs, attrs, backend }) {
      const { x, indices } = inputs as { x: tf.TensorInfo; indices: tf.TensorInfo };
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
      const native = backend as unknown as NativeBackend;
      const { TF_ATTR_INT, TF_ATTR_TYPE } = native.binding;
      const type = (name: string, dtype: string) => ({
        name,
        type: TF_ATTR_TYPE,
        value: native.getDTypeInteger(dtype),
      });
      const attributes = [
        { name: "batch_dims", type: TF_ATTR_INT, value: batchDims },
        type("Tparams", x.dtype),
        type("Tindices", indices.dtype),
        type("Taxis", "int32"),
      ];
      const along = tf.scalar(axis, "int32");
      const gathered = native.executeSingleOutput("GatherV2", attributes, [x, indices, along]);
      along.dispose();
      return gathered;
    },
  });
}
