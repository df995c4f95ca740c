/** `deno task test:flips` does this at a thousand places. */
import assert from "node:assert/strict";
import { useBackend } from "../../testing/backend.ts";
import { cachedFiles, flipCached } from "./cached_files.ts";

await useBackend();

Deno.test("a cached file with a flipped bit is made again, and said to be", async () => {
  const folder = await Deno.makeTempDir();
  assert.equal(await flipCached(folder, 60, 1), 60);
});

Deno.test("a cached file that is cut short, empty, or of an earlier form is made again", async () => {
  const folder = await Deno.makeTempDir();
  for (const { kind, file, read } of await cachedFiles(folder)) {
    const sound = await read(), bytes = await Deno.readFile(file);
    const earlier = bytes.slice();
    earlier[bytes.length - 1] = 0x30;
    for (const spoilt of [bytes.slice(0, -1), bytes.slice(7), new Uint8Array(), earlier]) {
      await Deno.writeFile(file, spoilt);
      assert.deepEqual(await read(), { ...sound, again: true }, kind);
      assert.deepEqual(await Deno.readFile(file), bytes, kind);
    }
  }
});
