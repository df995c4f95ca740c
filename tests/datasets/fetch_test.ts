import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { create } from "tar";
import { fetchDataset } from "../../datasets/check.ts";
import { DataError } from "../../datasets/dataset.ts";
import {
  checkFile,
  fetchFile,
  type FetchOptions,
  readLock,
} from "../../datasets/fetching/fetch.ts";
import { sortImages } from "../../datasets/sets/terrainc.ts";
import type { SourceFile } from "../../datasets/fetching/sources.ts";
import { unpackArchive } from "../../datasets/fetching/unpack.ts";
import { fuzz } from "./helpers.ts";

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const digest = (kind: string) => createHash(kind).update(CONTENT).digest("hex");
const SUMS = { bytes: CONTENT.length, sha256: digest("sha256"), md5: digest("md5") };
const OPTIONS: FetchOptions = { idleTimeout: 300, retries: 3, backoff: 1 };

type Handler = (request: Request, call: number) => Response | Promise<Response>;

/** The part of the content that a request asks for, as a good server gives it. */
function good(request: Request): Response {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  if (start === 0) return new Response(CONTENT, { headers: { etag: '"1"' } });
  if (start >= CONTENT.length) return new Response(null, { status: 416 });
  const range = `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`;
  return new Response(CONTENT.slice(start), {
    status: 206,
    headers: { "content-range": range, etag: '"1"' },
  });
}

/** A response that says that it is whole, and breaks after some bytes (or never ends). */
function broken(bytes: Uint8Array, then: "drop" | "stall", headers: HeadersInit = {}): Response {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (bytes.length > 0) {
        controller.enqueue(bytes);
        bytes = new Uint8Array();
      } else if (then === "drop") {
        controller.error(new Error("dropped"));
      } else {
        await new Promise(() => {});
      }
    },
  });
  return new Response(body, { headers: { etag: '"1"', ...headers } });
}

