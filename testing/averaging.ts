/**
 * Whether the stretch over which a method has its weights averaged can be kept as the training goes on.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Averaging } from "../methods/method.ts";

/** Validation losses that fall, rise, stay, or do neither for long. */
const VALLEYS: readonly (readonly number[])[] = [
  [9, 7, 5, 4, 3.5, 3.4, 3.5, 3.6, 4, 5, 7, 9, 12, 15, 19, 24],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  [5, 5, 5, 5, 5, 5, 5, 5],
  [4, 2, 5, 1, 4, 2, 5, 1, 4, 2, 5, 1],
];

/** Registers the test of which stretch of a training a method has averaged. */
export function testAveraging(name: string, averaging: Averaging): void {
  Deno.test(`${name}: the stretch that is averaged begins once and only grows`, () => {
    for (const losses of VALLEYS) {
      let from: number | undefined, to = 0;
      for (let count = 1; count <= losses.length; count++) {
        for (const ended of [true, false]) {
          const found = averaging.stretch(losses.slice(0, count), ended);
          if (found === null) continue;
          assert.equal(from ?? found.from, found.from, "it begins elsewhere now");
          assert.ok(found.from <= found.to && found.to <= count);
          assert.ok(found.to >= to, "what was in it is no longer");
          const added: number = from === undefined ? found.from : Math.max(to, found.from);
          assert.ok(found.to === added || added >= count - averaging.lag, "lag is too small");
          if (!ended) [from, to] = [found.from, found.to];
        }
      }
    }
  });
}
