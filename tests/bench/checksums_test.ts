/**
 * What is read from a folder is what was written, or it is said; `deno task test:flips` does this at
 * a thousand places.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { tryLock } from "../../base/lock.ts";
import { Store } from "../../bench/records/store.ts";
import { sealed, sealHolds } from "../../bench/records/seal.ts";
import { useBackend } from "../../testing/backend.ts";
import { assertSame, bench, cli, contentOf, SMALL_GRID, withFolder } from "./crash.ts";
import { flip, variedFolder } from "./flips.ts";
import { DATASETS, writeStore } from "../report/store.ts";

await useBackend();

Deno.test("an object that carries its checksum is known by it", () => {
  const value = sealed({ a: [1, 2.5], b: { c: "x" } });
  assert.ok(sealHolds(JSON.parse(JSON.stringify(value))));
  assert.ok(!sealHolds({ ...value, a: [1, 2.25] }));
  assert.ok(sealHolds({ a: 1 }), "an earlier version wrote none");
  assert.equal(sealed({ ...value, a: 3 }).sha256, sealed({ a: 3, b: value.b }).sha256);
});

Deno.test("flipped bits are noticed or harmless; mended, the same bits are trained again", () =>
  withFolder(async (out) => {
    await variedFolder(out);
    const { noticed, harmless } = await flip(out, 24, 3);
    assert.equal(noticed + harmless, 24);
    const { code, out: said } = await cli("check", out);
    assert.equal(code, 0, said);
    assert.match(said, /^\d finished runs; all as they were written\n$/);
  }));

Deno.test("a spoilt file is told, and --mend has its run trained again", () =>
  withFolder(async (out) => {
    await bench(...SMALL_GRID, "--out", out, "--jobs", "1");
    const sound = await contentOf(out);
    const runs = (await new Store(out).manifest())!.runs;
    const first = runs.find(({ name }) => name === "boda")!,
      dann = runs.find(({ name }) => name === "dann")!;
    const weights = join(out, "runs", first.id, "weights.safetensors");
    const bytes = await Deno.readFile(weights);
    bytes[bytes.length - 3]! ^= 16;
    await Deno.writeFile(weights, bytes);
    const record = join(out, "runs", dann.id, "record.json");
    const text = await Deno.readTextFile(record);
    await Deno.writeTextFile(record, text.replace(/"startedAt": "2/, '"startedAt": "1'));
    await assert.rejects(new Store(out).weights(first.id), /is not what was written/);
    const taken = await cli(
      ...["export", "weights", "--out", out, "--run", first.id, "--to", join(out, "taken")],
    );
    assert.equal(taken.code, 1, taken.out);
    assert.match(taken.err, /^Cannot use .*weights\.safetensors: it is not what was written/);
    const told = await cli("check", out);
    assert.equal(told.code, 1);
    assert.match(told.out, /weights\.safetensors: it is not what was written \(its SHA-256/);
    assert.match(told.out, /record\.json: it is not what was written/);
    assert.match(told.out, /2 runs spoilt; --mend removes/);
    const mended = await cli("check", out, "--mend");
    assert.equal(mended.code, 0, mended.out);
    assert.match(mended.out, /2 runs removed, to be trained again/);
    await bench(...SMALL_GRID, "--out", out, "--jobs", "1");
    await assertSame(out, sound);
    assert.equal((await cli("check", out)).code, 0);
  }));

Deno.test("counts of an earlier version's record, which has no checksum, are counted again", () =>
  withFolder(async (out) => {
    await bench(...SMALL_GRID, "--out", out, "--jobs", "1");
    const [run] = (await new Store(out).manifest())!.runs;
    const path = join(out, "runs", run!.id, "record.json");
    const { sha256: _, files: __, ...old } = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify(old));
    const fine = await cli("check", out);
    assert.equal(fine.code, 0, fine.out);
    assert.match(fine.out, /1 without checksums, counted again alone/);
    const row = old.result.test[0].find((row: number[]) => row.filter((n) => n > 0).length > 1);
    const [a, b] = [...row.keys()].filter((c: number) => row[c] > 0) as [number, number];
    [row[a], row[b]] = [row[a] - 1, row[b] + 1];
    await Deno.writeTextFile(path, JSON.stringify(old));
    const wrong = await cli("check", out);
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /its counts and those of record\.json differ/);
  }));

Deno.test("what is no output folder is not checked", async () => {
  const { code, err } = await cli("check", "docs");
  assert.equal(code, 2);
  assert.match(err, /Cannot check "docs": there is no folder "runs" in it/);
});

Deno.test("--mend says of which run it could remove nothing", () =>
  withFolder(async (out) => {
    const { runs } = await writeStore(out, {
      datasets: DATASETS.slice(0, 1),
      methods: ["erm", "irm"],
      seeds: [0],
    });
    const held = runs[0]!;
    await Deno.writeTextFile(join(out, "runs", held.id, "record.json"), "{");
    using _lock = (await tryLock(join(out, "runs", held.id, "lock")))!;
    const { code, out: said } = await cli("check", out, "--mend");
    assert.equal(code, 1, said);
    assert.match(said, new RegExp(`Run ${held.id} could not be removed: another process is at it`));
    assert.match(said, /2 runs spoilt; .*; 1 run removed, to be trained again\n$/);
    assert.equal(await Deno.readTextFile(join(out, "runs", held.id, "record.json")), "{");
  }));
