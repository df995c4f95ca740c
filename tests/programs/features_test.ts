import assert from "node:assert/strict";
import { dirname, join, resolve } from "node:path";
import { runProgram } from "../../base/command.ts";
import { isFolder } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { encodeArrays } from "../../base/safetensors_format.ts";
import { readFeatures, withFeatures } from "../../bench/train/given_features.ts";
import { DataError } from "../../datasets/dataset.ts";
import { imageName } from "../../datasets/dataset.ts";
import { debugDataset } from "../../testing/debug_dataset.ts";
import { BACKEND, cli, withFolder } from "../bench/crash.ts";

const environment = Deno.env.toObject();
const python = (...args: string[]) => runProgram("python3", args, { environment, minutes: 9 });
const torch = await python("-c", "import torch, numpy, PIL");
const pandas = await python("-c", "import numpy, pandas, pyarrow");
const PACS = resolve(projectPath("../shared/data/pacs/PACS"));
const photographs = await isFolder(PACS);

const dataset = debugDataset();
const names = dataset.domains.flatMap((domain) =>
  (["train", "validation", "test"] as const).flatMap((part) =>
    Array.from(domain[part].labels, (_, i) => imageName(domain, part, i))
  )
);
/** The vector of image `i`. */
const vector = (i: number) => Float32Array.of(i, i / 7, -i);
const all = Float32Array.from(names.flatMap((_, i) => [...vector(i)]));

const table = (paths: readonly string[], values: Float32Array, shape = [paths.length, 3]) =>
  encodeArrays({ features: { shape, values } }, { paths: JSON.stringify(paths) });

/** Features as safetensors in a folder that is removed afterwards. */
const withFile = (
  content: Uint8Array,
  use: (path: string) => Promise<void>,
  name = "net.safetensors",
) =>
  withFolder(async (folder) => {
    await Deno.writeFile(join(folder, name), content);
    await use(join(folder, name));
  });

Deno.test("features: one tensor of all images, or one each, whatever their order", () =>
  withFile(table(names.toReversed(), all), async (path) => {
    const one = await readFeatures(path);
    assert.deepEqual([one.name, one.width], ["net", 3]);
    const seen = withFeatures(dataset, one);
    assert.deepEqual(seen.inputShape, [3]);
    assert.notEqual(seen.fingerprint, dataset.fingerprint);
    const [domain] = seen.domains;
    const place = names.length - 1 - names.indexOf(imageName(dataset.domains[0]!, "test", 4));
    assert.deepEqual(await domain!.test.read([4]), vector(place));

    const each = encodeArrays(
      Object.fromEntries(names.map((name, i) => [name, { shape: [3], values: vector(i) }])),
    );
    await Deno.writeFile(path, each);
    const other = await readFeatures(path);
    assert.notEqual(other.sha256, one.sha256);
    const again = withFeatures(dataset, other);
    const at = names.indexOf(imageName(dataset.domains[2]!, "train", 1));
    assert.deepEqual(await again.domains[2]!.train.read([1]), vector(at));
  }));

Deno.test("features: a folder of files is read as one", () =>
  withFile(table(names.slice(0, 50), all.subarray(0, 150)), async (path) => {
    const folder = dirname(path);
    await Deno.writeFile(join(folder, "z.safetensors"), table(names.slice(50), all.subarray(150)));
    const { vectors, width } = await readFeatures(folder);
    assert.deepEqual([vectors.size, width], [names.length, 3]);
    await Deno.writeFile(
      join(folder, "y.safetensors"),
      table(["odd.png"], Float32Array.of(1, 2), [1, 2]),
    );
    await assert.rejects(readFeatures(folder), /of "odd.png" in y.safetensors are 2 numbers, and/);
  }));

Deno.test("features: paths may be written from any folder above the images", () =>
  withFile(table(names.map((name) => `/cluster/debug/${name}`), all), async (path) => {
    withFeatures(dataset, await readFeatures(path));
  }));

