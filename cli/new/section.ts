/**
 * A new section of the report.
 *
 * @module
 */
import { SECTIONS } from "../../report/sections/mod.ts";
import type { Template } from "./template.ts";

/** A table of the time that each method took. */
export const section: Template = {
  kind: "section",
  folder: "report/sections",
  tests: "tests/report",
  extension: "tsx",
  registry: { file: "report/sections/mod.ts", list: "SECTIONS" },
  separator: "-",
  taken: SECTIONS,
  source: ({ name, title }, from) =>
    `/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * ${title}: what the section shows, in a sentence. For now: how long each method trained.
 *
 * @module
 */
import { defineSection } from "${from("report/section.ts")}";

export default defineSection({
  name: "${name}",
  title: "${title}",
  build: ({ store }) => {
    const seconds = totals(store.runs.flatMap(({ name, digest }) =>
      digest === null ? [] : [[name, digest.timing.trainingSeconds] as const]
    ));
    const lines = [...seconds].map(([method, total]) => (
      <li key={method}>{method}: {total.toFixed(1)} s</li>
    ));
    return { view: lines.length > 0 ? <ul>{lines}</ul> : null };
  },
});

/** The sum of the values of each name. */
export function totals(
  values: readonly (readonly [name: string, value: number])[],
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, value] of values) sums.set(name, (sums.get(name) ?? 0) + value);
  return sums;
}
`,
  test: ({ name }, own) =>
    `import assert from "node:assert/strict";
import { totals } from "${own}";

Deno.test("${name}: the values of each name are added up", () => {
  assert.deepEqual([...totals([["erm", 1], ["irm", 5], ["erm", 2]])], [["erm", 3], ["irm", 5]]);
});
`,
  tryIt: () => "bench --preset smoke --methods erm,crt",
};
