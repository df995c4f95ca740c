import assert from "node:assert/strict";
import { find } from "../../base/errors.ts";
import { DATASETS } from "../../datasets/mod.ts";

Deno.test("every data set is found by its name and orders its domains", () => {
  for (const dataset of DATASETS) {
    assert.equal(find("data set", dataset.name, DATASETS), dataset);
    assert.deepEqual(dataset.domains, dataset.domains.toSorted());
    for (const preset of Object.values(dataset.presets ?? {})) {
      for (const name of Object.keys(preset)) assert.ok(name in dataset.settings, name);
    }
  }
});

Deno.test("a misspelt data set brings the nearest name and the list", () => {
  assert.throws(
    () => find("data set", "digit-synth", DATASETS),
    /Cannot find data set "digit-synth": did you mean "digits-synth"\? known are .*digits-synth/,
  );
});
