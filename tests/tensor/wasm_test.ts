/**
 * The wasm backend against TensorFlow.js's plain JavaScript one, operation by operation, forward and
 * backward, and a small network against the native one.
 */
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { inspectBackend, startBackend } from "../../tensor/backend.ts";
import { stream } from "../../base/random.ts";
import { trainSmallNetwork } from "./small_network.ts";
import { RUN_AS_TEST } from "../helpers/processes.ts";

interface Case {
  /** Shapes of the float inputs with respect to which the gradients are compared. */
  inputs: number[][];
  f: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** True where TensorFlow.js knows no gradient on any backend. */
  forwardOnly?: boolean;
  /** Makes a draw fit for the operation, such as positive. */
  from?: (draw: number) => number;
}

const image = [2, 7, 8, 3];
const positive = (draw: number) => Math.abs(draw) + 0.5;
const convolution = (
  stride: number,
  pad: "same" | "valid" | tf.backend_util.ExplicitPadding,
) =>
(x: tf.Tensor, filter: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);
const indices = () => tf.tensor1d([2, 0, 2, 3], "int32");

const cases: Record<string, Case> = {
  "conv2d 3x3 same": { inputs: [image, [3, 3, 3, 5]], f: convolution(1, "same") },
  "conv2d 3x3 same, stride 2": { inputs: [image, [3, 3, 3, 5]], f: convolution(2, "same") },
  "conv2d 3x3 valid": { inputs: [image, [3, 3, 3, 5]], f: convolution(1, "valid") },
  "conv2d 3x3 valid, stride 2, last row unused": {
    inputs: [[2, 8, 8, 3], [3, 3, 3, 5]],
    f: convolution(2, "valid"),
  },
  "conv2d 3x3 padded by 1": {
    inputs: [image, [3, 3, 3, 5]],
    f: convolution(1, [[0, 0], [1, 1], [1, 1], [0, 0]]),
  },
  "conv2d 3x3 padded by 1, stride 2": {
    inputs: [image, [3, 3, 3, 5]],
    f: convolution(2, [[0, 0], [1, 1], [1, 1], [0, 0]]),
  },
  "conv2d 3x3 padded unevenly, stride 2": {
    inputs: [image, [3, 3, 3, 5]],
    f: convolution(2, [[0, 0], [0, 2], [1, 0], [0, 0]]),
  },
  "conv2d 1x1, stride 2": { inputs: [image, [1, 1, 3, 5]], f: convolution(2, "same") },
  "conv2d 7x7 padded by 3, stride 2": {
    inputs: [[1, 9, 9, 2], [7, 7, 2, 3]],
    f: convolution(2, [[0, 0], [3, 3], [3, 3], [0, 0]]),
  },
  "conv2d 2x2, stride 3": { inputs: [image, [2, 2, 3, 4]], f: convolution(3, "valid") },
  "max pool": {
    inputs: [[1, 9, 9, 2]],
    f: (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, "same"),
  },
  "average pool": {
    inputs: [[1, 8, 8, 2]],
    f: (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, "valid"),
  },
  "relu": { inputs: [image], f: (x) => tf.relu(x) },
  "leakyRelu": { inputs: [image], f: (x) => tf.leakyRelu(x) },
  "sigmoid": { inputs: [image], f: (x) => tf.sigmoid(x) },
  "tanh": { inputs: [image], f: (x) => tf.tanh(x) },
  "softplus": { inputs: [image], f: (x) => tf.softplus(x) },
  "sum over axes": { inputs: [image], f: (x) => tf.sum(x, [1, 2]) },
  "mean over axes": { inputs: [image], f: (x) => tf.mean(x, [0, 3], true) },
  "mean of all": { inputs: [image], f: (x) => tf.mean(x) },
  "variance": { inputs: [image], f: (x) => tf.moments(x, [0, 1, 2]).variance },
  "matMul": { inputs: [[4, 6], [6, 5]], f: (a, b) => tf.matMul(a, b) },
  "matMul, both turned": { inputs: [[6, 4], [5, 6]], f: (a, b) => tf.matMul(a, b, true, true) },
  "matMul in batches": {
    inputs: [[3, 6, 4], [3, 6, 5]],
    f: (a, b) => tf.matMul(a, b, true, false),
  },
  "softmax": { inputs: [[4, 6]], f: (x) => tf.softmax(x) },
  "logSoftmax": { inputs: [[4, 6]], f: (x) => tf.logSoftmax(x) },
  "logSumExp": { inputs: [[4, 6]], f: (x) => tf.logSumExp(x, 1) },
  "oneHot product": { inputs: [[4, 5]], f: (x) => tf.mul(x, tf.oneHot(indices(), 5)) },
  "gather rows": { inputs: [[5, 3]], f: (x) => tf.gather(x, indices()) },
  "gather columns": { inputs: [[3, 5]], f: (x) => tf.gather(x, indices(), 1) },
  "gather single numbers": { inputs: [[5]], f: (x) => tf.gather(x, indices()) },
  "gatherND": {
    inputs: [[5, 3]],
    forwardOnly: true,
    f: (x) => tf.gatherND(x, tf.tensor2d([[0, 1], [4, 2], [0, 1]], [3, 2], "int32")),
  },
  "unsortedSegmentSum": {
    inputs: [[4, 3]],
    f: (x) => tf.unsortedSegmentSum(x, tf.tensor1d([1, -1, 1, 3], "int32"), 5),
  },
  "concat": { inputs: [[2, 3], [4, 3]], f: (a, b) => tf.concat([a, b], 0) },
  "stack": { inputs: [[2, 3], [2, 3]], f: (a, b) => tf.stack([a, b], 1) },
  "split": { inputs: [[6, 3]], f: (x) => tf.mul(...tf.split(x, 2) as [tf.Tensor, tf.Tensor]) },
  "unstack": { inputs: [[2, 3]], f: (x) => tf.mul(...tf.unstack(x) as [tf.Tensor, tf.Tensor]) },
  "slice": { inputs: [image], f: (x) => tf.slice(x, [0, 1, 2, 0], [2, 3, 4, 2]) },
  "pad": { inputs: [image], f: (x) => tf.pad(x, [[0, 0], [1, 2], [3, 0], [0, 0]]) },
  "cast": { inputs: [[4]], f: (x) => tf.mul(x, tf.cast(indices(), "float32")) },
  "greater": {
    inputs: [[7]],
    f: (x) => tf.cast(tf.greater(x, 0), "float32"),
    forwardOnly: true,
  },
  "sqrt": { inputs: [[7]], f: (x) => tf.sqrt(x), from: positive },
  "rsqrt": { inputs: [[7]], f: (x) => tf.rsqrt(x), from: positive },
  "square": { inputs: [[7]], f: (x) => tf.square(x) },
  "exp": { inputs: [[7]], f: (x) => tf.exp(x) },
  "log": { inputs: [[7]], f: (x) => tf.log(x), from: positive },
  "pow": { inputs: [[7], [7]], f: (x, y) => tf.pow(x, y), from: positive },
  "pow of a number": { inputs: [[7]], f: (x) => tf.pow(x, 3) },
  "abs": { inputs: [[7]], f: (x) => tf.abs(x) },
  "norm": { inputs: [[4, 7]], f: (x) => tf.norm(x, 2, 1) },
  "add with broadcasting": { inputs: [image, [3]], f: (x, y) => tf.add(x, y) },
  "sub with broadcasting": { inputs: [[4, 1], [1, 5]], f: (x, y) => tf.sub(x, y) },
  "div with broadcasting": { inputs: [[4, 5], [5]], f: (x, y) => tf.div(x, y), from: positive },
  "squaredDifference": { inputs: [[4, 5], [4, 5]], f: (x, y) => tf.squaredDifference(x, y) },
  "maximum": { inputs: [[4, 5], [4, 5]], f: (x, y) => tf.maximum(x, y) },
  "minimum": { inputs: [[4, 5], [4, 5]], f: (x, y) => tf.minimum(x, y) },
  "max": { inputs: [[4, 5]], f: (x) => tf.max(x, 1) },
  "min": { inputs: [[4, 5]], f: (x) => tf.min(x, 0) },
  "clipByValue": { inputs: [[4, 5]], f: (x) => tf.clipByValue(x, -0.5, 0.7) },
  "argMax": { inputs: [[4, 5]], f: (x) => tf.argMax(x, 1), forwardOnly: true },
  "where": {
    inputs: [[4, 5], [4, 5]],
    f: (x, y) => tf.where(tf.equal(tf.reshape(indices(), [4, 1]), 2), x, y),
  },
  "cumsum": { inputs: [[4, 5]], f: (x) => tf.cumsum(x, 1, true, true) },
  "tile": { inputs: [[4, 5]], f: (x) => tf.tile(x, [2, 3]) },
  "transpose": { inputs: [image], f: (x) => tf.transpose(x, [0, 3, 1, 2]) },
  "reverse": { inputs: [image], f: (x) => tf.reverse(x, [1, 2]) },
  "addN": { inputs: [[4], [4], [4]], f: (...x) => tf.addN(x) },
  "prod": { inputs: [[3, 4]], f: (x) => tf.prod(x, 1), from: positive },
};

