/** `deno task methods`, and the decisions that it quotes. */
import assert from "node:assert/strict";
import { methodDecisions } from "../../cli/commands/methods.ts";
import { METHODS } from "../../methods/mod.ts";
import { cli } from "../bench/crash.ts";

Deno.test("decisions on methods name registered ones, and all that differ from MDLT have one", async () => {
  const decisions = await methodDecisions();
  const known = METHODS.map(({ title }) => title);
  for (const { titles, text } of decisions) {
    for (const title of titles) assert.ok(known.includes(title), `${title}: ${text}`);
  }
  for (const { title, hyperparameters } of METHODS) {
    const differs = "mdlt" in hyperparameters ||
      Object.values(hyperparameters).some(({ mdltSearch }) => mdltSearch !== undefined);
    const decided = decisions.some(({ titles }) => titles.includes(title));
    assert.ok(decided || !differs, `no decision on ${title}`);
  }
});

Deno.test("methods NAME tells what it does, its hyperparameters, and where it departs", async () => {
  const { code, out } = await cli("methods", "mtl", "crt");
  assert.equal(code, 0);
  assert.match(out, /^mtl: MTL \(domain-invariant\), version \d+\nBlanchard et al\. 2021, /);
  assert.match(out, /\n\nMarginal transfer learning: .*\n/);
  assert.match(out, /\n {2}ema = 0\.99: .*; search \{0\.5, 0\.9, 0\.99, 1\}\n/);
  assert.match(out, /\n {2}MTL: the embedding\n {2}MDLT /);
  assert.match(out, /\nTraining:\n {2}second stage; the first is erm unless told\n/);
  const wrong = await cli("methods", "mtll");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^Cannot find method "mtll": did you mean "mtl"\?/);
});

Deno.test("methods --json has family, source, hyperparameters", async () => {
  const methods = JSON.parse((await cli("methods", "--json")).out);
  assert.deepEqual(methods.map(({ name }: { name: string }) => name), METHODS.map((m) => m.name));
  for (const { name, title, family, citation, hyperparameters, description } of methods) {
    for (const text of [title, family, citation]) assert.ok(text.length > 0, name);
    assert.equal(typeof hyperparameters, "object");
    assert.equal(typeof description, "string");
  }
});
