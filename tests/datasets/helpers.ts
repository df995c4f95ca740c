/** What several tests of data sets share. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  DataError,
  type Dataset,
  type DatasetDefinition,
  type LoadOptions,
  type Split,
} from "../../datasets/dataset.ts";
import { stream } from "../../base/random.ts";

/** Load options with every setting at its default, unless `settings` say otherwise. */
export function loadOptions(
  definition: DatasetDefinition,
  settings: LoadOptions["settings"] = {},
  others: Partial<LoadOptions> = {},
): LoadOptions {
  const defaults = Object.fromEntries(
    Object.entries(definition.settings).map(([name, setting]) => [name, setting.default]),
  );
  return {
    dataDir: undefined,
    splitsDir: undefined,
    cacheDir: "",
    settings: { ...defaults, ...settings },
    ...others,
  };
}

/** All images of a split, in order. */
export function readAll(split: Split): Promise<Uint8Array | Float32Array> {
  return split.read(split.labels.map((_, i) => i));
}

/** Every split of a data set by its place. */
export function splitsOf(dataset: Dataset): { place: string; split: Split }[] {
  return dataset.domains.flatMap((domain) =>
    (["train", "validation", "test"] as const).map((part) => ({
      place: `${domain.name}/${part}`,
      split: domain[part],
    }))
  );
}

/** Figures that other software made: one entry of a file of `figures/`. */
export function figures<T>(name: string, entry: string): T {
  const file = new URL(`figures/${name}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file))[entry];
}

/** The SHA-256 of bytes, in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** An image from a formula: `[height, width, 3]`. */
function imageOf(
  width: number,
  height: number,
  value: (x: number, y: number, c: number) => number,
): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) out[(y * width + x) * 3 + c] = value(x, y, c);
    }
  }
  return out;
}

/** As `formula` in figures/pillow.py. */
export function formulaImage(width: number, height: number): Uint8Array {
  return imageOf(
    width,
    height,
    (x, y, c) => x * 37 + y * 91 + c * 53 + x * y * 7 + (x * x % 11) * 13,
  );
}

/** As `smooth` in figures/pillow.py. */
export function smoothImage(width: number, height: number): Uint8Array {
  return imageOf(
    width,
    height,
    (x, y, c) =>
      Math.floor((x * (c + 2) + y * (5 - c)) * 64 / (width + height)) + (x * y * 31 + c) % 17,
  );
}

/** The folder of real data for tests that can do without, or undefined. */
export function testFolder(variable: string, fallback: string): string | undefined {
  const folder = Deno.env.get(variable) ?? new URL(`../../${fallback}`, import.meta.url).pathname;
  try {
    return Deno.statSync(folder).isDirectory ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Damages a file in many ways (cut short, bits turned, bytes replaced) and asserts that the reader
 * soon either gives a result or throws a DataError. `deno task test:fuzz` tries many more (`../malformed/`).
 */
export async function fuzz(
  bytes: Uint8Array,
  cases: number,
  read: (damaged: Uint8Array) => unknown,
): Promise<{ refused: number }> {
  const random = stream(1, "fuzz");
  let refused = 0, slowest = 0;
  for (let i = 0; i < cases; i++) {
    const began = performance.now();
    const damaged = i % 3 === 0
      ? bytes.slice(0, random.integer(bytes.length))
      : Uint8Array.from(bytes);
    for (let hits = i % 3 === 0 ? 0 : 1 + random.integer(4); hits > 0; hits--) {
      const at = random.integer(damaged.length);
      damaged[at] = i % 3 === 1 ? damaged[at]! ^ (1 << random.integer(8)) : random.integer(256);
    }
    try {
      await read(damaged);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      assert.match(error.message, /\.$/);
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - began);
  }
  assert.ok(slowest < 10_000, `a damaged file took ${slowest} ms`);
  return { refused };
}
