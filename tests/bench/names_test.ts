/** What a run is called where it is read: as its specification says, not as somebody has written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Folder } from "../../bench/records/folder.ts";
import type { CodeNames } from "../../bench/records/format1.ts";
import { inFolder } from "../report/folder.ts";
import { DATASETS, writeStore } from "../report/store.ts";

/** The names of a second stage after `erm` in plan and record, as which they were written. */
async function names(written: string, methods: object[], study?: object): Promise<string[]> {
  let found: string[] = [];
  await inFolder(async (out) => {
    const grid = { datasets: DATASETS.slice(0, 1), methods: ["erm+crt"], seeds: [0] };
    const { runs: [run], ...plan } = await writeStore(out, grid);
    const write = (file: string, content: object) =>
      Deno.writeTextFile(join(out, file), JSON.stringify(content));
    const file = `runs/${run!.id}/record.json`;
    const record = JSON.parse(await Deno.readTextFile(join(out, file)));
    await write(file, { ...record, name: written });
    await write("manifest.json", { ...plan, runs: [{ ...run!, name: written, ...study }] });
    const folder = new Folder(out, { methods, datasets: [] } as unknown as CodeNames);
    const { name } = (await folder.record(run!.id))!;
    found = [(await folder.manifest())!.runs[0]!.name, name];
  });
  return found;
}

const CRT = { name: "crt", stage1: "erm", hyperparameters: {} };
const both = (name: string) => [name, name];

Deno.test("a method says whether a first stage is its usual one", async () => {
  for (const written of ["crt", "erm+crt", "irm+crt", "anything"]) {
    assert.deepEqual(await names(written, [CRT]), both("crt"), written);
    const other = { ...CRT, stage1: "irm" };
    assert.deepEqual(await names(written, [other]), both("erm+crt"), written);
  }
});

Deno.test("of a method that is not here what was written is taken, where it may be called so", async () => {
  const others = [{ ...CRT, name: "lws" }];
  for (const methods of [[], others]) {
    assert.deepEqual(await names("crt", methods), both("crt"));
    assert.deepEqual(await names("erm+crt", methods), both("erm+crt"));
    for (const written of ["irm+crt", "erm", "anything"]) {
      assert.deepEqual(await names(written, methods), both("erm+crt"), written);
    }
  }
});

Deno.test("a run of a study keeps what it is called there, and no other", async () => {
  const study = { study: { name: "ablation", method: "crt", levels: {} } };
  assert.deepEqual(await names("crt: a: b", [CRT], study), ["crt: a: b", "crt"]);
  assert.deepEqual(await names("x: all its parts", [CRT], study), ["crt: all its parts", "crt"]);
  assert.deepEqual(await names("crt", [CRT], study), ["crt", "crt"]);
  assert.deepEqual(await names("crt: label", [CRT]), ["crt", "crt"]);
});
