/**
 * Operations on tensors that TensorFlow.js has in an unhandy form.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

/**
 * An operation with a gradient of its own, in place of that of the operations that it is made of.
 *
 * @param forward Its value, and the tensors that the gradient needs.
 * @param backward The gradients with respect to the inputs, from that with respect to the value.
 */
export function customGradient<Value extends tf.Tensor, Saved extends tf.Tensor[]>(
  inputs: readonly tf.Tensor[],
  forward: () => { readonly value: Value; readonly saved: Saved },
  backward: (gradient: Value, saved: Saved) => tf.Tensor[],
): Value {
  const operation = tf.customGrad((...given) => {
    // The last argument keeps tensors until the gradient; the types of TensorFlow.js do not know it.
    const save = given[inputs.length] as unknown as (tensors: tf.Tensor[]) => void;
    const { value, saved } = forward();
    save(saved);
    return {
      value,
      gradFunc: (gradient: Value | Value[], saved: tf.Tensor[]) =>
        backward(gradient as Value, saved as Saved),
    };
  });
  return operation(...inputs) as Value;
}