/** Serves while `use` runs; hands out the address, the requests' ranges, and a fresh folder. */
async function serving(
  handler: Handler,
  use: (url: string, ranges: (string | null)[], folder: string) => Promise<void>,
): Promise<void> {
  const ranges: (string | null)[] = [];
  const folder = await Deno.makeTempDir();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => new Response(null) },
    (request) => handler(request, ranges.push(request.headers.get("range"))),
  );
  try {
    await use(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}`, ranges, folder);
  } finally {
    await server.shutdown().catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
}

const source = (url: string, more: Partial<SourceFile> = {}): SourceFile => ({
  path: "set/file.bin",
  urls: [`${url}/file.bin`],
  ...SUMS,
  ...more,
});

const half = CONTENT.slice(0, 150_000);
const wrong = CONTENT.map((value) => value ^ 1);

/** What may go wrong, and what comes of it: the right file, or a refusal with these words. */
const FAULTS: readonly {
  readonly fault: string;
  readonly handler: Handler;
  readonly known?: Partial<SourceFile>;
  /** Requests that it takes. */
  readonly requests?: number;
  /** The part is continued, not begun again. */
  readonly resumed?: boolean;
  readonly refused?: RegExp;
}[] = [
  { fault: "does everything right", handler: good, requests: 1 },
  {
    fault: "drops half-way once",
    handler: (r, n) => n === 1 ? broken(half, "drop") : good(r),
    resumed: true,
  },
  {
    fault: "drops half-way, ignores ranges",
    handler: (_, n) => n === 1 ? broken(half, "drop") : new Response(CONTENT),
  },
  {
    fault: "drops at once, always",
    handler: () => broken(new Uint8Array(), "drop"),
    refused: /file\.bin/,
  },
  {
    fault: "stalls half-way once",
    handler: (r, n) => n === 1 ? broken(half, "stall") : good(r),
    resumed: true,
  },
  {
    fault: "stalls, always",
    handler: () => broken(new Uint8Array(), "stall"),
    refused: /gave nothing for 0\.3 seconds/,
  },
  {
    fault: "never answers",
    // (but after the test, so that the server can be closed)
    handler: () => new Promise((answer) => setTimeout(() => answer(new Response()), 1500)),
    refused: /gave nothing for 0\.3 seconds/,
  },
  {
    fault: "answers 404",
    handler: () => new Response("no", { status: 404 }),
    requests: 1,
    refused: /answered 404/,
  },
  {
    fault: "answers 403",
    handler: () => new Response("no", { status: 403 }),
    refused: /answered 403/,
  },
  {
    fault: "answers 500 twice",
    handler: (r, n) => n < 3 ? new Response("no", { status: 500 }) : good(r),
    requests: 3,
  },
  {
    fault: "answers 500, always",
    handler: () => new Response("no", { status: 500 }),
    refused: /answered 500/,
  },
  {
    fault: "gives wrong bytes",
    handler: () => new Response(wrong),
    refused: /the SHA-256 [0-9a-f]{64} where/,
  },
  {
    fault: "gives wrong bytes, MD5 known",
    known: { sha256: undefined as never },
    handler: () => new Response(wrong),
    refused: /the MD5 [0-9a-f]{32} where/,
  },
  {
    fault: "gives too few bytes and says so",
    handler: () => new Response(half),
    refused: /a file of 150000 bytes, not of 300000/,
  },
  {
    fault: "gives endless bytes",
    handler: () => broken(new Uint8Array(400_000), "stall"),
    refused: /more than 300000 bytes/,
  },
  {
    fault: "gives a web page",
    handler: () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    refused: /a web page/,
  },
  {
    fault: "gives another part than asked",
    handler: (r, n) =>
      n === 1
        ? broken(half, "drop")
        : n === 2
        ? new Response(half, { status: 206, headers: { "content-range": "bytes 7-150006/300000" } })
        : good(r),
  },
  {
    fault: "continues with a changed file",
    handler: (r, n) => n === 1 ? broken(half.map((value) => value ^ 1), "drop") : good(r),
  },
  {
    fault: "has a shorter file by now",
    handler: (r, n) =>
      n === 1 ? broken(half, "drop") : n === 2 ? new Response(null, { status: 416 }) : good(r),
  },
  {
    fault: "drops, and nothing proves that the halves fit",
    known: { sha256: undefined as never, md5: undefined as never },
    handler: (r, n) => n === 1 ? broken(half, "drop", { etag: 'W/"1"' }) : good(r),
  },
];

for (const { fault, handler, known, requests, resumed, refused } of FAULTS) {
  Deno.test(`fetch: a server that ${fault}`, () =>
    serving(handler, async (url, ranges, folder) => {
      const fetching = fetchFile(source(url, known), folder, OPTIONS);
      const file = join(folder, "set/file.bin");
      if (refused !== undefined) {
        await assert.rejects(fetching, (error) => {
          assert.ok(error instanceof DataError);
          assert.match(error.message, refused);
          assert.match(error.message, /put it at .*file\.bin and run the same command again\.$/);
          return true;
        });
        await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
        return;
      }
      assert.equal(await fetching, true);
      assert.deepEqual(await Deno.readFile(file), CONTENT);
      if (requests !== undefined) assert.equal(ranges.length, requests);
      assert.equal(
        ranges.some((range) => range === "bytes=150000-"),
        resumed ?? ranges.includes("bytes=150000-"),
      );
      const { bytes, sha256 } = (await readLock(folder))["set/file.bin"]!;
      assert.deepEqual({ bytes, sha256 }, { bytes: SUMS.bytes, sha256: SUMS.sha256 });
      const left = (await Array.fromAsync(Deno.readDir(join(folder, "set")))).map(({ name }) =>
        name
      );
      assert.deepEqual(left, ["file.bin"]);
      assert.equal(await checkFile(source(url), folder), "right");
    }));
}

Deno.test("fetch: the next address is asked when one is dead, and what happens is told", () =>
  serving(good, async (url, _, folder) => {
    const notes: string[] = [];
    const dead = "http://127.0.0.1:1/file.bin";
    const { urls } = source(url);
    const onNote = (line: string) => notes.push(line);
    await fetchFile(source(url, { urls: [dead, ...urls] }), folder, { ...OPTIONS, onNote });
    assert.equal(notes.length, 3);
    assert.match(notes[0]!, /^127\.0\.0\.1:1 could not be read \(.+\): tried again in 0\.001 s\.$/);
    assert.match(notes[2]!, /given up\.$/);
    assert.equal((await readLock(folder))["set/file.bin"]!.url, urls[0]);
  }));

Deno.test("fetch: what cannot be fetched leaves no folder behind; what was there stays", () =>
  serving(good, async (url, _, root) => {
    const dead = (path: string): SourceFile => ({ path, urls: ["http://127.0.0.1:1/file.bin"] });
    const locate = () => Promise.resolve({ here: false, missing: "a file", remedy: "none" });
    const attempt = (folder: string, ...files: SourceFile[]) =>
      fetchDataset({ name: "x", locate, sources: { files } } as never, folder, OPTIONS)
        .then(() => assert.fail("it cannot be fetched"), (error) => error.message as string);
    const folder = join(root, "new/data");
    assert.match(
      await attempt(folder, dead("one/file.bin"), dead("file.bin")),
      /given up|could not/,
    );
    assert.deepEqual(await namesIn(root), []);
    await Deno.mkdir(join(root, "mine/empty"), { recursive: true });
    await attempt(join(root, "mine"), dead("one/file.bin"));
    assert.deepEqual(await namesIn(join(root, "mine")), ["empty"]);
    await attempt(folder, dead("one/file.bin"), source(url));
    assert.ok((await Deno.stat(join(folder, "set/file.bin"))).isFile, "what came stays");
    assert.deepEqual(
      await namesIn(folder),
      ["set", "sources.lock.json"],
    );
  }));

/** What is in a folder, in ascending order. */
async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("fetch: a download that was broken off goes on where it was", () =>
  serving(good, async (url, ranges, folder) => {
    await Deno.mkdir(join(folder, "set"));
    const part = join(folder, "set/file.bin.part");
    await Deno.writeFile(part, half);
    await Deno.writeTextFile(
      `${part}.json`,
      JSON.stringify({ url: `${url}/file.bin`, version: '"1"' }),
    );
    await fetchFile(source(url), folder, OPTIONS);
    assert.deepEqual(ranges, ["bytes=150000-"]);
    assert.deepEqual(await Deno.readFile(join(folder, "set/file.bin")), CONTENT);
  }));

Deno.test("fetch: no link in place of what is being fetched is written through", () =>
  serving(good, async (url, _, folder) => {
    const part = join(folder, "set/file.bin.part"), elsewhere = join(folder, "elsewhere");
    await Deno.mkdir(join(folder, "set"));
    await Deno.writeTextFile(elsewhere, "mine");
    await Deno.symlink(elsewhere, part);
    await assert.rejects(
      fetchFile(source(url), folder, OPTIONS),
      /it is a link, which is not written/,
    );
    await Deno.remove(part);
    await Deno.symlink(elsewhere, `${part}.json`);
    await fetchFile(source(url), folder, OPTIONS);
    assert.deepEqual(await Deno.readFile(join(folder, "set/file.bin")), CONTENT);
    assert.equal(await Deno.readTextFile(elsewhere), "mine");
  }));

Deno.test("fetch: what is there stays; a changed download is noticed; checks tell", () =>
  serving(() => new Response(wrong), async (url, ranges, folder) => {
    const file = join(folder, "set/file.bin");
    assert.equal(await checkFile(source(url), folder), "missing");
    await Deno.mkdir(join(folder, "set"));
    await Deno.writeFile(file, CONTENT);
    assert.equal(await fetchFile(source(url), folder, OPTIONS), false);
    assert.equal(ranges.length, 0);
    const unknown: SourceFile = { path: "set/file.bin", urls: [`${url}/a`] };
    assert.equal(await checkFile(unknown, folder), "there");
    await Deno.writeFile(file, wrong);
    assert.match(await checkFile(source(url), folder), /^wrong: it has the SHA-256/);

    // Without a published checksum the first download is the measure of later ones.
    await Deno.remove(file);
    await fetchFile(unknown, folder, OPTIONS);
    assert.equal(await checkFile(unknown, folder), "right");
    await Deno.writeFile(file, CONTENT);
    assert.match(await checkFile(unknown, folder), /where the first download had/);
  }));

Deno.test("fetch: another copy is asked when all addresses are dead, whatever its bytes are", () =>
  serving((request) => {
    return request.url.endsWith("copy") ? new Response(wrong) : new Response("no", { status: 404 });
  }, async (url, _, folder) => {
    const copies = [`${url}/gone`, `${url}/copy`];
    await fetchFile(source(url, { copies }), folder, OPTIONS);
    assert.deepEqual(await Deno.readFile(join(folder, "set/file.bin")), wrong);
    assert.equal((await readLock(folder))["set/file.bin"]!.url, copies[1]);
    assert.match(await checkFile(source(url, { copies }), folder), /^wrong: it has the SHA-256/);
  }));

Deno.test("fetch: two at once do not write into each other's file", () => {
  const gate = Promise.withResolvers<void>();
  const slow = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(half);
      await gate.promise;
      controller.enqueue(CONTENT.subarray(half.length));
      controller.close();
    },
  });
  return serving(
    (_, call) => call === 1 ? new Response(slow) : new Response(CONTENT),
    async (url, _, folder) => {
      const begun = Promise.withResolvers<void>();
      const onProgress = () => begun.resolve();
      const first = fetchFile(source(url), folder, { ...OPTIONS, idleTimeout: 5000, onProgress });
      await begun.promise;
      await assert.rejects(
        fetchFile(source(url), folder, OPTIONS),
        refusal(/set\/file\.bin is being fetched by another process/),
      );
      gate.resolve();
      assert.equal(await first, true);
      assert.deepEqual(await Deno.readFile(join(folder, "set/file.bin")), CONTENT);
    },
  );
});

Deno.test("fetch: a file may be known by the name that git gives it", () =>
  serving(good, async (url, _, folder) => {
    const gitBlob = createHash("sha1").update(`blob ${CONTENT.length}\0`).update(CONTENT)
      .digest("hex");
    const known = { path: "a", urls: [`${url}/a`], gitBlob };
    await fetchFile(known, folder, OPTIONS);
    assert.equal(await checkFile(known, folder), "right");
    const other = { path: "b", urls: [`${url}/b`], gitBlob: "0".repeat(40) };
    await assert.rejects(
      fetchFile(other, folder, OPTIONS),
      /the git name [0-9a-f]{40} where 0{40}/,
    );
  }));

Deno.test("fetch: what lies in a folder of the data folder is not fetched again", () =>
  serving(good, async (url, ranges, folder) => {
    await Deno.mkdir(join(folder, "pacs/PACS"), { recursive: true });
    const archive = source(url, { path: "PACS.zip", unpack: { to: "PACS", holding: ["photo"] } });
    assert.equal(await fetchFile(archive, folder, { ...OPTIONS, also: ["pacs"] }), false);
    assert.equal(ranges.length, 0);
  }));

Deno.test("sort: images go where the split file lists them, all or none", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const sort = { from: "flat", to: "sorted", list: "set.csv" };
    const write = (...rows: string[]) =>
      Deno.writeTextFile(
        join(folder, sort.list),
        ["env,label,path,split", ...rows, ""].join("\n"),
      );
    await Deno.mkdir(join(folder, "flat/inner"), { recursive: true });
    await Deno.writeTextFile(join(folder, "flat/inner/1.jpg"), "one");
    await Deno.writeTextFile(join(folder, "flat/2.jpg"), "two");
    await write("l1,0,l1/cat/1.jpg,train", "l1,1,l1/dog/3.jpg,val");
    await assert.rejects(
      sortImages(sort, folder),
      refusal(/flat has no 3\.jpg, which set\.csv lists/),
    );
    await write("l1,0,../../1.jpg,train");
    await assert.rejects(sortImages(sort, folder), DataError);
    const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(left.sort(), ["flat", "set.csv"]);

    await write("l1,0,l1/cat/1.jpg,train", "l1,1,l1/dog/1.jpg,val", "l2,1,l2/dog/2.jpg,test");
    await sortImages(sort, folder);
    assert.equal(await Deno.readTextFile(join(folder, "sorted/l1/cat/1.jpg")), "one");
    assert.equal(await Deno.readTextFile(join(folder, "sorted/l1/dog/1.jpg")), "one");
    assert.equal(await Deno.readTextFile(join(folder, "sorted/l2/dog/2.jpg")), "two");
    assert.equal(await Deno.readTextFile(join(folder, "flat/2.jpg")), "two");
    await sortImages(sort, folder); // what is there stays
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Writes an archive and unpacks it. */
async function unpacking(
  write: (archive: string, folder: string) => Promise<void>,
  name: string,
  check: (
    unpack: (holding?: string[], least?: number) => Promise<void>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const archive = join(folder, name);
    await write(archive, folder);
    await check(
      (holding, least = 1 << 20) =>
        unpackArchive(archive, join(folder, "out"), holding, () => {}, { expansion: 2, least }),
      folder,
    );
    const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.ok(!left.some((entry) => entry.endsWith(".tmp")), left.join());
    await assert.rejects(Deno.stat(join(folder, "..", "escaped")), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const text = (value: string) => new TextEncoder().encode(value);
const zip = (files: Parameters<typeof zipSync>[0]) => (archive: string) =>
  Deno.writeFile(archive, zipSync(files));
const refusal = (message: RegExp) => (error: unknown) =>
  error instanceof DataError && message.test(error.message);

Deno.test("unpack: the folder of a zip or tar that has what is looked for becomes the folder", async () => {
  const check: Parameters<typeof unpacking>[2] = async (unpack, folder) => {
    await unpack(["a", "c"]);
    assert.equal(await Deno.readTextFile(join(folder, "out/a/b.txt")), "hello");
    await assert.rejects(unpack(["a", "d"]), refusal(/has no folder with a, d in it/));
  };
  const files = { "set/a/b.txt": text("hello"), "set/c/d.txt": text("x"), "a/readme": text("x") };
  await unpacking(zip(files), "a.zip", check);
  // Whatever the name says, an archive is what it begins as.
  await unpacking(
    zip({ "deep/er/a/b.txt": text("hello"), "deep/er/c/d.txt": text("x") }),
    "a.tar.gz",
    check,
  );
  await unpacking(
    async (archive, folder) => {
      for (const place of ["kfold/a", "kfold/c"]) {
        await Deno.mkdir(join(folder, place), { recursive: true });
        await Deno.writeTextFile(join(folder, place, "b.txt"), "hello");
      }
      await create({ file: archive, cwd: folder, gzip: true }, ["kfold"]);
    },
    "a.tar.gz",
    check,
  );
});

Deno.test("unpack: damaged files of zip and tar are refused or come out right", async () => {
  const content = CONTENT.slice(0, 5000);
  const check =
    (name: string, least: number): Parameters<typeof unpacking>[2] => async (unpack, folder) => {
      const archive = join(folder, name);
      const out = join(folder, "out");
      const { refused } = await fuzz(await Deno.readFile(archive), 60, async (damaged) => {
        await Deno.writeFile(archive, damaged);
        await Deno.remove(out, { recursive: true }).catch(() => {}); // of the case before
        await unpack(["a"]);
        // Names have no checksum in a zip, contents have.
        for await (const { name } of Deno.readDir(join(out, "a"))) {
          assert.deepEqual(await Deno.readFile(join(out, "a", name)), content);
        }
      });
      assert.ok(refused > least, `${refused}`);
    };
  await unpacking(zip({ "set/a/1": content, "set/a/2": content }), "a.zip", check("a.zip", 30));
  await unpacking(
    async (archive, folder) => {
      await Deno.mkdir(join(folder, "set/a"), { recursive: true });
      for (const file of ["1", "2"]) await Deno.writeFile(join(folder, "set/a", file), content);
      await create({ file: archive, cwd: folder, gzip: true }, ["set"]);
      await Deno.remove(join(folder, "set"), { recursive: true });
    },
    "a.tar.gz",
    check("a.tar.gz", 45),
  );
});

Deno.test("unpack: paths and links that lead out, bombs and damage are refused", async () => {
  const refused = (
    write: (archive: string, folder: string) => Promise<void>,
    name: string,
    message: RegExp,
    least?: number,
  ) =>
    unpacking(write, name, (unpack) => assert.rejects(unpack(undefined, least), refusal(message)));
  await refused(zip({ "../escaped": text("x") }), "a.zip", /cannot be unpacked/);
  await refused(zip({ "/escaped": text("x") }), "a.zip", /cannot be unpacked/);
  await refused(
    zip({ link: [text("/etc/passwd"), { os: 3, attrs: 0o120777 << 16 }] }),
    "a.zip",
    /"link" is neither file nor folder/,
  );
  await refused(
    zip({ big: [new Uint8Array(1 << 20), { level: 9 }] }),
    "a.zip",
    /more than 1000\d* bytes|unpacks to more/,
    1000,
  );
  await refused(
    async (archive) => {
      const bytes = zipSync({ a: [CONTENT, { level: 0 }] });
      bytes[1000]! ^= 1;
      await Deno.writeFile(archive, bytes);
    },
    "a.zip",
    /"a" is damaged/,
  );
  await refused(
    async (archive, folder) => {
      symlinkSync("/etc/passwd", join(folder, "link"));
      await create({ file: archive, cwd: folder, gzip: true }, ["link"]);
    },
    "a.tar.gz",
    /"link" is neither file nor folder/,
  );
  await refused(
    async (archive, folder) => {
      await Deno.mkdir(join(folder, "in"));
      await Deno.writeTextFile(join(folder, "escaped"), "x");
      await create({ file: archive, cwd: join(folder, "in"), gzip: true, preservePaths: true }, [
        "../escaped",
      ]);
    },
    "a.tar.gz",
    /leads out of the folder/,
  );
  await refused(
    async (archive, folder) => {
      await Deno.writeFile(join(folder, "big"), new Uint8Array(1 << 20));
      await create({ file: archive, cwd: folder, gzip: true }, ["big"]);
    },
    "a.tar.gz",
    /unpacks to more than/,
    1000,
  );
  await refused(
    async (archive, folder) => {
      await Deno.writeFile(join(folder, "a"), CONTENT);
      await create({ file: archive, cwd: folder, gzip: true }, ["a"]);
      await Deno.truncate(archive, (await Deno.stat(archive)).size >> 1);
    },
    "a.tar.gz",
    /cannot be unpacked/,
  );
});
