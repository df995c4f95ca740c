import assert from "node:assert/strict";
import { LEAST_DENO, whyTooOld } from "../../base/versions.ts";

Deno.test("a Deno that is too old is told which it takes", () => {
  for (const fine of [LEAST_DENO, "2.8.3", "2.9.6", "2.10.0", "3.0.0", "2.8.2-rc.1"]) {
    assert.equal(whyTooOld(fine), null, fine);
  }
  for (const old of ["2.8.1", "2.8.0", "2.7.9", "2.6.0", "2.4.0", "1.99.9"]) {
    assert.match(whyTooOld(old)!, /^Cannot run with Deno \S+: it takes 2\.8\.2 or later/, old);
  }
  assert.equal(whyTooOld(Deno.version.deno), null);
});
