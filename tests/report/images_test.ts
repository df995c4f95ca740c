/** Seeds and test images as two factors. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PRIMARY } from "../../metrics/mod.ts";
import accuracy from "../../metrics/accuracy.ts";
import { stream } from "../../base/random.ts";
import { Folder } from "../../bench/records/folder.ts";
import { predictionsCsv } from "../../bench/records/predictions.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { arrange } from "../../report/analysis/arrange.ts";
import { effectOf, imageEffects } from "../../report/analysis/images.ts";
import { readStore } from "../../report/folder.ts";
import { buildReport } from "../../report/mod.ts";
import { imagesSentence } from "../../report/tables/images.ts";
import { inFolder } from "./folder.ts";
import { textOf } from "./scores.ts";
import { DATASETS, type FakeGrid, writeStore } from "./store.ts";

/** A folder whose runs keep what they predicted. */
async function write(out: string, seeds: number[], change: Partial<FakeGrid> = {}) {
  const { runs } = await writeStore(out, {
    ...{ datasets: DATASETS.slice(0, 1), methods: ["erm", "irm", "boda"], seeds },
    ...change,
  });
  for (const { id } of runs) {
    const folder = join(out, "runs", id);
    const record: RunRecord = JSON.parse(await Deno.readTextFile(join(folder, "record.json")));
    const kept = record.result!.test.map((confusion) => {
      const cells = confusion.flatMap((row, truth) =>
        row.flatMap((count, guess) => new Array<[number, number]>(count).fill([truth, guess]))
      );
      return { labels: cells.map(([truth]) => truth), predicted: cells.map(([, guess]) => guess) };
    });
    const csv = predictionsCsv(record.data.domains, kept);
    await Deno.writeTextFile(join(folder, "predictions.csv"), csv);
  }
}

Deno.test("the share of images is that of drawing them within classes and domains", () =>
  inFolder(async (out) => {
    await write(out, [0]);
    const [dataset] = arrange(await readStore(out));
    const [average] = await imageEffects(new Folder(out), dataset!, accuracy, "erm", 0.05);
    const [erm, irm] = dataset!.methods.map(({ runs }) => runs[0]!);
    const predictions = async (id: string) => (await new Folder(out).predictions(id))!;
    const [a, b] = [await predictions(erm!.id), await predictions(irm!.id)];
    // Of each cell, the variance of the sum of differences of its images, drawn anew.
    let variance = 0;
    a.forEach(({ labels, predicted }, d) => {
      const gains = labels.map((label, i) =>
        Number(b[d]!.predicted[i] === label) - Number(predicted[i] === label)
      );
      for (const cell of Map.groupBy(labels.keys(), (i) => labels[i]!).values()) {
        const own = cell.map((i) => gains[i]!);
        const mean = own.reduce((sum, gain) => sum + gain, 0) / own.length;
        variance += own.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / labels.length ** 2;
      }
    });
    const expected = Math.sqrt(variance) / a.length;
    const row = average!.rows.find(({ method }) => method.name === "irm")!;
    assert(Math.abs(row.byImages / expected - 1) < 0.15, `${row.byImages} beside ${expected}`);
    assert.deepEqual([row.seeds, row.bySeeds, row.limit], [1, null, "images (one seed)"]);
    assert.match(imagesSentence(average!), /one run: .* nobody knows by how much for its seed/);
  }));

Deno.test("seeds limit where seeds differ, and both factors widen the interval", () => {
  const random = stream(1, "test", "images");
  const drawn = (seen: readonly number[], byImages: number) =>
    Array.from({ length: 400 }, () => {
      const shift = byImages * random.normal();
      return { values: seen.map((value) => value + shift), seed: random.integer(2 ** 31) };
    });
  const seen = [0.05, 0.09, 0.02, 0.07, 0.04];
  const [few, many] = [0.002, 0.06].map((size) => effectOf(seen, drawn(seen, size), 0.05)!);
  assert.deepEqual([few!.limit, many!.limit], ["seeds", "images"]);
  // With hardly any chance of images it is the t interval over seeds: 0.054 ± 2.776 · 0.0121.
  assert(Math.abs(few!.interval[1] - (0.054 + 2.776 * 0.0121)) < 0.004, String(few!.interval));
  const width = ({ interval: [low, high] }: typeof few & object) => high - low;
  assert(width(many!) > 3 * width(few!));
  assert.equal(effectOf([], [], 0.05), null);
});

Deno.test("a report tells which of the two limits, where runs share their images", () =>
  inFolder(async (out) => {
    await write(out, [0, 1, 2]);
    const { path, files } = await buildReport(out);
    const text = textOf(await Deno.readTextFile(path), "images");
    assert.match(text, /On average macro-F1 of Digits-MLT \(400 test images\) a difference/);
    assert(files.some((file) => file.endsWith("images.csv")));
  }));

Deno.test("where a seed draws its own images, its spread holds them already", () =>
  inFolder(async (out) => {
    await write(out, [0, 1, 2], { datasets: [{ ...DATASETS[0]!, settings: { seed: "run" } }] });
    const { runs } = await readStore(out);
    for (const { id, spec } of runs) {
      const file = join(out, "runs", id, "record.json");
      const record: RunRecord = JSON.parse(await Deno.readTextFile(file));
      const data = { ...record.data, fingerprint: `0000${spec.seed}` };
      await Deno.writeTextFile(file, JSON.stringify({ ...record, data }));
    }
    const [dataset] = arrange(await readStore(out));
    assert.deepEqual(await imageEffects(new Folder(out), dataset!, PRIMARY, "erm", 0.05), []);
  }));
