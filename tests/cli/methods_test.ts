/** `deno task methods`, and the departures that it quotes. */
import assert from "node:assert/strict";
import { METHODS } from "../../methods/mod.ts";
import { cli } from "../bench/crash.ts";

Deno.test("methods that differ from MDLT by choice say in what", () => {
  for (const { title, hyperparameters, departures = [] } of METHODS) {
    const differs = "mdlt" in hyperparameters ||
      Object.values(hyperparameters).some(({ mdltSearch }) => mdltSearch !== undefined);
    assert.ok(departures.length > 0 || !differs, `no departure of ${title}`);
  }
});

Deno.test("methods NAME tells what it does, its hyperparameters, and where it departs", async () => {
  const { code, out } = await cli("methods", "mtl", "crt");
  assert.equal(code, 0);
  assert.match(out, /^mtl: MTL \(domain-invariant\), version \d+\nBlanchard et al\. 2021, /);
  assert.match(out, /\n\nMarginal transfer learning: .*\n/);
  assert.match(out, /\n {2}ema = 0\.99: .*; search \{0\.5, 0\.9, 0\.99, 1\}\n/);
  assert.match(out, /\n {2}the embedding\n {2}MDLT /);
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
    assert.ok(description.length > 0, name);
  }
});

Deno.test("methods lists every method on a line of a terminal, under its family", async () => {
  const { out } = await cli("methods");
  const lines = out.trimEnd().split("\n");
  for (const { name, family } of METHODS) {
    assert.equal(lines.filter((line) => line.startsWith(`  ${name} `)).length, 1, name);
    assert.ok(lines.includes(`${family}:`), family);
  }
  assert.ok(lines.length < METHODS.length + 30);
  assert.ok(lines.every((line) => line.length <= 80), "no wider than a terminal");
  assert.match(out, /deno task methods NAME$/m);
});

Deno.test("methods a+b tells both stages and their order; what is none of a pair is named", async () => {
  const { code, out } = await cli("methods", "boda+crt", "erm");
  assert.equal(code, 0);
  assert.match(out, /^boda\+crt: BoDA \+ cRT, 2 stages\nFirst boda is trained as it is by itself/);
  assert.match(out, /then\s+crt\s+from\s+what\s+boda\s+has\s+trained/);
  const places = ["boda+crt: ", "boda: BoDA", "crt: cRT", "erm: ERM"].map((text) =>
    out.indexOf(text)
  );
  assert.deepEqual(places, places.toSorted((a, b) => a - b));
  const [pair, ...rest] = JSON.parse((await cli("methods", "boda+crt", "--json")).out);
  assert.deepEqual(rest, []);
  assert.deepEqual([pair.name, pair.title], ["boda+crt", "BoDA + cRT"]);
  assert.deepEqual(pair.stages.map(({ name }: { name: string }) => name), ["boda", "crt"]);
  const wrong = await cli("methods", "boda+crtt");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^Cannot find method "crtt": did you mean "crt"\?/);
});
