/** The tutorials, each followed from top to bottom. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { projectPath } from "../../base/paths.ts";
import { withFolder } from "../bench/crash.ts";
import { missing } from "../import/needs.ts";
import { follow, type Following, SLOW } from "./tutorial.ts";

/** The quick ones, and which modules of Python they need, where they need it. */
const QUICK: Readonly<Record<string, Following & { readonly python?: readonly string[] }>> = {
  "first-comparison": {},
  "from-pytorch": { python: ["numpy"] },
  "own-data": { python: [] },
  "own-method": {},
  "reading-the-report": { python: [], exact: true },
};

for (const [name, { python, ...following }] of Object.entries(QUICK)) {
  const obstacle = python === undefined ? null : await missing(python);
  Deno.test({
    name: `tutorial ${name}${obstacle === null ? "" : ` (skipped: ${obstacle})`}`,
    ignore: obstacle !== null,
    fn: () => withFolder((folder) => follow(`docs/tutorials/${name}.md`, folder, following)),
  });
}

Deno.test("every tutorial is followed, and their page lists it", async () => {
  const files = (await readdir(projectPath("docs/tutorials"))).filter((name) =>
    name !== "README.md"
  );
  const followed = [...Object.keys(QUICK), ...SLOW].map((name) => `${name}.md`);
  assert.deepEqual(files.sort(), followed.sort());
  const list = await Deno.readTextFile(projectPath("docs/tutorials/README.md"));
  const linked = [...list.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file]) => file);
  assert.deepEqual(linked.sort(), files.sort());
});
