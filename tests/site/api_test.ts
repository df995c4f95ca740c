/** The pages of the package's interface: every exported name, with its docstring and its place. */
import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { projectPath } from "../../base/paths.ts";
import { type Declaration, readEntries } from "../../site/api/doc.ts";
import { apiPages } from "../../site/api/pages.ts";
import { MARKS, memberSignatures, signature } from "../../site/api/signature.ts";

const entries = await readEntries();
const pages = new Map((await apiPages()).map((page) => [page.title, page]));

const text = (made: string) => MARKS.reduce((made, mark) => made.replaceAll(mark, ""), made);

Deno.test("every entry point has a page that names all that it exports", async () => {
  assert.deepEqual(
    entries.map(({ specifier }) => specifier),
    Object.keys(config.exports).map((name) => config.name + name.slice(1)),
  );
  for (const { specifier, module, symbols } of entries) {
    const { markdown } = pages.get(specifier)!;
    const values = Object.keys(await import(`../../${module}`));
    const names = symbols.map(({ name }) => name);
    for (const name of [...values, ...names]) {
      assert.ok(markdown.includes(`[\`${name}\`](`), `${specifier}: ${name}`);
    }
  }
});

Deno.test("every name has a docstring and its place, documented once", async () => {
  const written = [...pages.values()].flatMap(({ markdown }) => markdown.split("\n### ").slice(1));
  const all = new Map<string, Declaration>();
  for (const { symbols } of entries) {
    for (const { name, declarations } of symbols) {
      const { filename, line } = declarations[0]!.location;
      all.set(`\`${name}\`\n\n<small>${filename}, line ${line}</small>\n`, declarations[0]!);
    }
  }
  assert.equal(written.length, all.size);
  for (const [head, { location, jsDoc, def }] of all) {
    const part = written.find((part) => part.startsWith(head));
    assert.ok(part !== undefined, head);
    const code = (await Deno.readTextFile(projectPath(location.filename))).split("\n");
    assert.match(code[location.line - 1]!, new RegExp(`\\b${/\w+/.exec(head)![0]}\\b`));
    const first = jsDoc?.doc?.trim().split(/[\n{]/)[0] ?? "";
    assert.ok(first !== "" && part.includes(first), `no docstring: ${head}`);
    for (const { text: shown, member } of memberSignatures(def)) {
      assert.ok(member.jsDoc?.doc, `no docstring: ${head} ${text(shown)}`);
    }
  }
});

Deno.test("declarations are written as in TypeScript", () => {
  const declared = (specifier: string, wanted: string) => {
    const entry = entries.find((entry) => entry.specifier === `${config.name}/${specifier}`)!;
    return entry.symbols.find(({ name }) => name === wanted)!.declarations[0]!;
  };
  const of = (specifier: string, name: string) => text(signature(name, declared(specifier, name)));
  assert.equal(
    of("metrics", "defineMetric"),
    'function defineMetric<Input extends keyof Inputs>(metric: Omit<MetricOf<Input>, "kind">): ' +
      "MetricOf<Input>",
  );
  assert.equal(
    of("metrics", "best"),
    'function best({ better }: Pick<Metric, "better">, values: readonly number[]): number',
  );
  assert.equal(of("datasets", "SplitName"), 'type SplitName = "train" | "validation" | "test"');
  assert.equal(of("metrics", "METRICS"), "const METRICS: readonly Metric[]");
  const members = memberSignatures(declared("datasets", "Split").def).map((each) =>
    text(each.text)
  );
  assert.deepEqual(members, [
    "readonly labels: Uint16Array",
    "readonly paths?: readonly string[]",
    "readonly read: ReadImages",
  ]);
});
