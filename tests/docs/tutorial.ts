/**
 * Following a tutorial as its reader does: from top to bottom, in a folder that stands for the
 * repository's, with nothing but what the page says.
 *
 * Its blocks of code, by language:
 *
 * - `py`, `ts`: a file, whose name stands in the first line as a comment; it is written.
 * - `sh`: commands for Bash, which must all succeed.
 * - `text`: what the commands before it print. Every line must be among it; `…` is what a page
 *   leaves out.
 *
 * A quotation (`> …`) is a sentence of a report that the commands have made.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { projectPath } from "../../base/paths.ts";

/** Tutorials that `deno task test:tutorials` follows, and `deno task test` does not. */
export const SLOW = ["cluster"];

/** How a page is held to what is printed. */
export interface Following {
  /**
   * Whether figures are the same on every machine, as those that no training makes; then every figure
   * with a decimal point in the text must be printed or reported, too. Otherwise all are alike.
   */
  readonly exact?: boolean;
}

const CONFIG = projectPath("deno.json");
/** In the repository's folder Deno finds the configuration by itself. */
const PRELUDE = `set -euo pipefail
unset INIT_CWD # of the task that this is a part of
deno() { local verb=$1; shift; command deno "$verb" --config '${CONFIG}' "$@"; }
`;

/** Follows a page in a folder. */
export async function follow(page: string, folder: string, { exact = false }: Following = {}) {
  const text = await Deno.readTextFile(projectPath(page));
  const shape = (said: string) => shapeOf(said, exact);
  let said = "", all = "", shown = 0;
  for (const [, language, code] of text.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    if (language === "sh") all += said = await commands(code!, folder);
    else if (language === "text") {
      const lines = shape(said).split("\n");
      for (const line of shape(code!).split("\n").filter((line) => !/^…?$/.test(line))) {
        const parts = line.split("…").map((part) => RegExp.escape(part.trim()));
        const pattern = new RegExp(`^${parts.join(".*")}$`);
        assert.ok(lines.some((each) => pattern.test(each)), `"${line}" is not in\n${said}`);
        shown++;
      }
    } else {
      const [, name] = /^(?:\/\/|#) (\S+)\n/.exec(code!) ?? [];
      assert.ok(name !== undefined, `a block of ${page} does not say its file`);
      await Deno.writeTextFile(join(folder, name), code!);
    }
  }
  assert.ok(shown > 0, `${page} shows nothing of what its commands print`);
  const reported = shape(await reportsIn(folder)).replaceAll("\n", " ");
  for (const quotation of quotationsIn(text)) {
    assert.ok(reported.includes(shape(quotation)), `no report says "${quotation}"`);
  }
  if (!exact) return;
  const known = new Set((all + reported).match(/\d+\.\d+/g));
  const prose = text.replaceAll(/^```.*?^```$/gms, "").replaceAll(/\]\([^)]*\)/g, "");
  const unknown = prose.match(/\d+\.\d+/g)?.filter((figure) => !known.has(figure));
  assert.deepEqual(unknown ?? [], []);
}

async function commands(code: string, folder: string): Promise<string> {
  const { code: status, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", PRELUDE + code],
    cwd: folder,
    env: {
      NO_COLOR: "1",
      PATH: `${dirname(Deno.execPath())}${delimiter}${Deno.env.get("PATH") ?? ""}`,
    },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  assert.equal(status, 0, `${code}\n${said}`);
  return said.replaceAll(` --config ${CONFIG}`, "");
}

/** Text of which only the words count, in columns of any width. */
function shapeOf(text: string, exact: boolean): string {
  const words = text.replaceAll("\\", "").replaceAll(/[ \t]+/g, " ").replaceAll(/─+/g, "─")
    .replaceAll(/^ | $/gm, "");
  return exact ? words : words.replaceAll(/[−-]?\d[\d.,:]*(?<![.,:])/g, "0");
}

/** The sentences of tables and pages. */
async function reportsIn(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((name) => /\breport\b.*\.(md|html)$/.test(name)).sort();
  const texts = await Promise.all(files.map((name) => Deno.readTextFile(join(folder, name))));
  return texts.join("\n").replaceAll(/<\/?[a-z][^>]*>/g, "");
}

function quotationsIn(text: string): string[] {
  return [...text.matchAll(/(?:^> ?.*\n)+/gm)].map(([lines]) =>
    lines.replaceAll(/^> ?/gm, "").trim().replaceAll("\n", " ")
  );
}
