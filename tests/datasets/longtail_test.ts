import assert from "node:assert/strict";
import { profileCounts } from "../../datasets/protocols/longtail.ts";

interface Case {
  readonly classes: number;
  readonly max: number;
  readonly type: string;
  readonly factor: number;
  readonly counts: readonly number[];
}

const golden: { counts_per_class: readonly Case[] } = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/mdlt/sampling.json", import.meta.url)),
);

Deno.test("class counts are the reference's", () => {
  for (const { classes, max, type, factor, counts } of golden.counts_per_class) {
    // The reference also writes "balanced", and takes every word it does not know for it.
    const profile = type === "balanced" ? "balance" : type;
    assert.deepEqual(profileCounts(profile as "exp", classes, max, factor), counts, type);
  }
});

Deno.test("an unknown profile is named", () => {
  assert.throws(() => profileCounts("bend" as "exp", 10, 100, 0.1), /"bend" is unknown/);
});
