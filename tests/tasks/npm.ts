/**
 * `deno task npm`: the package as `npm pack` takes it, in `.tmp/npm`: the sources with a
 * `package.json` made from `deno.json`. It runs under Deno.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { projectPath } from "../../base/paths.ts";
import { print } from "../../base/terminal.ts";
import config from "../../deno.json" with { type: "json" };

/** What of the repository the package holds, beside the modules that it exports. */
const CONTENT = [
  "base",
  "bench",
  "cli",
  "datasets",
  "methods",
  "metrics",
  "networks",
  "nn",
  "report",
];
const FILES = ["tensor", "testing", "mod.ts", "library.ts", "testing.ts", "deno.json", "deno.lock"];
const ABOUT = ["LICENSE", "README.md"];

/** Dependencies as npm knows them: `npm:csv-parse@7.0.3/sync` is csv-parse 7.0.3. */
function dependencies(): Record<string, string> {
  return Object.fromEntries(
    Object.values(config.imports).map((specifier) => {
      const [, name, version] = /^npm:\/?((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(specifier)!;
      return [name!, version!];
    }),
  );
}

/** Writes the package into a folder. */
export async function writePackage(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (const path of [...CONTENT, ...FILES, ...ABOUT]) {
    await copy(projectPath(path), join(folder, path));
  }
  const about = {
    name: config.name,
    version: config.version,
    license: config.license,
    type: "module",
    exports: config.exports,
    bin: { mdlt: "./cli/main.ts" },
    dependencies: dependencies(),
  };
  await Deno.writeTextFile(join(folder, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) {
    await Deno.mkdir(dirname(to), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

if (import.meta.main) {
  const folder = projectPath(".tmp/npm");
  await writePackage(folder);
  print(`Wrote ${folder}; npm pack there makes the archive.`);
}
