/** What a plan says of whether runs are long enough. */
import assert from "node:assert/strict";
import { plateauNotes } from "../../bench/plan/plateaus.ts";
import { preset, PRESETS } from "../../bench/plan/presets.ts";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import { DATASETS } from "../../datasets/mod.ts";

const set = (name: string, plateaus?: DatasetDefinition["plateaus"]) =>
  ({ name, ...(plateaus && { plateaus }) }) as DatasetDefinition;
const known = set("known", {
  quick: { reached: true, measured: "It is." },
  standard: { reached: false, measured: "ERM gains 3 points in the last tenth." },
});

Deno.test("a plan says where runs are too short for a plateau, and where nobody knows", () => {
  assert.deepEqual(plateauNotes({ preset: "quick" }, [known]), []);
  const [short, ...others] = plateauNotes({ preset: "standard" }, [known]);
  assert.match(short!, /^Preset standard is not long enough for a plateau on known: ERM gains 3/);
  assert.deepEqual(others, []);
  const [open] = plateauNotes({ preset: "quick" }, [known, set("a"), set("b")]);
  assert.match(open!, /^Whether preset quick is long enough for a plateau on a, b has not been/);
});

Deno.test("it holds for the preset's own network, and is silent on lengths that were asked for", () => {
  const [open] = plateauNotes({ preset: "quick", networks: ["mlp"] }, [known]);
  assert.match(open!, /on known with these networks has not been measured/);
  assert.deepEqual(plateauNotes({ preset: "standard", steps: 100 }, [known]), []);
  assert.deepEqual(plateauNotes({ preset: "smoke" }, [known]), []);
  assert.deepEqual(plateauNotes({ preset: "paper" }, [known]), []);
});

Deno.test("a data set speaks of presets that there are; the default one is long enough", () => {
  for (const { plateaus = {} } of DATASETS) {
    Object.keys(plateaus).forEach((name) =>
      assert.ok((PRESETS as readonly string[]).includes(name))
    );
  }
  assert.equal(DATASETS[0]!.plateaus?.["quick"]?.reached, true);
  // A checkpoint lies where the last tenth begins, or little before it.
  const { steps, checkpointEvery } = preset("quick", DATASETS[0]!);
  const from = 1 + 0.9 * (steps - 1);
  assert.ok((from - 1) % checkpointEvery < 0.02 * steps);
});
