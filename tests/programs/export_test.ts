import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import sharp from "sharp";
import * as tf from "@tensorflow/tfjs-core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "csv-parse/sync";
import { runProgram } from "../../base/command.ts";
import { projectPath } from "../../base/paths.ts";
import { stream } from "../../base/random.ts";
import { decodeArrays, type Float32Values } from "../../base/safetensors_format.ts";
import { inTorch, torchWeights, weightsFile } from "../../bench/export/weights.ts";
import { PUBLISHED, publishedSchema } from "../../bench/published.ts";
import { Store } from "../../bench/records/store.ts";
import { readPretrained } from "../../bench/train/pretrained.ts";
import { buildNetwork, NETWORKS } from "../../networks/mod.ts";
import { fromTensors, toTorch } from "../../nn/module.ts";
import { useBackend } from "../../testing/backend.ts";
import { cli, TINY, withFolder } from "../bench/crash.ts";

await useBackend();

const environment = Deno.env.toObject();
const python = (...args: string[]) => runProgram("python3", args, { environment, minutes: 9 });
const torch = await python("-c", "import torch, numpy");
const pandas = await python("-c", "import pandas, pyarrow");

/** Two domains of a few images with a split file, in a folder of their own. */
async function withImages(use: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const rows = ["env,label,path,split"];
    for (const domain of ["day", "night"]) {
      for (const [label, name] of ["ant", "bee"].entries()) {
        for (const [i, split] of ["train", "train", "val", "test"].entries()) {
          const path = `${domain}/${name}/${i}.png`;
          await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
          const pixels = new Uint8Array(32 * 32 * 3).fill(20 * (i + label + 1));
          await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } }).png()
            .toFile(join(folder, path));
          rows.push(`${domain},${label},${path},${split}`);
        }
      }
    }
    await Deno.writeTextFile(join(folder, "farm.csv"), `${rows.join("\n")}\n`);
    await use(folder);
  });
}

Deno.test("a split is written as it was read, as lists, and as Parquet", () =>
  withImages(async (folder) => {
    const to = (form: string) => join(folder, form);
    const run = async (form: string) => {
      const args = ["split", "farm", "--data-dir", folder, "--form", form, "--to", to(form)];
      const { code, err } = await cli("export", ...args);
      assert.equal(code, 0, err);
    };
    for (const form of ["csv", "lists", "parquet"]) await run(form);
    const sorted = (text: string) => text.trim().split("\n").sort();
    const [then, now] = await Promise.all(
      [join(folder, "farm.csv"), join(to("csv"), "farm.csv")].map((file) =>
        Deno.readTextFile(file)
      ),
    );
    assert.deepEqual(sorted(now!), sorted(then!));
    assert.equal(
      await Deno.readTextFile(join(to("lists"), "night_test.txt")),
      "night/ant/3.png 0\nnight/bee/3.png 1\n",
    );
    if (!pandas.success) return;
    const program = `
import json, sys, pyarrow.parquet as pq
table = pq.read_table(sys.argv[1])
told = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]["label"]
print(json.dumps([table.to_pylist(), told, str(table.schema.field("label").type)]))`;
    const read = await python("-c", program, join(to("parquet"), "validation.parquet"));
    const [rows, label, type] = JSON.parse(read.stdout);
    assert.deepEqual(rows[1], { path: "day/bee/2.png", domain: "day", label: 1, class: "bee" });
    assert.deepEqual([rows.length, label.names, type], [4, ["ant", "bee"], "int64"]);
  }));

Deno.test("a split of images that are no files is refused", async () => {
  const { code, err } = await cli("export", "split", "digits-synth", "--to", "/tmp/nowhere");
  assert.equal(code, 1);
  assert.match(err, /^The split of digits-synth cannot be written: its images are no files/);
});

Deno.test("weights are laid out as PyTorch has them, whatever the backend", () => {
  for (const definition of NETWORKS.filter(({ torch }) => torch !== undefined)) {
    const features = definition.input === "features";
    const { featurizer } = buildNetwork(definition, 3, {
      inputShape: features ? [5] : [32, 32, 3],
      width: 0.125,
      draws: (name) => stream(1, name),
      random: stream(0, "dropout"),
    });
    for (const p of featurizer.parameters.slice(0, 12)) {
      const { shape } = p.variable, values = p.variable.dataSync() as Float32Array;
      assert.deepEqual(inTorch({ shape, values }, p.layout).values, toTorch(p), p.name);
    }
    featurizer.dispose();
  }
});

