/**
 * `deno task docs:generate`: writes the pages of `docs/` that are made from the definitions.
 *
 * @module
 */
import { writeAtomically } from "../../base/files.ts";
import { projectPath } from "../../base/paths.ts";
import { print } from "../../base/terminal.ts";
import { cliPage } from "./cli.ts";
import { methodsPage } from "./methods.ts";

/** The text of every generated page, by its path in the repository. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/cli.md": cliPage,
  "docs/methods.md": methodsPage,
};

/** A page as it is committed: laid out by `deno fmt`. */
export async function pageText(path: string): Promise<string> {
  const note = "<!-- Written by deno task docs:generate; change the definitions instead. -->";
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "md", "-"],
    cwd: projectPath(""),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${note}\n\n${await PAGES[path]!()}\n`));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

if (import.meta.main) {
  for (const path of Object.keys(PAGES)) {
    await writeAtomically(projectPath(path), await pageText(path));
    print(`Wrote ${path}`);
  }
}
