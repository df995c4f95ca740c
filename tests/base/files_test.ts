import assert from "node:assert/strict";
import { join } from "node:path";
import { zipSync } from "fflate";
import {
  createAtomically,
  exists,
  findFolder,
  isFile,
  isFolder,
  removeUnfinished,
  subfolders,
  writeAtomically,
} from "../../base/files.ts";
import { tryLock, withLockIfPossible } from "../../base/lock.ts";
import { writeAllSync } from "../../base/terminal.ts";
import { inFolder } from "../report/folder.ts";
import { unzip } from "../../base/unzip.ts";

function test(what: string, use: (folder: string) => Promise<void>): void {
  Deno.test(what, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await use(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

const names = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();

test("files: what is made appears whole, and its folder with it", async (folder) => {
  const path = join(folder, "a/b.txt");
  await createAtomically(path, async (temporary) => {
    await Deno.writeTextFile(temporary, "half");
    assert.equal(await exists(path), false);
    await Deno.writeTextFile(temporary, "whole");
  });
  assert.equal(await Deno.readTextFile(path), "whole");
  assert.deepEqual(await names(join(folder, "a")), ["b.txt"]);
});

test("files: a failure leaves what was there, and nothing else", async (folder) => {
  const path = join(folder, "file");
  await writeAtomically(path, "old");
  const failing = createAtomically(path, async (temporary) => {
    await Deno.writeTextFile(temporary, "half");
    throw new Error("no more");
  });
  await assert.rejects(failing, /no more/);
  assert.equal(await Deno.readTextFile(path), "old");
  assert.deepEqual(await names(folder), ["file"]);
  await assert.rejects(writeAtomically(join(path, "inner"), ""), /Cannot write .*inner/);
});

test("files: a part of what is made can be what is kept", async (folder) => {
  await createAtomically(join(folder, "kept"), async (temporary) => {
    await Deno.mkdir(join(temporary, "inner/most"), { recursive: true });
    return join(temporary, "inner");
  });
  assert.deepEqual(await names(folder), ["kept"]);
  assert.deepEqual(await names(join(folder, "kept")), ["most"]);
});

test("files: what a killed process left is removed, and no more", async (folder) => {
  await Deno.writeTextFile(join(folder, "whole.json"), "{}");
  await Deno.mkdir(join(folder, "build.12.ab.tmp/deep"), { recursive: true });
  await removeUnfinished(folder);
  assert.deepEqual(await names(folder), ["whole.json"]);
});

test("files: links count as what they lead to", async (folder) => {
  await Deno.mkdir(join(folder, "real/cat"), { recursive: true });
  await Deno.writeTextFile(join(folder, "file"), "");
  await Deno.symlink(join(folder, "real"), join(folder, "link"));
  await Deno.symlink(join(folder, "nothing"), join(folder, "broken"));
  assert.deepEqual(await subfolders(folder), ["link", "real"]);
  assert.equal(await isFolder(join(folder, "link")), true);
  assert.deepEqual([await isFile(join(folder, "file")), await exists(join(folder, "broken"))], [
    true,
    false,
  ]);
  assert.equal(await findFolder(folder, ["cat"]), join(folder, "link"));
  assert.equal(await findFolder(folder, ["cat"], 0), undefined);
});

test("locks: a second holder waits, and is told that it does", async (folder) => {
  const path = join(folder, "lock");
  const held = await tryLock(path);
  assert.equal(await tryLock(path), null);
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = withLockIfPossible(path, (locked) => Promise.resolve(locked), resolve);
  await promise;
  held!.close();
  assert.equal(await waiting, true);
});

Deno.test("terminal: a pipe that takes a few bytes at a time gets them all", () => {
  const taken: number[] = [];
  const stream = {
    writeSync(bytes: Uint8Array) {
      const part = bytes.subarray(0, 3);
      taken.push(...part);
      return part.length;
    },
  };
  const line = new TextEncoder().encode('{"event":"end"}\n');
  writeAllSync(stream, line);
  assert.deepEqual(taken, [...line]);
});

test("unzip: what is wanted is unpacked, with progress and the right to run", async (folder) => {
  const archive = join(folder, "a.zip");
  const run = new TextEncoder().encode("#!/bin/sh\n");
  const files = {
    "bin/run": [run, { os: 3, attrs: 0o100755 << 16 }],
    "text.txt": new Uint8Array(10),
    "left.txt": new Uint8Array(99),
  } as const;
  await Deno.writeFile(archive, zipSync(files as unknown as Parameters<typeof zipSync>[0]));
  const out = join(folder, "out");
  const told: number[][] = [];
  const wanted = (path: string) => path !== "left.txt";
  const onProgress = (done: number, total: number) => told.push([done, total]);
  await unzip(archive, out, { wanted, onProgress });
  assert.deepEqual(await names(out), ["bin", "text.txt"]);
  assert.deepEqual(told.at(-1), [run.length + 10, run.length + 10]);
  if (Deno.build.os !== "windows") {
    assert.ok((await Deno.stat(join(out, "bin/run"))).mode! & 0o100);
    assert.ok(!((await Deno.stat(join(out, "text.txt"))).mode! & 0o100));
  }
  await assert.rejects(unzip(archive, out, { wanted }), /EEXIST|exists/);
  await unzip(archive, out, { wanted, replace: true });
});

test("unzip: an entry that leads out of the folder is refused", async (folder) => {
  const archive = join(folder, "a.zip");
  for (const name of ["../b", "/b", "a/../../b"]) {
    await Deno.writeFile(archive, zipSync({ [name]: new Uint8Array(3) }));
    await assert.rejects(unzip(archive, join(folder, "out/in")));
    assert.ok(!await exists(join(folder, "out/b")));
  }
});

Deno.test("a lock that cannot be written is named", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file"), lock = join(file, "lock");
    await Deno.writeTextFile(file, "");
    await assert.rejects(tryLock(lock), (error: Error) => {
      assert.ok(error.message.startsWith(`Cannot write ${lock}: `), error.message);
      return true;
    });
  }));
