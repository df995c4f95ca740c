import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { toCsv } from "../../report/tables/formats/csv.ts";
import { toLatex } from "../../report/tables/formats/latex.ts";
import { toMarkdown } from "../../report/tables/formats/markdown.ts";
import { MISSING, type Table } from "../../report/tables/table.ts";

const table: Table = {
  name: "a_b",
  title: "Results on A&B",
  caption: "In percent, mean ± standard deviation.",
  columns: [
    { key: "method", title: "Method", kind: "text" },
    {
      key: "average",
      title: "average",
      columnGroup: "F1",
      kind: "estimate",
      digits: 1,
      best: "max",
    },
    { key: "worst", title: "worst", columnGroup: "F1", kind: "estimate", digits: 1, best: "max" },
    { key: "seconds", title: "Seconds", kind: "number", digits: 0, best: "min" },
  ],
  groups: [
    {
      title: "base_line",
      rows: [
        { cells: ["erm", { mean: 71.04, sd: 0.5, n: 3 }, { mean: 60.2, sd: 1, n: 3 }, 12.4] },
      ],
    },
    {
      title: "others",
      rows: [
        { cells: ["a|b, 50 %", { mean: 70.96, sd: 1.25, n: 3 }, { mean: 61, sd: 2, n: 3 }, -3] },
        {
          cells: ["lucky", { mean: 99, sd: null, n: 1 }, null, null],
          note: "seeds 1, 2 failed",
        },
        { cells: ["gone", MISSING, MISSING, MISSING], note: "seeds 1, 2 failed" },
      ],
    },
  ],
  notesInCsv: true,
};

Deno.test("Markdown marks best and second as shown and numbers its notes", () =>
  assert.equal(
    toMarkdown(table),
    `# Results on A&B

| Method | F1, average | F1, worst | Seconds |
| :-- | --: | --: | --: |
| *base\\_line* |  |  |  |
| erm | 71.0 ± 0.5 | <u>60.2 ± 1.0</u> | <u>12</u> |
| *others* |  |  |  |
| a\\|b, 50 % | 71.0 ± 1.3 | **61.0 ± 2.0** | **−3** |
| lucky <sup>1</sup> | 99.0 | – | – |
| gone <sup>1</sup> | missing | missing | missing |

In percent, mean ± standard deviation.

<sup>1</sup> seeds 1, 2 failed
`,
  ));

Deno.test("CSV keeps every digit and leaves undefined figures empty", () =>
  assert.equal(
    toCsv(table),
    `method,average_mean,average_sd,average_n,worst_mean,worst_sd,worst_n,seconds,note
erm,71.04,0.5,3,60.2,1,3,12.4,
"a|b, 50 %",70.96,1.25,3,61,2,3,-3,
lucky,99,,1,,,,,"seeds 1, 2 failed"
gone,,,,,,,,"seeds 1, 2 failed"
`,
  ));

Deno.test("LaTeX uses booktabs and escapes what is special", () =>
  assert.equal(
    toLatex(table).replace(/^[^]*?(?=\\begin\{table\})/, ""),
    String.raw`\begin{table}
  \centering
  \caption{Results on A\&B. In percent, mean $\pm$ standard deviation. $^{1}$ seeds 1, 2 failed.}
  \label{tab:a-b}
  \normalsize\setlength{\tabcolsep}{3pt}
  \begin{tabular}{lrrr}
    \toprule
     & \multicolumn{2}{c}{F1} & ` + String.raw`\\
    \cmidrule(lr){2-3}
    Method & average & worst & Seconds \\
    \midrule
    \multicolumn{4}{l}{\emph{base\_line}} \\
    erm & 71.0 $\pm$ 0.5 & \underline{60.2 $\pm$ 1.0} & \underline{12} \\
    \midrule
    \multicolumn{4}{l}{\emph{others}} \\
    a|b, 50 \% & 71.0 $\pm$ 1.3 & \textbf{61.0 $\pm$ 2.0} & \textbf{$-$3} \\
    lucky$^{1}$ & 99.0 & -- & -- \\
    gone$^{1}$ & missing & missing & missing \\
    \bottomrule
  \end{tabular}
\end{table}
\aloneends
`,
  ));

Deno.test("a number with an interval is shown in one cell and kept in three", () => {
  const intervals: Table = {
    ...table,
    columns: [
      { key: "method", title: "Method", kind: "text" },
      { key: "mean", title: "Mean", kind: "interval", digits: 1, best: "max" },
    ],
    groups: [{
      title: null,
      rows: [
        { cells: ["erm", { value: 71.04, ends: [-1.5, 72] }] },
        { cells: ["[a]", { value: 70, ends: null }] },
        { cells: ["gone", null] },
      ],
    }],
    notesInCsv: false,
  };
  assert.match(toMarkdown(intervals), /\| erm \| \*\*71\.0 \\\[−1\.5, 72\.0\\\]\*\* \|/);
  assert.equal(
    toCsv(intervals),
    "method,mean,mean_low,mean_high\nerm,71.04,-1.5,72\n[a],70,,\ngone,,,\n",
  );
  const rows = toLatex(intervals).split("\n");
  assert(rows.includes(String.raw`    erm & \textbf{71.0 [$-$1.5, 72.0]} \\`));
  assert(rows.includes(String.raw`    {}[a] & \underline{70.0} \\`), "no option of the line above");
});

Deno.test("any text survives CSV, and none is a formula", () =>
  fc.assert(
    fc.property(fc.string(), fc.double({ noNaN: true, min: -1e300, max: 1e300 }), (text, value) => {
      const made = toCsv({
        ...table,
        columns: [
          { key: "text", title: "Text", kind: "text" },
          { key: "value", title: "Value", kind: "number" },
        ],
        groups: [{ title: null, rows: [{ cells: [text, value] }] }],
        notesInCsv: false,
      });
      const [header, row] = parse(made) as string[][];
      assert.deepEqual(header, ["text", "value"]);
      assert.equal(row![0], /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
      assert(Math.abs(Number(row![1]) - value) <= 1e-14 * Math.abs(value));
    }),
    { seed: 7 },
  ));

Deno.test("no text breaks out of a LaTeX cell", () =>
  fc.assert(
    fc.property(fc.string(), (title) => {
      const made = toLatex({ ...table, title, groups: [] });
      const caption = made.split("\n").find((line) => line.includes("\\caption"))!;
      assert.doesNotMatch(caption.slice("  \\caption{".length), /(^|[^\\])[&%#]/);
    }),
    { seed: 7 },
  ));
