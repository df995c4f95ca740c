/**
 * The golden files of the reference, and those of `golden_extra.py` in the same form: batches
 * of unequal size and of one image, other sizes and other settings, in double precision.
 */
import { fileURLToPath } from "node:url";
import { useBackend } from "../../testing/backend.ts";
import { goldenFiles, usePlainKernels } from "./golden_files.ts";

usePlainKernels();
await useBackend();
for (const folder of ["mdlt", "mdlt_extra"]) {
  for (const file of await goldenFiles(fileURLToPath(new URL(folder, import.meta.url)))) {
    const ignore = file.skipped !== undefined;
    const name = `${folder} ${file.name}${ignore ? ` (${file.skipped})` : ""}`;
    Deno.test({ name, ignore, fn: () => file.check() });
  }
}
