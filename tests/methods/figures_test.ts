/**
 * Methods that MDLT does not have, against another program: `figures/methods.py` in PyTorch. Values,
 * gradients, weights and predictions over a few updates, across the updates where phases change.
 */
import { fileURLToPath } from "node:url";
import { useBackend } from "../../testing/backend.ts";
import { goldenFiles } from "../golden/golden_files.ts";

await useBackend();
for (const file of await goldenFiles(fileURLToPath(new URL("figures", import.meta.url)))) {
  Deno.test(`${file.name} equals PyTorch`, () => file.check());
}
