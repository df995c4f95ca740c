/** What methods minimise, as formulas: every method has some, and they are TeX that everybody reads. */
import assert from "node:assert/strict";
import { METHODS } from "../../methods/mod.ts";
import { NOTATION } from "../../methods/objective.ts";
import { formulasOf } from "../../site/formulas.ts";

/** Of what GitHub shows no formula: its documentation and its errors name them. */
const REFUSED = /\\(operatorname|mbox|phantom|def|newcommand|let|href|style|class|unicode|color)\b/;

/** Every piece of TeX of a set of symbols. */
const texOf = (symbols: Readonly<Record<string, string>>) =>
  Object.entries(symbols).flatMap(([symbol, meaning]) => [
    symbol,
    ...Array.from(meaning.matchAll(/\$([^$]+)\$/g), ([, tex]) => tex!),
  ]);

/** MathML without the TeX that it notes. */
const shown = (mathml: string) => mathml.replace(/<annotation [\s\S]*?<\/annotation>/g, "");

Deno.test("every method says what it minimises, in TeX that turns into MathML without a style", () => {
  const page = formulasOf();
  for (const { name, objective } of METHODS) {
    assert.ok(objective !== undefined && objective.formulas.length > 0, `${name} has no formula`);
    for (const tex of [...objective.formulas, ...texOf(objective.symbols ?? {})]) {
      const mathml = page.mathml(tex, true);
      assert.doesNotMatch(mathml, / style=|<merror/, `${name}: ${tex}`);
      assert.doesNotMatch(shown(mathml), /[\\$^_]/, `${name}: ${tex}`);
      assert.doesNotMatch(tex, REFUSED, name);
    }
  }
});

Deno.test("the notation is TeX, too", () => {
  const page = formulasOf();
  for (const tex of texOf(NOTATION)) {
    assert.doesNotMatch(shown(page.mathml(tex, false)), /\\| style=/, tex);
    assert.doesNotMatch(tex, REFUSED);
  }
});

Deno.test("what a formula's symbols name are hyperparameters, and the formula has the symbols", () => {
  for (const { name, objective, hyperparameters } of METHODS) {
    for (const [symbol, meaning] of Object.entries(objective?.symbols ?? {})) {
      for (const [, key] of meaning.matchAll(/`([^`]+)`/g)) {
        assert.ok(key! in hyperparameters, `${name}: ${symbol} is \`${key}\`, which it has not`);
      }
      assert.equal(meaning.split("$").length % 2, 1, `${name}: an open $ in "${meaning}"`);
      for (const part of symbol.split(", ")) {
        const letter = /(?:\\(?:hat|bar|tilde|mathrm){?\s*)*(\\?[a-zA-Z]+|.)/.exec(part)![1]!;
        const all = [...objective!.formulas, ...Object.values(objective!.symbols!)].join(" ");
        assert.ok(all.includes(letter), `${name}: no formula has ${part}`);
      }
    }
  }
});

Deno.test("a style of the library's becomes a class of the page's, and prevails as it did", async () => {
  const page = formulasOf();
  assert.equal(await page.style(), "");
  const mathml = page.mathml("\\begin{cases} 1 & a < b \\\\ 0 & b \\le a \\end{cases}", true);
  const style = await page.style();
  assert.doesNotMatch(mathml, / style=/);
  const names = [...mathml.matchAll(/\btex-\d+\b/g)].map(([name]) => name);
  assert.ok(new Set(names).size >= 2, mathml);
  for (const name of names) assert.match(style, new RegExp(`\\.${name}{[^}]+!important;}`));
  assert.doesNotMatch(style, /@font-face|\burl\(/);
});

Deno.test("TeX that is wrong is an error that says where", () => {
  assert.throws(() => formulasOf().mathml("\\frac{1}{2", true), /expected/);
  assert.throws(() => formulasOf().mathml("\\nosuchmacro", true), /nosuchmacro/);
});
