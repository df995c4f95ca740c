/**
 * `deno task docs:generate`: writes the pages of `docs/` that are made from the definitions.
 *
 * @module
 */
import { projectPath } from "../../base/paths.ts";
import { print } from "../../base/terminal.ts";
import { cliPage } from "./cli.ts";
import { choosingPage, methodsBlock } from "./choosing.ts";
import { methodsPage } from "./methods.ts";
import { plateausBlock } from "./plateaus.ts";
import { keptBlock, keptIndex } from "./results.ts";

const NOTE = "<!-- Written by deno task docs:generate; change the definitions instead. -->";

/** The text of every generated page, by its path in the repository. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/cli.md": async () => `${NOTE}\n\n${await cliPage()}`,
  "docs/methods.md": () => `${NOTE}\n\n${methodsPage()}`,
  "docs/choosing-a-method.md": () => `${NOTE}\n\n${choosingPage()}`,
  "docs/results/README.md": async () => `${NOTE}\n\n${await keptIndex()}`,
  "docs/harness.md": () => withBlocks("docs/harness.md", { plateaus: plateausBlock() }),
  "README.md": async () =>
    withBlocks("README.md", { methods: methodsBlock(), results: await keptBlock() }),
};

/** A page by hand with each part between two comments written anew. */
async function withBlocks(path: string, blocks: Readonly<Record<string, string>>): Promise<string> {
  const page = await Deno.readTextFile(projectPath(path));
  return Object.entries(blocks).reduce((page, [block, text]) => {
    const begin = `<!-- ${block}: written by deno task docs:generate -->`;
    const end = `<!-- /${block} -->`;
    const [before, rest] = page.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) throw new Error(`Cannot write ${path}: it has no ${begin} … ${end}`);
    return `${before}${begin}\n\n${text}\n\n${end}${after}`.trimEnd();
  }, page);
}

/** A page as it is committed: laid out by `deno fmt`. */
export async function pageText(path: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "md", "-"],
    cwd: projectPath(""),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${await PAGES[path]!()}\n`));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

if (import.meta.main) {
  for (const path of Object.keys(PAGES)) {
    await Deno.writeTextFile(projectPath(path), await pageText(path));
    print(`Wrote ${path}`);
  }
}
