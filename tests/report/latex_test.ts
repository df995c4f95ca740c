import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { buildReport } from "../../report/mod.ts";
import { toLatex } from "../../report/tables/formats/latex.ts";
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
  caption: "± × ÷ · − ≈ ≤ ≥ √(n_c / n_dc) → χ² η² τ 20° ½ ∞ – — … “a” ‘b’ <c> [d] é ü",
  columns: [{ key: "a", title: "*a", kind: "text" }],
  groups: [{ title: "[g]", rows: [{ cells: ["[x]"], note: "a_b" }, { cells: ["*y"] }] }],
};

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
          String.raw`\usepackage{booktabs}`,
          String.raw`\begin{document}`,
          ...inputs,
          String.raw`\end{document}`,
        ].join("\n"),
      );
      const { success, stdout } = await new Deno.Command("pdflatex", {
        args: ["-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd: out,
      }).output();
      const log = new TextDecoder().decode(stdout);
      assert(success, log.split("\n").filter((line) => /^!|\.tex/.test(line)).slice(-6).join("\n"));
      assert.doesNotMatch(log, /Missing character/, basename(out));
    }),
});
