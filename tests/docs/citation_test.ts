/**
 * CITATION.cff is valid, and says what else the repository says. The schema is that of the Citation
 * File Format 1.2.0 (citation-file-format.github.io, CC BY 4.0), as it is.
 */
import assert from "node:assert/strict";
import Ajv from "ajv/dist/2020.js";
import { parse } from "yaml";
import config from "../../deno.json" with { type: "json" };
import { projectPath } from "../../base/paths.ts";
import schema from "./cff_schema.json" with { type: "json" };
import { codeBlocks } from "./pages.ts";

interface Work {
  readonly title: string;
  readonly authors: readonly { readonly "family-names": string }[];
}

const citation = parse(await Deno.readTextFile(projectPath("CITATION.cff")));
const { $schema: _, ...cff } = schema; // draft 07, of which it uses what later ones have too
const ajv = new Ajv.default({ strict: false, formats: { date: true, uri: true } });
const valid = ajv.compile(cff);

Deno.test("CITATION.cff goes by the schema of its format", () => {
  assert.ok(valid(citation), JSON.stringify(valid.errors, null, 1));
  for (const field of ["authors", "cff-version", "message", "title"]) {
    const { [field]: _, ...rest } = citation;
    assert.ok(!valid(rest), `without ${field} it is not valid`);
  }
});

Deno.test("CITATION.cff and the README cite the same version and works", async () => {
  assert.equal(citation.version, config.version);
  assert.equal(citation.license, config.license);
  const [bibtex] = await codeBlocks("README.md", /bibtex/);
  const plain = bibtex!.replaceAll(/\s+/g, " ");
  assert.ok(plain.includes(`{${citation.title}}`), citation.title);
  assert.ok(plain.includes(`version = {${citation.version}}`));
  for (const { title, authors } of citation.references as Work[]) {
    assert.ok(plain.includes(`{${title}}`), title);
    for (const author of authors) assert.ok(plain.includes(author["family-names"]));
  }
});
