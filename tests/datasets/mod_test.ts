import assert from "node:assert/strict";
import { join } from "node:path";
import { find } from "../../base/errors.ts";
import { DATASETS } from "../../datasets/mod.ts";
import { withFolder } from "../bench/crash.ts";

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

Deno.test("what a data set lacks is said, also where there is no folder of data yet", () =>
  withFolder(async (folder) => {
    const paths = { dataDir: join(folder, "data"), splitsDir: undefined, cacheDir: folder };
    for (const { name, locate, sources } of DATASETS) {
      const found = await locate(paths);
      assert.equal(found.here, sources === undefined, name);
      if (!found.here) assert.ok(found.remedy.includes(`data fetch ${name}`), found.remedy);
    }
  }));
