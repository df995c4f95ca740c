import assert from "node:assert/strict";
import { find, nearestOf } from "../../base/errors.ts";

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
