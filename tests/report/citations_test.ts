import assert from "node:assert/strict";
import { join } from "node:path";
import { buildReport } from "../../report/mod.ts";
import { bibtex } from "../../report/tables/citations.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

Deno.test("BibTeX says what a citation says", () => {
  const text = bibtex([
    { name: "a+b", title: "A", citation: "Ann et al. 2020, Cats & Dogs: 50 % of All" },
    { name: "plain", title: "P", citation: "Folklore" },
  ]);
  assert(text.includes(
    "@misc{ab,\n  author = {Ann and others},\n  title = {{Cats \\& Dogs: 50 \\% of All}},\n  year = {2020}\n}",
  ));
  assert(text.includes("@misc{plain,\n  title = {Folklore}\n}"));
});

Deno.test("a report hands out the works of its methods, and how it was made", () =>
  inFolder(async (out) => {
    await writeStore(out, {
      datasets: DATASETS.slice(0, 1),
      methods: ["erm", "boda+crt"],
      seeds: [0],
    });
    const { path } = await buildReport(out);
    const text = await Deno.readTextFile(join(out, "report/tables/methods.bib"));
    for (const key of ["erm", "boda", "crt"]) assert(text.includes(`@misc{${key},`), key);
    assert.doesNotMatch(text, /@misc\{irm,/);
    assert.match(
      await Deno.readTextFile(path),
      /<pre tabindex="0">(git checkout \w+\n)?deno task /,
    );
  }));
