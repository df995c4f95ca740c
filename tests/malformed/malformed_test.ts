/** Some damaged files of every format; `deno task test:fuzz` tries more than 100,000. */
import assert from "node:assert/strict";
import { FORMATS } from "./formats.ts";
import { tryFormat } from "./try.ts";

/** Files that `deno task test:fuzz` found to hang, or to be refused in no sentence, by their numbers. */
const FOUND: readonly (readonly [format: string, number: number])[] = [
  ["safetensors", 513],
  ["torch", 143],
  ["npz", 193],
  ["npy", 2675],
  ["gif", 125],
  ["Parquet", 79],
];

for (const [name, number] of FOUND) {
  Deno.test(`${name}: damaged file ${number} is refused in a sentence`, async () => {
    const format = FORMATS.find((known) => known.name === name)!;
    assert.equal((await tryFormat(format, number, number + 1)).refused, 1);
  });
}

for (const format of FORMATS) {
  Deno.test(`${format.name}: damaged files are read or refused in a sentence`, async () => {
    const cases = format.seconds === undefined ? 40 : 3;
    const { refused } = await tryFormat(format, 0, cases);
    assert.ok(refused > cases / 10, `${refused} of ${cases} refused`);
  });
}