/** The result and the gradients of its weighted sum, on the backend in use. */
function results(
  name: string,
  { inputs, f, forwardOnly = false, from = (draw) => draw }: Case,
): number[][] {
  return tf.tidy(() => {
    const random = stream(1, name);
    const draw = (shape: number[]) => {
      const length = shape.reduce((product, side) => product * side, 1);
      return tf.tensor(Array.from({ length }, () => from(random.normal())), shape);
    };
    const x = inputs.map(draw);
    const y = f(...x);
    const weights = draw(y.shape);
    const gradients = forwardOnly ? [] : tf.grads((...x) => tf.sum(tf.mul(f(...x), weights)))(x);
    return [y, ...gradients].map((tensor) => [...tensor.shape, ...tensor.dataSync()]);
  });
}

function assertClose(actual: number[], expected: number[], tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const scale = Math.max(1, ...expected.map(Math.abs));
  actual.forEach((value, i) => {
    assert.ok(
      Math.abs(value - expected[i]!) <= tolerance * scale,
      `${what}: ${value} at ${i} where ${expected[i]} is right`,
    );
  });
}

const info = await startBackend("wasm", 2);

Deno.test("wasm says what it is", () => {
  assert.deepEqual(info, {
    backend: "wasm",
    tensorflow: "4.22.0",
    tfjs: "4.22.0",
    device: "cpu",
    threads: 1,
    ownOperations: false,
  });
  assert.equal(tf.getBackend(), "wasm");
});

