/**
 * A new study.
 *
 * @module
 */
import { STUDIES } from "../../methods/mod.ts";
import type { Template } from "./template.ts";

/** Values of a hyperparameter of IRM. */
export const study: Template = {
  kind: "study",
  folder: "methods/studies",
  tests: "tests/methods",
  extension: "ts",
  registry: { file: "methods/mod.ts", list: "STUDIES" },
  separator: "-",
  taken: STUDIES,
  source: ({ name, title }, from) =>
    `/**
 * ${title}: what the study asks, in a sentence. For now: how much IRM depends on its penalty's weight.
 *
 * @module
 */
import { defineStudy, oneAtATime } from "${from("methods/study.ts")}";

export default defineStudy(oneAtATime({
  name: "${name}",
  title: "${title.toLowerCase()}",
  description: "values of IRM's hyperparameters, the others at their defaults",
  method: "irm",
  parameters: ["penaltyWeight"],
  values: [1, 10, 100, 1000],
}));
`,
  test: ({ name, identifier }, own, from) =>
    `import assert from "node:assert/strict";
import ${identifier} from "${own}";
import { METHODS } from "${from("methods/mod.ts")}";

Deno.test("${name}: settings are told apart, and set what the method has", () => {
  const method = METHODS.find((method) => method.name === ${identifier}.method)!;
  const { settings } = ${identifier};
  assert.equal(new Set(settings.map(({ label }) => label)).size, settings.length);
  for (const { hyperparameters } of settings) {
    for (const key of Object.keys(hyperparameters)) assert.ok(key in method.hyperparameters, key);
  }
});
`,
  tryIt: (name) => `analyse ${name} --preset smoke`,
};