/** Python that loads a safetensors file into a network, and says how far its logits are from ours. */
const COMPARE = `
import json, struct, sys, numpy as np, torch
from torch import nn
file, logits, images, kind = sys.argv[1:5]
raw = open(file, "rb").read()
length, = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8:8 + length])
assert header.pop("__metadata__")["format"] == "pt"
state = {}
for name, entry in header.items():
    start, end = entry["data_offsets"]
    part = np.frombuffer(raw[8 + length + start:8 + length + end], np.float32)
    state[name] = torch.from_numpy(part.reshape(entry["shape"]).copy())
want = np.fromfile(logits, np.float32)
size = int(sys.argv[5])
x = torch.from_numpy(np.fromfile(images, np.float32).reshape(-1, size, size, 3)).permute(0, 3, 1, 2)
if kind == "mdlt":
    class MNIST_CNN(nn.Module):
        def __init__(self, a, b, classes):
            super().__init__()
            for i, (n, m) in enumerate([(3, a), (a, b), (b, b), (b, b)]):
                self.add_module(f"conv{i + 1}", nn.Conv2d(n, m, 3, 2 if i == 1 else 1, padding=1))
                self.add_module(f"bn{i}", nn.GroupNorm(8, m))
            self.classifier = nn.Linear(b, classes)
        def forward(self, x):
            for i in range(4):
                x = getattr(self, f"bn{i}")(torch.relu(getattr(self, f"conv{i + 1}")(x)))
            return self.classifier(x.mean((2, 3)))
    network = MNIST_CNN(len(state["conv1.bias"]), len(state["conv2.bias"]), len(state["classifier.bias"]))
else:
    sys.path.insert(0, sys.argv[6])
    from small_resnet import ResNet
    class Whole(ResNet):
        def __init__(self, classes):
            super().__init__()
            self.fc = nn.Linear(512, classes)
        def forward(self, x):
            return self.fc(super().forward(x))
    network = Whole(len(state["fc.bias"]))
network.load_state_dict(state, strict=True)
with torch.no_grad():
    found = network.eval()(x).numpy().ravel()
print(abs(found - want).max(), abs(want).max())
`;

/** The largest difference of logits between PyTorch and us. */
async function difference(
  folder: string,
  weights: Uint8Array,
  images: Float32Array,
  logits: Float32Array,
  kind: string,
  size: number,
): Promise<number> {
  const [file, wanted, pixels] = ["w", "logits", "images"].map((name) => join(folder, name));
  await Deno.writeFile(file!, weights);
  await Deno.writeFile(
    wanted!,
    new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength),
  );
  await Deno.writeFile(pixels!, new Uint8Array(images.buffer));
  const here = projectPath("tests/programs");
  const args = [file!, wanted!, pixels!, kind, String(size), here];
  const { stdout, reason } = await python("-c", COMPARE, ...args);
  assert.equal(reason, "");
  const [apart, largest] = stdout.trim().split(" ").map(Number) as [number, number];
  assert(apart < 1e-3 * largest, `${apart} of ${largest}`);
  return apart;
}

const drawn = (count: number) => {
  const random = stream(5, "images");
  return Float32Array.from({ length: count }, () => random.uniform());
};

