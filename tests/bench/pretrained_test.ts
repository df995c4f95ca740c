import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { readPretrained } from "../../bench/train/pretrained.ts";
import { DataError } from "../../datasets/dataset.ts";
import { decodeImage } from "../../datasets/reading/decode.ts";
import { resize } from "../../datasets/reading/resize.ts";
import mobilenet from "../../networks/mobilenet.ts";
import { NETWORKS } from "../../networks/mod.ts";
import { resnet18 } from "../../networks/resnet.ts";
import { stream } from "../../base/random.ts";
import { encodeTensors } from "../../tensor/safetensors.ts";
import { useBackend } from "../../testing/backend.ts";
import { testFolder } from "../datasets/helpers.ts";

await useBackend();

const options = {
  inputShape: [224, 224, 3],
  width: 1,
  draws: () => stream(0, "unused"),
  random: stream(0, "dropout"),
};
const backbones = testFolder("MDLT_TEST_DATA", "../shared/data");
const folder = backbones && join(backbones, "backbones/mobilenet_v1_0.25_224");
const ignore = !folder || !(await Deno.stat(folder).catch(() => undefined))?.isDirectory;

Deno.test({
  name: "MobileNet: ImageNet weights see the panda",
  // Needs backbones/mobilenet_v1_0.25_224 in MDLT_TEST_DATA.
  ignore,
  async fn() {
    const { network, sha256, weights } = await readPretrained(folder!, NETWORKS);
    assert.equal(network, mobilenet);
    assert.equal(sha256, "48baf731168c0934c603ddc35d11e78bb6503cca23380678fcf3ad795548a413");
    const { pixels, width, height } = await decodeImage(join(folder!, "../panda.jpg"));
    const small = resize(pixels, width, height, [224, 224]);
    const images = tf.tensor4d(Float32Array.from(small, (v) => v / 127.5 - 1), [1, 224, 224, 3]);
    const module = mobilenet.build({ ...options, weights });
    const features = module.apply(images);
    assert.deepEqual(features.shape, [1, 256]);
    const kernel = tf.tensor(weights("conv_preds/kernel")!.values, [256, 1000]);
    const bias = tf.tensor(weights("conv_preds/bias")!.values);
    const shares = tf.softmax(
      tf.add(tf.matMul(features as tf.Tensor2D, kernel as tf.Tensor2D), bias),
    );
    const found = shares.dataSync();
    assert.equal(tf.argMax(shares, 1).dataSync()[0], 388);
    assert.ok(Math.abs(found[388]! - 0.86) < 0.01, `${found[388]}`);
    module.dispose();
  },
});

Deno.test({
  name: "MobileNet: weights without the last layers give the features before them",
  // Needs backbones/mobilenet_v1_1.0_224_partial in MDLT_TEST_DATA.
  ignore,
  async fn() {
    const { weights } = await readPretrained(
      join(folder!, "../mobilenet_v1_1.0_224_partial"),
      NETWORKS,
    );
    const module = mobilenet.build({ ...options, weights });
    assert.equal(module.outputs, 1024);
    assert.deepEqual(module.apply(tf.zeros([1, 64, 64, 3])).shape, [1, 1024]);
    module.dispose();
  },
});

Deno.test("pretrained: safetensors by network; strangers and missing files are refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const module = resnet18.build({ ...options, width: 0.0625 });
    const named = Object.fromEntries(module.parameters.map((p) => [p.name, p.variable]));
    named["layer4.1.bn2.running_var"] = tf.variable(tf.ones([32]));
    await Deno.writeFile(`${folder}/a.safetensors`, encodeTensors(named));
    const { network, sha256, weights } = await readPretrained(`${folder}/a.safetensors`, NETWORKS);
    assert.equal(network, resnet18);
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(weights("bn1.weight"), { shape: [4], values: Float32Array.of(1, 1, 1, 1) });

    await Deno.writeFile(`${folder}/b.safetensors`, encodeTensors({ x: tf.ones([2]) }));
    const refused = (path: string, message: RegExp) =>
      assert.rejects(
        readPretrained(path, NETWORKS),
        (error) => error instanceof DataError && message.test(error.message),
      );
    await refused(`${folder}/b.safetensors`, /the weights of no known network/);
    await refused(`${folder}/none.pth`, /none\.pth cannot be used/);
    await refused(folder, /weights\.json/);
    await Deno.writeTextFile(`${folder}/c.pth`, "no weights");
    await refused(`${folder}/c.pth`, /does not start as a file of torch/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
