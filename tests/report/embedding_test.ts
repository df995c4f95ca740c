import assert from "node:assert/strict";
import { join } from "node:path";
import { embeddings } from "../../report/analysis/embedding.ts";
import { buildReport, prepareReport } from "../../report/mod.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

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
