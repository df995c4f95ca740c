/**
 * What the pages of the documentation show.
 *
 * @module
 */
import assert from "node:assert/strict";
import { projectPath } from "../../base/paths.ts";

/** The blocks of code of a page that are in a language. */
export async function codeBlocks(page: string, language: RegExp): Promise<string[]> {
  const text = await Deno.readTextFile(projectPath(page));
  const block = new RegExp(`^\`\`\`(?:${language.source})\\n(.*?)^\`\`\`$`, "gms");
  return [...text.matchAll(block)].map(([, code]) => code!);
}

/** Runs Deno in a folder elsewhere, with the repository's configuration; it must succeed. */
export async function deno(folder: string, command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [command, "--config", projectPath("deno.json"), ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  assert.equal(code, 0, `deno ${command}: ${text}`);
  return text;
}
