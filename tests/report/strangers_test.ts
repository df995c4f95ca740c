/** Words of strangers, in records and plans: a report is made of them, and none does anything in it. */
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { parse } from "csv-parse/sync";
import type { RunRecord } from "../../bench/records/record.ts";
import { buildReport } from "../../report/mod.ts";
import { visible } from "../../report/visible.ts";
import { findProgram } from "../../base/command.ts";
import { toSvg } from "../../report/charts/render.ts";
import { latex } from "../../report/tables/formats/latex_text.ts";
import { inFolder } from "./folder.ts";
import { DATASETS, writeStore } from "./store.ts";

const WORDS = [
  "<img src=x onerror=alert(1)><script>alert(2)</script>",
  "]]></text><script>alert(3)</script>",
  "a|b\n\n# x [c](javascript:alert(4)) `d`",
  String.raw`\input{/etc/passwd} \write18{id} $x$ %c {}~^&_#\end{document}`,
  "=cmd|' /C calc'!A0",
  "+4",
  "abc\u202egnp.exe\u2066 \u200bx\ufeff",
  "\"'`$(id)${HOME}\\",
  "one\ntwo\r\n\tthree",
  "\x1b[31mred\x07\x00\x9b2J",
  "__proto__",
  "$& $1 $' Ąę \ud800",
];
const ALL = WORDS.join(" ");

// deno-lint-ignore no-control-regex
const UNSEEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/;

/** Makes a stranger's words of every word that a record has. */
function estrange(record: RunRecord): object {
  const { data, method, environment } = record;
  const each = (names: readonly string[]) =>
    names.map((_, i) => `${WORDS[i % WORDS.length]}${i >= WORDS.length ? i : ""}`);
  return {
    ...record,
    data: { ...data, title: ALL, domains: each(data.domains), classes: each(data.classes) },
    method: { title: `${ALL} ${method.title}`, family: ALL, source: ALL },
    environment: Object.fromEntries(Object.keys(environment).map((key) => [key, ALL])),
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    found.push(...isDirectory ? await filesIn(join(folder, name)) : [join(folder, name)]);
  }
  return found;
}

Deno.test("whatever words a folder has, its report is whole, and they are words in every file", () =>
  inFolder(async (out) => {
    const datasets = DATASETS.slice(0, 1);
    const manifest = await writeStore(out, { datasets, methods: ["erm", "irm"], seeds: [0, 1] });
    for (const { id } of manifest.runs) {
      const path = join(out, "runs", id, "record.json");
      const record = estrange(JSON.parse(await Deno.readTextFile(path)));
      await Deno.writeTextFile(path, JSON.stringify(record));
    }
    const about = { createdAt: ALL, preset: ALL, command: ["bench", ALL], environment: { a: ALL } };
    const plugins = [{ specifier: ALL, sha256: "0".repeat(64) }];
    const plan = JSON.stringify({ ...manifest, ...about, plugins });
    await Deno.writeTextFile(join(out, "manifest.json"), plan);
    const report = await buildReport(out);
    assert.equal(report.runs, 4);
    const texts = (await filesIn(out)).filter((path) =>
      !relative(out, path).startsWith("runs") && /\.(html|md|tex|bib|csv|svg|json)$/.test(path)
    );
    assert.ok(texts.length > 60);
    for (const path of texts.filter((path) => path !== join(out, "manifest.json"))) {
      const text = (await Deno.readTextFile(path))
        .replaceAll(/<script( type="text\/plain"[^>]*)?>[^]*?<\/script>/g, ""); // libraries
      const unseen = UNSEEN.exec(text);
      assert.equal(unseen && text.slice(unseen.index - 60, unseen.index + 9), null, path);
      if (path.endsWith(".svg")) assert.doesNotMatch(text, /<(script|img)/);
      if (path.endsWith(".tex")) assert.doesNotMatch(text, /\\(write18|input\{\/)/);
      if (!path.endsWith(".csv")) continue;
      for (const cell of (parse(text, { relax_column_count: true }) as string[][]).flat()) {
        assert.doesNotMatch(cell, /^([=+@\t\r]|-(?!\d))/, path);
      }
    }
    const page = await Deno.readTextFile(join(out, "report/index.html"));
    const markup = page.replaceAll(/<script type[^]*?<\/script>/g, "").replaceAll(/"[^"]*"/g, '""');
    const run = /<img src=x|<script>alert|<\/text><script/.exec(markup);
    assert.equal(run && markup.slice(run.index - 200, run.index + 60), null);
    const pdflatex = await findProgram(["pdflatex"], Deno.env.toObject());
    if (pdflatex === undefined) return;
    for (const name of [datasets[0]!.name, "provenance"]) {
      const file = join(out, "report/tables", `${name}.tex`);
      const { success, stdout } = await new Deno.Command(pdflatex, {
        args: ["-interaction=nonstopmode", "-halt-on-error", file],
        cwd: dirname(file),
      }).output();
      assert.ok(success, new TextDecoder().decode(stdout).slice(-600));
    }
  }));

Deno.test("what cannot be seen stands as its number, and writing of any language stays", () => {
  assert.equal(visible("a\u202eb\x1b\u2066\ufeff"), "a‹U+202E›b‹U+001B›‹U+2066›‹U+FEFF›");
  assert.equal(visible("\ud800x\u{e0041}"), "‹U+D800›x‹U+E0041›");
  const kept = "Größe, żółw, שלום, नमस्ते, 漢字 \u{1f468}\u200d\u{1f469}, می\u200cخواهم\n\ttab";
  assert.equal(visible(kept), kept);
  const letters = Array.from({ length: 0x180 }, (_, i) => String.fromCharCode(i)).join("");
  assert.doesNotMatch(latex(letters), UNSEEN);
  assert.match(latex("ąé\x7f"), /^U\+0105éU\+007F$/);
});

Deno.test("a drawing is well-formed whatever it says", async () => {
  const svg = await toSvg({
    data: { values: [{ x: "\x1b\x00\ud800\uffff", y: 1 }] },
    description: "\x07",
    mark: "bar",
    encoding: { x: { field: "x", type: "nominal" }, y: { field: "y", type: "quantitative" } },
  });
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(svg, /[\x00-\x08\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u);
  assert.match(svg, /aria-label="\ufffd"/);
});
