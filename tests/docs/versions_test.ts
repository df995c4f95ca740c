/** Versions and forms of files that the documentation names are those of the code. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import config from "../../deno.json" with { type: "json" };
import { projectPath } from "../../base/paths.ts";
import { PUBLISHED } from "../../bench/published.ts";

const read = (path: string) => Deno.readTextFile(projectPath(path));

Deno.test("the newest release in the changelog is this version, with its day", async () => {
  const headings = [...(await read("CHANGELOG.md")).matchAll(/^## (.*)$/gm)].map(([, text]) =>
    text!
  );
  const releases = headings.filter((text) => text !== "Unreleased");
  const dated = releases.map((text) => /^(\d+)\.(\d+)\.(\d+) – (\d{4}-\d{2}-\d{2})$/.exec(text));
  assert.ok(dated.every((match) => match !== null), `not a version and a day: ${releases}`);
  assert.equal(dated[0]!.slice(1, 4).join("."), config.version);
  assert.equal(dated[0]![4], `${parse(await read("CITATION.cff"))["date-released"]}`.slice(0, 10));
  const days = dated.map((match) => match![4]!);
  assert.deepEqual(days, [...days].sort().reverse(), "newest first");
});

Deno.test("the page on versions names the form of every file of an output folder", async () => {
  const page = await read("docs/versions.md");
  const rows = [...page.matchAll(/^\| ([^|]*`[^|]*`) +\| (\d+) +\|/gm)]
    .map(([, files, form]) => ({ files: files!, form: Number(form) }));
  for (const [name, { version }] of Object.entries(PUBLISHED)) {
    const row = rows.find(({ files }) => new RegExp(`\\b${name}\\.(json|csv)`).test(files));
    if (row !== undefined) assert.equal(row.form, version, name);
  }
  assert.equal(rows.length, 5);
});
