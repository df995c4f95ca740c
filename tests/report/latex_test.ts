import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { buildReport } from "../../report/mod.ts";
import { toLatex } from "../../report/tables/formats/latex.ts";
import { forPaper, requireKnown } from "../../report/tables/paper.ts";
import type { Table } from "../../report/tables/table.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, STUDIES, writeStore } from "./store.ts";

const latex = await Promise.try(() =>
  new Deno.Command("pdflatex", { args: ["--version"], stdout: "null" }).output()
).then(({ success }) => success, () => false);

/** A table of every character that the report's own words hold, and of what LaTeX reads as commands. */
const difficult: Table = {
  name: "difficult",
  title: "A_1 & {B}: 50 % of $5 #1 ~ ^ \\",
  caption: "± × ÷ · − ≈ ≤ ≥ √(n_c / n_dc) → χ² η² τ 20° ½ ∞ 10⁻³ 猫 – — … “a” ‘b’ <c> [d] é ü",
  columns: [{ key: "a", title: "*a", kind: "text" }],
  groups: [{ title: "[g]", rows: [{ cells: ["[x]"], note: "a_b" }, { cells: ["*y"] }] }],
};

/** What sticks out of a page of `article` by more than a hair. */
function tooWide(log: string): string[] {
  return [...log.matchAll(/Overfull \\[hv]box \((\d+\.?\d*)pt too \w+\).*|Float too large.*/g)]
    .flatMap(([line, points]) => points === undefined || Number(points) > 3 ? [line] : []);
}

Deno.test({
  name: `every table compiles${latex ? "" : " (skipped: no pdflatex on the PATH)"}`,
  ignore: !latex,
  fn: () =>
    inFolder(async (out) => {
      await writeStore(out, {
        datasets: DATASETS.slice(0, 2),
        methods: ["erm", "irm", "boda", "boda+crt"],
        seeds: [0, 1, 2],
        studies: STUDIES,
        details: true,
        fate: (_, method, seed) =>
          method === "irm" ? "failed" : method === "boda" && seed === 1 ? "diverged" : "done",
      });
      const { files } = await buildReport(out, { compare: out });
      const tables = files.filter((file) => file.endsWith(".tex"));
      assert(tables.length > 20);
      await Deno.writeTextFile(join(out, "difficult.tex"), toLatex(difficult));
      const inputs = [...tables, join(out, "difficult.tex")]
        .map((file) => String.raw`\input{${file}}` + String.raw`\clearpage`);
      await Deno.writeTextFile(
        join(out, "all.tex"),
        [
          String.raw`\documentclass{article}`,
          String.raw`\usepackage{array,booktabs,longtable}`,
          String.raw`\begin{document}`,
          ...inputs,
          String.raw`\end{document}`,
        ].join("\n"),
      );
      const run = () =>
        new Deno.Command("pdflatex", {
          args: ["-interaction=nonstopmode", "-halt-on-error", "all.tex"],
          cwd: out,
        }).output();
      await run(); // a longtable learns its widths
      const { success, stdout } = await run();
      const log = new TextDecoder().decode(stdout);
      assert(success, log.split("\n").filter((line) => /^!|\.tex/.test(line)).slice(-6).join("\n"));
      assert.doesNotMatch(log, /Missing character/, basename(out));
      assert.deepEqual(tooWide(log), [], "every table fits the page");
    }),
});

/** A table of many columns and rows, as that of a grid of all methods. */
const large: Table = {
  name: "large",
  title: "A large table",
  caption: "What a reader must know. ".repeat(60),
  columns: [
    { key: "method", title: "Method", kind: "text" },
    ...["Accuracy", "Macro-F1", "Shots", "Errors"].flatMap((columnGroup) =>
      ["a", "b", "c"].map((title) => ({
        key: `${title}_${columnGroup}`,
        title,
        columnGroup,
        kind: "estimate" as const,
        digits: 1,
        best: "max" as const,
      }))
    ),
  ],
  groups: [{
    title: "all",
    rows: Array.from({ length: 60 }, (_, i) => ({
      cells: [
        { name: `m${i}`, title: `Method ${i}` },
        ...Array.from({ length: 12 }, (_, c) => ({ mean: 50 + i / 7 + c, sd: 1.25, n: 5 })),
      ],
      ...(i % 2 === 0 && { note: `Method ${i}: seed 0 failed` }),
    })),
  }],
};

/** What pdflatex says of one file that is compiled as it stands. */
async function compiled(folder: string, text: string): Promise<string> {
  await Deno.writeTextFile(join(folder, "alone.tex"), text);
  const run = () =>
    new Deno.Command("pdflatex", {
      args: ["-interaction=nonstopmode", "-halt-on-error", "alone.tex"],
      cwd: folder,
    }).output();
  await run(); // a longtable learns its widths
  const { success, stdout } = await run();
  const log = new TextDecoder().decode(stdout);
  assert(success, log.slice(-800));
  return log;
}

Deno.test({
  name: `a file compiles as it stands and fits its pages${latex ? "" : " (skipped: no pdflatex)"}`,
  ignore: !latex,
  fn: () =>
    inFolder(async (out) => {
      assert.deepEqual(tooWide(await compiled(out, toLatex(large))), []);
      const few = forPaper(large, {
        methods: ["M3", "Method 1"],
        columns: ["a_Accuracy"],
        digits: 2,
      });
      const text = toLatex(few!, { float: "table*" });
      assert.deepEqual(tooWide(await compiled(out, text)), []);
    }),
});

Deno.test("LaTeX: wide tables come in parts with the methods in each, long ones as longtable", () => {
  const text = toLatex(large);
  assert.equal(text.match(/begin\{longtable\}/g)!.length, 2);
  assert.equal(text.match(/^ *Method 7 &/gm)!.length, 2);
  assert.match(text, /\\caption\{A large table, part 2 of 2\.\}\\label\{tab:large-2\}/);
});

Deno.test("a paper takes methods in its order, columns and digits; CSV keeps everything", () => {
  const few = forPaper(large, { methods: ["M3", "method 1"], columns: ["a_Accuracy"], digits: 2 })!;
  assert.deepEqual(few.groups[0]!.rows.map(({ cells }) => (cells[0] as { name: string }).name), [
    "m3",
    "m1",
  ]);
  assert.deepEqual(few.columns.map(({ key }) => key), ["method", "a_Accuracy"]);
  assert.match(toLatex(few), /50\.43 \$\\pm\$ 1\.25/);
  assert.equal(forPaper(large, { methods: ["none"] }), null);
  assert.throws(() => requireKnown([large], { methods: ["m33x"] }), /did you mean "m3/);
});