Deno.test("wasm computes and differentiates as plain JavaScript does, and keeps no tensor", async (t) => {
  for (const [name, one] of Object.entries(cases)) {
    await t.step(name, async () => {
      await tf.setBackend("wasm");
      const before = tf.memory().numTensors;
      const actual = results(name, one);
      assert.equal(tf.memory().numTensors, before);
      await tf.setBackend("cpu");
      const expected = results(name, one);
      await tf.setBackend("wasm");
      expected.forEach((values, i) => {
        assertClose(actual[i]!, values, 1e-5, i === 0 ? name : `gradient ${i} of ${name}`);
      });
    });
  }
});

Deno.test("a second gradient goes through wasm's own kernels", async () => {
  const penalty = () =>
    tf.tidy(() => {
      const x = tf.tensor2d([[1, -2], [0.5, 3], [2, 1]]);
      const slope = (w: tf.Tensor) =>
        tf.sum(tf.square(tf.grad((v: tf.Tensor) => tf.sum(tf.softplus(tf.matMul(x, v))))(w)));
      return [...tf.grad(slope)(tf.tensor2d([[0.3], [-0.2]])).dataSync()];
    });
  const actual = penalty();
  await tf.setBackend("cpu");
  const expected = penalty();
  await tf.setBackend("wasm");
  assertClose(actual, expected, 1e-5, "second gradient");
});

Deno.test("a small network learns the same on wasm and in plain JavaScript", async () => {
  const actual = trainSmallNetwork();
  await tf.setBackend("cpu");
  const expected = trainSmallNetwork();
  await tf.setBackend("wasm");
  assert.ok(expected[4]! < expected[0]!, `the loss goes from ${expected[0]} to ${expected[4]}`);
  assertClose(actual, expected, 1e-4, "losses");
});

const { native } = await inspectBackend();

Deno.test({
  name: "a small network learns the same on wasm and natively",
  ignore: native?.linked !== true,
  async fn() {
    const program = new URL("./small_network.ts", import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...RUN_AS_TEST, program, "native"],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assertClose(
      trainSmallNetwork(),
      JSON.parse(new TextDecoder().decode(stdout)),
      1e-4,
      "losses",
    );
  },
});
