/**
 * `deno task npm`: the package as `npm pack` takes it, in `.tmp/npm`: the sources with a
 * `package.json` made from `deno.json`, as JavaScript, since Deno takes no TypeScript from packages of npm.
 * It runs under Deno.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { transform } from "esbuild";
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
  "serve",
];
const FILES = ["tensor", "testing", "mod.ts", "library.ts", "testing.ts"];
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
    exports: Object.fromEntries(
      Object.entries(config.exports).map(([entry, path]) => [entry, asJs(path)]),
    ),
    bin: { mdlt: "./cli/main.js" },
    dependencies: dependencies(),
  };
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  await write("package.json", about);
  const { name, version, exports } = about;
  await write("deno.json", {
    name,
    version,
    exports,
    nodeModulesDir: "manual",
    permissions: permissions(),
  });
}

/** The sets; packages lie beside this one. */
function permissions(): unknown {
  return JSON.parse(JSON.stringify(config.permissions).replaceAll("./node_modules", "../.."));
}

/** Paths of modules in JavaScript: `./mod.js` for `./mod.ts`. */
const asJs = (text: string) => text.replace(/\.tsx?$/, ".js");

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) {
    await Deno.mkdir(dirname(to), { recursive: true });
    return /\.tsx?$/.test(from) ? await compile(from, asJs(to)) : await Deno.copyFile(from, to);
  }
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

/** A module as JavaScript; what it names as a module, in imports and elsewhere, is JavaScript too. */
async function compile(from: string, to: string): Promise<void> {
  const { code } = await transform(await Deno.readTextFile(from), {
    loader: from.endsWith("x") ? "tsx" : "ts",
    target: "esnext",
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  await Deno.writeTextFile(to, code.replaceAll(/\.tsx?(["`])/g, ".js$1"));
}

if (import.meta.main) {
  const folder = projectPath(".tmp/npm");
  await writePackage(folder);
  print(`Wrote ${folder}; npm pack there makes the archive.`);
}
