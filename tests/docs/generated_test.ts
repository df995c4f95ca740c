/** The pages that are made from definitions are as `deno task docs:generate` writes them. */
import assert from "node:assert/strict";
import { projectPath } from "../../base/paths.ts";
import { PAGES, pageText } from "../../cli/reference/mod.ts";

for (const path of Object.keys(PAGES)) {
  Deno.test(`${path} is what the definitions say`, async () => {
    const committed = await Deno.readTextFile(projectPath(path));
    assert.ok(committed === await pageText(path), `${path} is old: deno task docs:generate`);
  });
}
