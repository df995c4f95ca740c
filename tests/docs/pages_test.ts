/** Commands, options and files that the pages name are there. */
import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { projectPath } from "../../base/paths.ts";
import { codeBlocks } from "./pages.ts";

const PAGES = ["README.md", "CONTRIBUTING.md"];
for (const folder of ["docs", "docs/tutorials"]) {
  for await (const { name } of Deno.readDir(projectPath(folder))) {
    if (name.endsWith(".md")) PAGES.push(`${folder}/${name}`);
  }
}

/** Options of commands, as docs/cli.md lists them. */
const options = new Map(
  (await Deno.readTextFile(projectPath("docs/cli.md"))).split("\n## deno task ").slice(1)
    .map((text) => [text.split("\n")[0]!, new Set(text.match(/--[a-z-]+/g))]),
);

Deno.test("every command that a page shows is there, with its options", async () => {
  const wrong: string[] = [];
  for (const page of PAGES) {
    const blocks = await codeBlocks(page, /sh/);
    const example = (await codeBlocks(page, /ts/)).join("\n");
    const lines = blocks.join("\n").replaceAll("\\\n", " ").split("\n");
    for (const line of lines) {
      const [, command, rest] = /\bdeno task ([\w:]+)([^#]*)/.exec(line) ?? [];
      if (command === undefined) continue;
      if (!(command in config.tasks)) wrong.push(`${page}: deno task ${command}`);
      const known = options.get(command) ??
        options.get(`${command} ${rest!.trim().split(/\s+/)[0]}`);
      for (const [option] of rest!.matchAll(/--[a-z-]+/g)) {
        // An example's own option stands in its code.
        const own = example.includes(`flags: "${option} `);
        if (known && !known.has(option) && !own) {
          wrong.push(`${page}: deno task ${command} ${option}`);
        }
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("every file of the repository that a page names is there", async () => {
  const top = new Set<string>();
  for await (const { name, isDirectory } of Deno.readDir(projectPath(""))) {
    if (isDirectory && !config.exclude.includes(name)) top.add(name);
  }
  const wrong: string[] = [];
  for (const page of PAGES) {
    const text = await Deno.readTextFile(projectPath(page));
    const named = [...text.matchAll(/`([\w./-]+)`/g)].map(([, path]) => path!);
    const linked = [...text.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)].map(([, path]) =>
      new URL(path!, `file:///${page}`).pathname.slice(1)
    );
    const inside = named.filter((path) => path.includes("/") && top.has(path.split("/")[0]!))
      .filter((path) => !/^report\/.*\.(html|csv|md)$/.test(path)); // of an output folder
    for (const path of [...inside, ...linked]) {
      const found = await Deno.stat(projectPath(path)).catch(() => null);
      if (found === null) wrong.push(`${page}: ${path}`);
    }
  }
  assert.deepEqual(wrong, []);
});
