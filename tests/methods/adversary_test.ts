/** In which steps an adversary moves, and in which the network. */
import assert from "node:assert/strict";
import { useBackend } from "../../testing/backend.ts";
import { methodNamed, start } from "../../testing/toy.ts";

await useBackend();

/** MDLT counts before it looks: `update_count += 1; update_count % (1 + d_steps) < d_steps`. */
const TURNS: Readonly<Record<number, string>> = { 1: "GDGDGDGD", 2: "DGDDGDDG", 3: "DDGDDDGD" };

for (const name of ["dann", "cdann"]) {
  for (const [steps, turns] of Object.entries(TURNS)) {
    Deno.test(`${name} with ${steps} steps of the discriminator takes turns as MDLT does`, async () => {
      const hyperparameters = { discriminatorSteps: Number(steps) };
      const run = start(methodNamed(name), { hyperparameters });
      let found = "";
      while (found.length < turns.length) {
        found += "discriminatorLoss" in await run.step() ? "D" : "G";
      }
      run.ctx.dispose();
      assert.equal(found, turns);
    });
  }
}
