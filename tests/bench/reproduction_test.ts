/** What a repeated run is called: identical, within what was allowed, different or missing. */
import assert from "node:assert/strict";
import { Folder } from "../../bench/records/folder.ts";
import type { RunRecord } from "../../bench/records/record.ts";
import { comparison } from "../../bench/records/reproduction.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

/** The record of a run that the folder is given. */
async function recordIn(out: string): Promise<RunRecord> {
  const grid = { datasets: DATASETS.slice(0, 1), methods: ["erm"], seeds: [0] };
  const { runs: [run] } = await writeStore(out, grid);
  return (await new Folder(out).record(run!.id))!;
}

/** The record with so many of the first class of the first domain taken for the second. */
function mistaken(record: RunRecord, images: number): RunRecord {
  const result = structuredClone(record.result!) as unknown as { test: number[][][] };
  const row = result.test[0]![0]!;
  row[0]! -= images;
  row[1]! += images;
  return { ...record, result: result as unknown as RunRecord["result"] };
}

Deno.test("a repetition is compared bit for bit, then by the largest test figure that moved", () =>
  inFolder(async (out) => {
    const record = await recordIn(out);
    const compare = (other: RunRecord | null, tolerance: number) =>
      comparison(record, other, tolerance);
    assert.deepEqual(compare(null, 1), { verdict: "missing", largest: null });
    assert.deepEqual(comparison(null, record, 1), { verdict: "missing", largest: null });
    const later = { ...record, timing: { ...record.timing, seconds: 1e6 } };
    assert.deepEqual(compare(later, 0), { verdict: "identical", largest: 0 });

    // One of 20 images of a class that is one of four with many training images: 1 / 20 / 4.
    const other = mistaken(record, 1);
    const { verdict, largest } = compare(other, 0.06);
    assert.equal(verdict, "within");
    assert.ok(largest !== null && Math.abs(largest - 0.0125) < 1e-12, String(largest));
    assert.deepEqual(compare(other, largest), { verdict: "within", largest });
    assert.deepEqual(comparison(other, record, largest), { verdict: "within", largest });
    assert.deepEqual(compare(other, largest - 1e-9), { verdict: "different", largest });

    const [point, ...rest] = record.curve;
    const longer = { ...record, curve: [{ ...point!, step: point!.step - 1 }, ...rest] };
    assert.deepEqual(compare(longer, 0), { verdict: "within", largest: 0 }, "only the curve moved");
    const diverged: RunRecord = { ...record, outcome: { status: "diverged", step: 1 } };
    assert.deepEqual(compare(diverged, 1), { verdict: "different", largest: null });
  }));

Deno.test("what an earlier record does not know of is no difference", () =>
  inFolder(async (out) => {
    const record = await recordIn(out);
    const newer: RunRecord = {
      ...record,
      curve: record.curve.map((point) => ({
        ...point,
        validation: { ...point.validation, nll: [1, 2] },
      })),
    };
    assert.equal(comparison(record, newer, 0).verdict, "identical");
    assert.equal(comparison(newer, record, 0).verdict, "identical");
    const shorter = { ...record, curve: record.curve.slice(1) };
    assert.equal(comparison(record, shorter, 0).verdict, "within");
  }));

Deno.test("a run that ended early is another than one that has figures", () =>
  inFolder(async (out) => {
    const record = await recordIn(out);
    const early: RunRecord = {
      ...record,
      outcome: { status: "diverged", step: 51 },
      curve: record.curve.slice(0, 1),
      result: null,
    };
    const different = { verdict: "different", largest: null };
    assert.deepEqual(comparison(record, early, 1), different);
    assert.deepEqual(comparison(early, record, 1), different);
    assert.deepEqual(comparison(early, structuredClone(early), 0).verdict, "identical");
    const later: RunRecord = { ...early, outcome: { status: "diverged", step: 52 } };
    assert.deepEqual(comparison(early, later, 1), { verdict: "within", largest: 0 });
  }));
