import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { readPretrained } from "../../bench/train/pretrained.ts";
import { DataError } from "../../datasets/dataset.ts";
import { decodeImage } from "../../datasets/reading/decode.ts";
import { resize } from "../../datasets/reading/resize.ts";
import mobilenet from "../../networks/mobilenet.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import type { Weights } from "../../networks/weights.ts";
import { NETWORKS } from "../../networks/mod.ts";
import { resnet18 } from "../../networks/resnet.ts";
import { stream } from "../../base/random.ts";
import { encodeArrays, type Float32Values } from "../../base/safetensors_format.ts";
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
    const { network, sha256, formerSha256, weights } = await readPretrained(
      folder!,
      NETWORKS,
    );
    assert.equal(network, mobilenet);
    assert.equal(sha256, "c9e09cc59134c9ae4acfb9725ea71f7b34f6beb1ee8edd2e990a7042a186bca4");
    assert.equal(
      formerSha256,
      "48baf731168c0934c603ddc35d11e78bb6503cca23380678fcf3ad795548a413",
    );
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
    const names = resnet18.weights!.tensors(new Set());
    const write = (file: string, names: readonly string[], ...more: readonly string[]) =>
      Deno.writeFile(
        `${folder}/${file}.safetensors`,
        encodeArrays(Object.fromEntries(
          [...names, ...more].map((name) => [name, { shape: [1], values: Float32Array.of(2) }]),
        )),
      );
    await write("a", names);
    const { network, sha256, weights } = await readPretrained(`${folder}/a.safetensors`, NETWORKS);
    assert.equal(network, resnet18);
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(weights("bn1.weight"), { shape: [1], values: Float32Array.of(2) });

    await write("module", names.map((name) => `module.${name}`), "module.fc.weight");
    const wrapped = await readPretrained(`${folder}/module.safetensors`, NETWORKS);
    assert.equal(wrapped.network, resnet18);
    assert.ok(wrapped.weights("layer4.1.bn2.running_var"));

    const deeper = names.filter((name) => name.startsWith("layer1.1."))
      .map((name) => name.replace("layer1.1", "layer1.2"));
    await write("deeper", names, ...deeper);
    await write("short", names.slice(0, -1));
    await write("other", names, "projector.weight");

    await Deno.writeFile(`${folder}/b.safetensors`, encodeTensors({ x: tf.ones([2]) }));
    const refused = (path: string, message: RegExp) =>
      assert.rejects(
        readPretrained(path, NETWORKS),
        (error) => error instanceof DataError && message.test(error.message),
      );
    await refused(`${folder}/b.safetensors`, /the weights of no known network/);
    await refused(
      `${folder}/deeper.safetensors`,
      /nearest to ResNet-18, but has tensors that it has no use for, 10 such as "layer1\.2\.conv1\.weight"/,
    );
    await refused(
      `${folder}/short.safetensors`,
      /nearest to ResNet-18, but lacks 1 such as "layer4\.1\.bn2\.running_var" of its 100 tensors/,
    );
    await write("headless", names.filter((name) => name !== "conv1.weight"));
    await refused(`${folder}/headless.safetensors`, /lacks 1 such as "conv1\.weight" of its 100/);
    await refused(`${folder}/other.safetensors`, /no use for, 1 such as "projector\.weight"/);
    await refused(`${folder}/none.pth`, /none\.pth cannot be used/);
    await refused(folder, /weights\.json/);
    await Deno.rename(`${folder}/a.safetensors`, `${folder}/a.pth`);
    assert.equal((await readPretrained(`${folder}/a.pth`, NETWORKS)).network, resnet18);
    const torch = new URL("../datasets/figures/state.pth", import.meta.url);
    await Deno.copyFile(torch, `${folder}/torch.safetensors`);
    await refused(`${folder}/torch.safetensors`, /the weights of no known network/);
    await Deno.writeTextFile(`${folder}/c.pth`, "no weights");
    await refused(`${folder}/c.pth`, /does not start as a file of torch/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("pretrained: networks with the names of ours are called what they seem to be", async () => {
  const folder = await Deno.makeTempDir();
  const [resnet18, resnet50] = ["resnet18", "resnet50"].map((
    name,
  ) => [...NETWORKS.find((network) => network.name === name)!.weights!.tensors(new Set())]);
  const deep = (blocks: number[], convolutions: number) =>
    blocks.flatMap((count, stage) =>
      Array.from(
        { length: count },
        (_, block) =>
          Array.from({ length: convolutions }, (_, i) =>
            `layer${stage + 1}.${block}.conv${i + 1}.weight`),
      ).flat()
    );
  const inner = (shape: number[]) => ({ "layer1.0.conv2.weight": shape });
  const vit = [...NETWORKS.find(({ name }) => name === "vit-s")!.weights!.tensors(new Set())];
  const kinds: readonly (readonly [string, readonly string[], Record<string, number[]>])[] = [
    ["a ResNet-34", deep([3, 4, 6, 3], 2), {}],
    ["a ResNet-101", deep([3, 4, 23, 3], 3), {}],
    ["a ResNet-152", deep([3, 8, 36, 3], 3), inner([64, 64, 1, 1])],
    ["a Wide ResNet-50-2", resnet50!, inner([128, 128, 1, 1])],
    ["a ResNeXt-50 of 32 groups (32x4d)", resnet50!, inner([128, 4, 3, 3])],
    ["a ResNeXt-101 of 32 groups (32x8d)", deep([3, 4, 23, 3], 3), inner([256, 8, 3, 3])],
    [
      "a ResNet-18 whose first convolution takes 3 colours by 3 × 3",
      resnet18!,
      { "conv1.weight": [64, 3, 3, 3] },
    ],
    [
      "a vision transformer of 384 channels with patches of 8 × 8 pixels",
      vit,
      { "patch_embed.proj.weight": [384, 3, 8, 8] },
    ],
  ];
  try {
    for (const [n, [kind, names, shapes]] of kinds.entries()) {
      const prefix = names === vit ? "" : "module.", file = `${folder}/${n}.safetensors`;
      const arrays = names.map((name) => {
        const shape = shapes[name] ?? [1];
        return [prefix + name, { shape, values: new Float32Array(shape.reduce((a, b) => a * b)) }];
      });
      await Deno.writeFile(file, encodeArrays(Object.fromEntries(arrays)));
      await assert.rejects(
        readPretrained(file, NETWORKS),
        (error) => {
          assert.ok(error instanceof DataError);
          assert.ok(
            error.message.includes(`no known network: it seems to be ${kind}; known are`),
            error.message,
          );
          return true;
        },
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("pretrained: weights and their average in one checkpoint are not chosen from in silence", async () => {
  // {"model": {"bn.weight": 1, "bn.bias": 2}, "model_ema": {the same}, "epoch": 3}, by torch 2.
  const file = new URL("../datasets/figures/model_and_ema.pth", import.meta.url).pathname;
  const tiny = (names: readonly string[]): NetworkDefinition => ({
    ...resnet18,
    title: "Tiny",
    weights: { description: "Tiny", tensors: () => names },
  });
  await assert.rejects(
    readPretrained(file, [tiny(["bn.weight", "bn.bias"])]),
    (error) =>
      error instanceof DataError &&
      /two sets of weights for Tiny, "model" and "model_ema"; save the one that is meant alone, as torch\.save/
        .test(error.message),
  );
});

Deno.test("pretrained: a network takes exactly the tensors that it says it takes", () => {
  for (const network of NETWORKS) {
    if (network.weights === undefined) continue;
    const asked = new Set<string>();
    const tensors = network.weights.tensors(ALL_PAIRS);
    const weights: Weights = (name) => {
      asked.add(name);
      return shapes.get(name);
    };
    // Weights of the right shapes: what the network itself would have kept.
    const shapes = shapesOf(network);
    network.build({ ...options, width: 0.0625, weights }).dispose();
    const read = tensors.filter((name) => !/^head\./.test(name));
    assert.deepEqual([...asked].sort(), read.toSorted(), network.name);
  }
});

/** Names that say that a MobileNet is whole. */
const ALL_PAIRS = new Set(Array.from({ length: 13 }, (_, i) => `conv_pw_${i + 1}/kernel`));

/** Weights of the shapes that a network asks for, found by asking until it is content. */
function shapesOf(network: NetworkDefinition): Map<string, Float32Values> {
  const names = network.weights!.tensors(ALL_PAIRS);
  let asked = "";
  const none = { shape: [0], values: new Float32Array(0) };
  const shapes = new Map<string, Float32Values>(names.map((name) => [name, none]));
  for (let missing = names.length; missing >= 0; missing--) {
    try {
      const weights: Weights = (name) => shapes.get(asked = name);
      tf.tidy(() => network.build({ ...options, width: 0.0625, weights }).dispose());
      return shapes;
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
      const [, , shape] = /"(.+)", and one of shape \[([\d,]*)\] is needed/
        .exec((error as Error).message)!;
      const sides = shape!.split(",").map(Number);
      const values = new Float32Array(sides.reduce((a, b) => a * b, 1));
      shapes.set(asked, { shape: sides, values });
    }
  }
  throw new Error(`${network.name} asks for more than ${names.length} tensors`);
}
