/**
 * `deno task test:flips [FLIPS] [SEED]`: flips one bit at random places (1,000 by default) of every
 * file of an output folder; each is noticed by `deno task check`, or changes nothing that is read.
 * Then as many in the cache folder's files; each is noticed, and the file made again.
 *
 * @module
 */
import { print } from "../../base/terminal.ts";
import { useBackend } from "../../testing/backend.ts";
import { flip, variedFolder } from "../bench/flips.ts";
import { flipCached } from "../datasets/cached_files.ts";

await useBackend();
const [flips = 1000, seed = 0] = Deno.args.map(Number);
const out = await Deno.makeTempDir();
try {
  await variedFolder(out);
  const began = performance.now();
  const { noticed, harmless, files } = await flip(out, flips, seed);
  const seconds = Math.round((performance.now() - began) / 1000);
  print(
    `${flips} flipped bits in ${files} files: ${noticed} noticed, ${harmless} harmless, none gave ` +
      `another result; ${seconds} s`,
  );
  const cached = await flipCached(await Deno.makeTempDir({ dir: out }), flips, seed);
  print(`${cached} flipped bits in files of the cache: each noticed, and the file made again`);
} finally {
  await Deno.remove(out, { recursive: true });
}
