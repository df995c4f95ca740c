import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeArrays } from "../../base/safetensors_format.ts";
import { embeddings } from "../../report/analysis/embedding.ts";
import { buildReport, prepareReport } from "../../report/mod.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

/** An array as it is stored. */
interface Stored {
  readonly shape: number[];
  readonly values: Float32Array;
}

const filesIn = (out: string) => ({
  features: (id: string) =>
    Deno.readFile(join(out, "runs", id, "features.safetensors")).catch(() => null),
  points: (id: string) => join(out, "runs", id, "tsne.json"),
});

Deno.test("features become points that keep classes together, the same every time", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, {
      datasets: DATASETS.slice(1, 2),
      methods: ["erm"],
      seeds: [0],
      details: true,
    });
    const id = runs[0]!.id;
    const cache = join(out, "runs", id, "tsne.json");
    const first = (await embeddings(filesIn(out), [[id]])).get(id)!;
    assert.equal(first.x.length, 120);
    assert.equal(first.perplexity, 30);
    for (const places of [first.x, first.y]) {
      assert.deepEqual([Math.min(...places), Math.max(...places)], [0, 1000]);
      assert.ok(new Set(places).size > 60 && places.every(Number.isInteger));
    }
    let kept = 0; // whose nearest neighbour is of the same class
    first.label.forEach((label, i) => {
      const distances = first.x.map((x, j) =>
        i === j ? Infinity : (x - first.x[i]!) ** 2 + (first.y[j]! - first.y[i]!) ** 2
      );
      if (first.label[distances.indexOf(Math.min(...distances))] === label) kept++;
    });
    assert(kept > 0.9 * first.label.length, `${kept} of ${first.label.length}`);

    const made = (await Deno.stat(cache)).mtime;
    assert.deepEqual((await embeddings(filesIn(out), [[id]])).get(id), first);
    assert.deepEqual((await Deno.stat(cache)).mtime, made, "it is not computed again");
    await Deno.writeTextFile(cache, '{"key": "of other features"}');
    assert.deepEqual((await embeddings(filesIn(out), [[id]])).get(id), first);
  }));

Deno.test("runs without whole features are left out", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, {
      datasets: DATASETS.slice(1, 2),
      methods: ["erm", "irm"],
      seeds: [0],
      details: true,
    });
    const [broken, none] = runs.map((run) => join(out, "runs", run.id, "features.safetensors"));
    await Deno.writeFile(broken!, new Uint8Array(20));
    await Deno.remove(none!);
    assert.equal((await embeddings(filesIn(out), [runs.map((run) => run.id)])).size, 0);
  }));

Deno.test("features that are no sample of images are left out, and four are a sample", () =>
  inFolder(async (out) => {
    const of = async (images: number, change: (arrays: Record<string, Stored>) => void) => {
      const numbers = (length: number) => Float32Array.from({ length }, (_, i) => (i * 7) % 5);
      const arrays: Record<string, Stored> = {
        features: { shape: [images, 3], values: numbers(images * 3) },
        domain: { shape: [images], values: numbers(images) },
        label: { shape: [images], values: numbers(images) },
      };
      change(arrays);
      const file = encodeArrays(arrays);
      const files = { features: () => Promise.resolve(file), points: () => join(out, "none", "x") };
      return (await embeddings(files, [["a"]])).get("a") ?? null;
    };
    const four = (await of(4, () => {}))!;
    assert.deepEqual([four.x.length, four.y.length, four.perplexity], [4, 4, 1]);
    assert.deepEqual([four.label, four.domain], [[0, 2, 4, 1], [0, 2, 4, 1]]);
    assert.equal(await of(3, () => {}), null);
    for (const key of ["features", "domain", "label"]) {
      assert.equal(await of(5, (arrays) => delete arrays[key]), null, key);
    }
    for (const key of ["domain", "label"]) {
      const short = { shape: [4], values: new Float32Array(4) };
      assert.equal(await of(5, (arrays) => arrays[key] = short), null, `${key} of fewer`);
    }
    for (const value of [NaN, Infinity]) {
      assert.equal(await of(5, ({ features }) => features!.values[7] = value), null, String(value));
    }
  }));

Deno.test("what a report needs of finished runs is made while others go on", () =>
  inFolder(async (out) => {
    const { runs } = await writeStore(out, {
      datasets: DATASETS.slice(1, 2),
      methods: ["erm", "irm"],
      seeds: [0],
      details: true,
    });
    const [done, going] = runs.map(({ id }) => join(out, "runs", id));
    await Deno.remove(join(going!, "record.json"));
    await Deno.remove(join(going!, "features.safetensors"));
    await prepareReport(out);
    const points = join(done!, "tsne.json");
    const made = (await Deno.stat(points)).mtime!;
    await assert.rejects(Deno.stat(join(going!, "tsne.json")), Deno.errors.NotFound);
    await assert.rejects(Deno.stat(join(out, "report")), Deno.errors.NotFound);
    await buildReport(out);
    assert.deepEqual((await Deno.stat(points)).mtime, made, "the report takes what is there");
  }));