const hostile: [what: string, content: Uint8Array, message: RegExp, file?: string][] = [
  ["a missing image", table(names.slice(1), all.subarray(3)), /lack the image "domain0\/train\/0"/],
  [
    "a doubled image",
    table([...names, names[7]!], Float32Array.of(...all, 1, 2, 3)),
    /two rows of features for "domain0\/train\/7"/,
  ],
  [
    "a number that is not finite",
    table(names, all.map((v, i) => i === 16 ? NaN : v)),
    /of "domain0\/train\/5" in net.safetensors have the number NaN/,
  ],
  [
    "vectors of two sizes",
    encodeArrays({
      "a.png": { shape: [2], values: Float32Array.of(1, 2) },
      "b.png": { shape: [3], values: Float32Array.of(1, 2, 3) },
    }),
    /of "b.png" in net.safetensors are 3 numbers, and those of "a.png" are 2/,
  ],
  [
    "rows without paths",
    encodeArrays({ x: { shape: [9, 2], values: new Float32Array(18) } }),
    /paths/,
  ],
  ["fewer paths than rows", table(names.slice(2), all, [names.length, 3]), /rows of features and/],
  ["a file that is cut short", table(names, all).subarray(0, 5000), /cannot be read: /],
  [
    "a header that lies about its length",
    Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 0, 1, 2),
    /its header is said to have/,
  ],
  [
    "a huge shape",
    new TextEncoder().encode(
      "\x80\0\0\0\0\0\0\0" +
        '{"x":{"dtype":"F32","shape":[9007199254740991,4],"data_offsets":[0,8]}}'
          .padEnd(128) +
        "12345678",
    ),
    /net.safetensors cannot be read/,
  ],
  ["nothing", new Uint8Array(0), /cannot be read/],
  [
    "no Parquet",
    new TextEncoder().encode("PAR1 and nothing else PAR1"),
    /cannot be read/,
    "x.parquet",
  ],
  ["no archive", new TextEncoder().encode("PK\x03\x04 and nothing"), /x\.npz/, "x.npz"],
  ["an unknown ending", new Uint8Array(3), /its name must end in/, "x.csv"],
];
for (const [what, content, message, file] of hostile) {
  Deno.test(`features: ${what} is one sentence`, () =>
    withFile(content, (path) =>
      assert.rejects(
        readFeatures(path).then((features) => withFeatures(dataset, features)),
        (error: Error) => {
          assert(error instanceof DataError, String(error));
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      ), file));
}

Deno.test({
  name: `features: what numpy and pyarrow write${pandas.success ? "" : " (skipped: no pyarrow)"}`,
  ignore: !pandas.success,
  fn: () =>
    withFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "names.json"), JSON.stringify(names));
      const program = `
import json, sys, numpy as np, pandas as pd
names = json.load(open("names.json"))
x = np.array([[i, i / 7, -i] for i in range(len(names))], np.float16)
np.savez("a.npz", paths=np.array(names), features=x)
np.savez_compressed("b.npz", path=np.array(names), embedding=x.astype(np.float64))
np.save("c.npy", np.asfortranarray(x.astype(np.float32)))
open("c.txt", "w").write("\\n".join(names))
pd.DataFrame({"path": names, "features": [list(map(float, row)) for row in x]}).to_parquet("d.parquet")
`;
      const made = await runProgram("python3", ["-c", program], {
        environment,
        minutes: 5,
        cwd: folder,
      });
      assert.equal(made.reason, "");
      for (const file of ["a.npz", "b.npz", "c.npy", "d.parquet"]) {
        const { vectors, width } = await readFeatures(join(folder, file));
        assert.deepEqual([vectors.size, width], [names.length, 3], file);
        const wanted = Float32Array.from(new Float16Array(vector(40)));
        assert.deepEqual(vectors.get(names[40]!), wanted, file);
      }
      await Deno.remove(join(folder, "c.txt"));
      await assert.rejects(readFeatures(join(folder, "c.npy")), /into c.txt beside it/);
    }),
});

const why = !torch.success ? torch.reason : photographs ? "" : "no ../shared/data/pacs";
Deno.test({
  name: `features: those of a torch network give our frozen network's figures${
    why && ` (skipped: ${why})`
  }`,
  ignore: why !== "",
  fn: () =>
    withFolder(async (folder) => {
      const rows = ["env,label,path,split"];
      for (const domain of ["art_painting", "sketch"]) {
        for (const [label, name] of ["dog", "guitar", "house"].entries()) {
          const files = (await Array.fromAsync(Deno.readDir(join(PACS, domain, name))))
            .map(({ name }) => name).sort().slice(0, 8);
          await Deno.mkdir(join(folder, "images", domain, name), { recursive: true });
          for (const [i, file] of files.entries()) {
            const path = `${domain}/${name}/${file}`;
            await Deno.symlink(join(PACS, path), join(folder, "images", path));
            rows.push(`${domain},${label},${path},${i < 4 ? "train" : i < 6 ? "val" : "test"}`);
          }
        }
      }
      await Deno.writeTextFile(join(folder, "images/mini.csv"), rows.join("\n"));
      const weights = join(folder, "resnet18.pth"), features = join(folder, "resnet18.safetensors");
      const network = projectPath("tests/programs/small_resnet.py");
      assert.equal((await python(network, weights)).reason, "");
      const extracted = await python(
        ...[projectPath("examples/extract_features.py"), join(folder, "images"), features],
        ...["--network", `${network}:make`],
      );
      assert.equal(extracted.reason, "");
      const bench = (out: string, ...more: string[]) =>
        cli(
          "bench",
          ...["--datasets", "mini", "--data-dir", join(folder, "images"), "--preset", "quick"],
          ...["--methods", "erm", "--seeds", "2", "--steps", "50", "--backend", BACKEND],
          ...["--out", join(folder, out), ...more],
        );
      const ours = await bench("ours", "--pretrained", weights, "--backbone-mode", "frozen");
      assert.equal(ours.code, 0, ours.err);
      const theirs = await bench("theirs", "--features", features);
      assert.equal(theirs.code, 0, theirs.err);
      const figures = async (out: string) =>
        (JSON.parse((await cli("results", "--out", join(folder, out), "--json")).out) as {
          mean: number;
          sd: number;
        }[]).map(({ mean, sd }) => [mean, sd]);
      const [one, other] = [await figures("ours"), await figures("theirs")];
      assert.equal(one.length, 4);
      assert.deepEqual(other, one);
      const { runs } = JSON.parse(await Deno.readTextFile(join(folder, "theirs/manifest.json")));
      assert.match(runs[0].spec.training.network.frozen.weights, /^[0-9a-f]{64}$/);
      assert.equal(runs[0].spec.training.network.frozen.name, "resnet18");
    }),
});