const skipped = torch.success ? "" : ` (skipped: ${torch.reason})`;
Deno.test({
  name: `a run's weights give our logits in PyTorch${skipped}`,
  ignore: !torch.success,
  fn: () =>
    withFolder(async (out) => {
      const bench = await cli("bench", ...TINY, "--methods", "erm", "--out", out);
      assert.equal(bench.code, 0, bench.err);
      const file = join(out, "erm.safetensors");
      const made = await cli("export", "weights", "--out", out, "--run", "erm", "--to", file);
      assert.equal(made.code, 0, made.err);
      const store = new Store(out);
      const [run] = (await store.manifest())!.runs;
      const { training, dataset } = run!.spec;
      const network = buildNetwork(
        NETWORKS.find(({ name }) => name === training.network.name)!,
        10,
        {
          inputShape: [dataset.imageSize, dataset.imageSize, 3],
          width: training.network.width,
          draws: (name) => stream(0, name),
          random: stream(0, "dropout"),
        },
      );
      const weights = await store.weights(run!.id);
      for (const part of ["featurizer", "classifier"] as const) {
        fromTensors(
          network[part].parameters.map((p) => [`${part}.${p.name}`, p.variable] as const),
          weights,
        );
      }
      const images = drawn(6 * dataset.imageSize ** 2 * 3);
      const shape = [6, dataset.imageSize, dataset.imageSize, 3];
      const logits = network.logits(tf.tensor(images, shape)).dataSync() as Float32Array;
      const bytes = await Deno.readFile(file);
      const apart = await difference(out, bytes, images, logits, "mdlt", dataset.imageSize);
      assert(apart < 1e-4, `${apart}`);

      const wrong = await cli("export", "weights", "--out", out, "--run", "irm", "--to", file);
      assert.equal(wrong.code, 2);
      assert.match(wrong.err, /there is no such run; give the id of one: [0-9a-f]{16} \(erm on/);
    }),
});

Deno.test({
  name: `statistics of batch norms go with the weights${skipped}`,
  ignore: !torch.success,
  fn: () =>
    withFolder(async (folder) => {
      const pth = join(folder, "resnet18.pth");
      assert.equal((await python(projectPath("tests/programs/small_resnet.py"), pth)).reason, "");
      const { network: definition, weights: started } = await readPretrained(pth, NETWORKS);
      const network = buildNetwork(definition, 4, {
        inputShape: [64, 64, 3],
        width: 1,
        weights: started,
        draws: (name) => stream(2, name),
        random: stream(0, "dropout"),
      });
      const own = Object.fromEntries(
        (["featurizer", "classifier"] as const).flatMap((part) =>
          network[part].parameters.map(({ name, variable }): [string, Float32Values] => [
            `${part}.${name}`,
            { shape: variable.shape, values: variable.dataSync() as Float32Array },
          ])
        ),
      );
      const spec = {
        training: { network: { name: definition.name, width: 1 } },
        dataset: { name: "any", imageSize: 64, settings: {} },
      };
      const made = torchWeights(spec as never, definition, {
        ...own,
        "anchor": own["classifier.bias"]!,
      }, started);
      assert.deepEqual(made.left, ["anchor"]);
      assert.deepEqual(Object.keys(decodeArrays(weightsFile(made, {}))), Object.keys(made.arrays));
      const images = drawn(3 * 64 * 64 * 3);
      const logits = network.logits(tf.tensor(images, [3, 64, 64, 3])).dataSync() as Float32Array;
      const apart = await difference(folder, weightsFile(made, {}), images, logits, "resnet", 64);
      assert(apart < 1e-4, `${apart}`);
    }),
});

Deno.test("every file of an output folder is as its published schema says", () =>
  withFolder(async (out) => {
    const bench = await cli("bench", ...TINY, "--methods", "erm,crt", "--out", out);
    assert.equal(bench.code, 0, bench.err);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    const validators = Object.fromEntries(
      Object.entries(PUBLISHED).map(([name, published]) => [
        name,
        ajv.compile(publishedSchema(name, published)),
      ]),
    );
    const holds = (name: string, value: unknown) =>
      assert(validators[name]!(value), `${name}: ${ajv.errorsText(validators[name]!.errors)}`);
    const json = async (path: string) => JSON.parse(await Deno.readTextFile(join(out, path)));
    const rows = async (path: string, texts: readonly string[]) =>
      parse(await Deno.readTextFile(join(out, path)), {
        columns: true,
        cast: (cell: string, { column, header }: { column: string | number; header: boolean }) =>
          header || texts.includes(String(column)) || cell === "" ? cell : Number(cell),
      }) as unknown[];
    holds("manifest", await json("manifest.json"));
    const figures = await rows("results.csv", [
      ...["dataset", "network", "method", "split", "domain", "metric"],
    ]);
    assert(figures.length > 100);
    for (const row of figures) holds("results", row);
    let runs = 0;
    for await (const { name } of Deno.readDir(join(out, "runs"))) {
      const record = await json(`runs/${name}/record.json`);
      holds("record", record);
      for (const row of await rows(`runs/${name}/predictions.csv`, ["domain"])) {
        holds("predictions", row);
      }
      const failure = { id: name, name: "erm", spec: record.spec, error: "It failed.", at: "now" };
      holds("failure", failure);
      assert.equal(validators["failure"]!({ ...failure, id: "../x" }), false);
      assert.equal(validators["record"]!({ ...record, timing: undefined }), false);
      assert.equal(validators["record"]!({ ...record, spec: { ...record.spec, more: 1 } }), false);
      runs++;
    }
    assert.equal(runs, 2);
    assert.equal(validators["results"]!({ ...figures[0] as object, value: "high" }), false);

    const to = join(out, "schemas");
    const written = await cli("schema", "--to", to);
    assert.equal(written.code, 0, written.err);
    assert.equal(written.out.trim().split("\n").length, Object.keys(PUBLISHED).length);
    const record = JSON.parse(await Deno.readTextFile(join(to, "record.schema.json")));
    assert.equal(record.$id, "urn:mdlt-bench:record:2");
    const unknown = await cli("schema", "recrod");
    assert.match(unknown.err, /Cannot find a schema named "recrod": did you mean "record"/);
  }));
