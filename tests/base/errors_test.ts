import assert from "node:assert/strict";
import { DataError, find, nearestOf, oneLine, UsageError } from "../../base/errors.ts";

const KNOWN = ["erm", "irm", "fish", "cohen_kappa", "digits-synth"].map((name) => ({ name }));

Deno.test("names are found with either joint between words", () => {
  for (const name of ["cohen-kappa", "cohen_kappa", "Cohen-Kappa"]) {
    assert.equal(find("metric", name, KNOWN).name, "cohen_kappa");
  }
  assert.equal(find("data set", "digits_synth", KNOWN).name, "digits-synth");
});

Deno.test("a name is proposed when it is near; where none is, a plugin may have it", () => {
  const known = KNOWN.map(({ name }) => name);
  assert.equal(nearestOf("emr", known), "erm");
  assert.equal(nearestOf("digitsynth", known), "digits-synth");
  assert.equal(nearestOf("lisa", known), undefined);
  assert.throws(() => find("method", "lisa", KNOWN), /"lisa": known are .*; or give its --plugin$/);
  assert.throws(() => find("method", "emr", KNOWN), /did you mean "erm"\? known are .*synth$/);
});

Deno.test("a sentence that quotes a file stays one line, short, and harmless on a terminal", () => {
  assert.equal(oneLine("a  b\r\n\tc \u2028 d"), "a  b c d");
  assert.equal(oneLine("a\u001b[2J\u202eb\0"), "a\ufffd[2J\ufffdb\ufffd");
  const long = oneLine(`Cannot read ${"x".repeat(90_000)}; fetch the file again.`);
  assert.ok(long.length < 2000);
  assert.match(long, /^Cannot read x+ … x+; fetch the file again\.$/);
  assert.equal(new DataError("a\nb").message, "a b");
  assert.equal(new UsageError("a\nb").message, "a b");
});
