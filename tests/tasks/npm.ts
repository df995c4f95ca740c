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
import { packageFolder } from "../../tensor/native/addon.ts";
import config from "../../deno.json" with { type: "json" };

/** Comes inside the package, without its install script, which fetches an archive that nobody checks. */
const BUNDLED = "@tensorflow/tfjs-node-gpu";

/** The packages that modules name, as npm knows them: `npm:csv-parse@7.0.3/sync` is csv-parse 7.0.3. */
function dependencies(named: ReadonlySet<string>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, specifier] of Object.entries(config.imports)) {
    const [, name, version] = /^npm:\/?((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(specifier)!;
    const path = key.replace(/\/?$/, "/");
    const used = [...named].some((text) => text === key || text.startsWith(path));
    if (used) found[name!] = version!;
  }
  return found;
}

/** Writes the package into a folder. */
export async function writePackage(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const named = new Set<string>();
  for (const path of config.publish.include) {
    await copy(projectPath(path), join(folder, path), named);
  }
  const bundled = await bundle(join(folder, "node_modules", BUNDLED));
  const about = {
    name: config.name,
    version: config.version,
    license: config.license,
    type: "module",
    exports: Object.fromEntries(
      Object.entries(config.exports).map(([entry, path]) => [entry, asJs(path)]),
    ),
    bin: { mdlt: "./cli/npm_bin.js" },
    // It runs in the Deno that it was packed with.
    dependencies: { ...bundled, ...dependencies(named), deno: Deno.version.deno },
    bundleDependencies: [BUNDLED],
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

/**
 * Puts what runs of TensorFlow.js's package into the folder, with the sources that native TensorFlow is
 * bound by, and gives what that depends on.
 */
async function bundle(folder: string): Promise<Record<string, string>> {
  const from = packageFolder(BUNDLED);
  const required = await copyScripts(join(from, "dist"), join(folder, "dist"));
  await Deno.copyFile(join(from, "README.md"), join(folder, "README.md"));
  await Deno.mkdir(join(folder, "binding"));
  for await (const { name } of Deno.readDir(join(from, "binding"))) {
    await Deno.copyFile(join(from, "binding", name), join(folder, "binding", name));
  }
  const { name, version, main, license, binary, dependencies } = JSON.parse(
    await Deno.readTextFile(join(from, "package.json")),
  ) as { dependencies: Record<string, string> } & Record<string, unknown>;
  const used = Object.fromEntries(
    Object.entries(dependencies).filter(([package_]) => required.has(package_)),
  );
  const about = { name, version, main, license, binary, dependencies: used };
  await Deno.writeTextFile(join(folder, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
  return used;
}

/** Copies a folder's scripts, but tests, and gives what they require. */
async function copyScripts(from: string, to: string): Promise<Set<string>> {
  await Deno.mkdir(to, { recursive: true });
  const required: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) required.push(...await copyScripts(source, target));
    if (!name.endsWith(".js") || /_tests?\.js$/.test(name)) continue;
    const text = await Deno.readTextFile(source);
    required.push(...[...text.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, what]) => what!));
    await Deno.copyFile(source, target);
  }
  return new Set(required);
}

/** Copies a file or a folder, its modules as JavaScript, and notes every text that may name a package. */
async function copy(from: string, to: string, named: Set<string>): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) {
    await Deno.mkdir(dirname(to), { recursive: true });
    if (!/\.tsx?$/.test(from)) return await Deno.copyFile(from, to);
    for (const text of await compile(from, asJs(to))) named.add(text);
    return;
  }
  for await (const { name } of Deno.readDir(from)) {
    await copy(join(from, name), join(to, name), named);
  }
}

/**
 * A module as JavaScript; what it names as a module, in imports and elsewhere, is JavaScript too.
 *
 * @returns The texts in it.
 */
async function compile(from: string, to: string): Promise<string[]> {
  const { code } = await transform(await Deno.readTextFile(from), {
    loader: from.endsWith("x") ? "tsx" : "ts",
    target: "esnext",
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  await Deno.writeTextFile(to, code.replaceAll(/\.tsx?(["`])/g, ".js$1"));
  return [...code.matchAll(/"([^"\n]+)"/g)].map(([, text]) => text!);
}

if (import.meta.main) {
  const folder = projectPath(".tmp/npm");
  await writePackage(folder);
  print(`Wrote ${folder}; npm pack there makes the archive.`);
}
