/**
 * Writing what `deno task new` makes: into the repository, or beside the user's own files.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { insideProject, projectPath } from "../../base/paths.ts";
import type { Name, Template } from "./template.ts";

/** What was written. */
export interface Written {
  /** The definition, and its test. */
  readonly files: readonly [definition: string, test: string];
  /** The registry that names it; null for a plugin. */
  readonly registry: string | null;
}

/** Where a plugin has modules of the suite from, by their folder. */
const PUBLIC: Readonly<Record<string, string>> = {
  methods: "@mdlt/bench/methods",
  datasets: "@mdlt/bench/datasets",
  networks: "@mdlt/bench/networks",
  nn: "@mdlt/bench/networks",
  metrics: "@mdlt/bench/metrics",
  report: "@mdlt/bench/report",
  testing: "@mdlt/bench/testing",
};

/** The specifier by which a plugin has a module of the suite. */
function publicSpecifier(path: string): string {
  return PUBLIC[path] ?? PUBLIC[path.split("/")[0]!] ?? "@mdlt/bench";
}

/** Writes a definition and its test into the repository, and registers it. */
export async function writeInside(template: Template, name: Name): Promise<Written> {
  const { folder, tests, extension, registry } = template;
  const own = `${folder}/${name.file}.${extension}`;
  const test = `${tests}/${name.file}_test.ts`;
  const from = (file: string) => (path: string) => relativeTo(file, path);
  const files = {
    [own]: template.source(name, from(own)),
    [test]: template.test(name, relativeTo(test, own), from(test)),
  };
  await requireFree(Object.keys(files).map(projectPath), template.kind, name.name, projectPath(""));
  const listed = register(
    name,
    relativeTo(registry.file, own),
    registry,
    await read(registry.file),
  );
  await writeNew(files, projectPath(""));
  await Deno.writeTextFile(projectPath(registry.file), listed);
  await format([own, test, registry.file]);
  return { files: [own, test], registry: registry.file };
}

/** Writes a definition as a plugin, and its test beside it. */
export async function writePlugin(
  template: Template,
  name: Name,
  path: string,
): Promise<Written> {
  requireExtension(template, path);
  const test = path.replace(/\.\w+$/, "_test.ts");
  const files = {
    [path]: withMergedImports(template.source(name, publicSpecifier)),
    [test]: withMergedImports(
      template.test(name, relativeTo(test, path), publicSpecifier),
    ),
  };
  await requireFree(Object.keys(files), template.kind, name.name, Deno.cwd());
  await writeNew(files, "");
  await format([path, test]);
  return { files: [path, test], registry: null };
}

/** Refuses a file that would not hold what the template writes: JSX is for `.tsx` alone. */
function requireExtension({ kind, extension }: Template, path: string): void {
  if (path.endsWith(`.${extension}`)) return;
  throw new UsageError(
    `Cannot write a ${kind} to --plugin "${path}": it is TypeScript${
      extension === "tsx" ? " with JSX" : ""
    }, so the file's name must end with .${extension}`,
  );
}

/** The specifier of a file in another one; both relative to the same folder. */
function relativeTo(file: string, target: string): string {
  const path = relative(dirname(file), target).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}

const read = (path: string) => Deno.readTextFile(projectPath(path));

async function requireFree(
  paths: readonly string[],
  kind: string,
  name: string,
  root: string,
): Promise<void> {
  for (const path of paths) {
    if (await Deno.stat(path).catch(() => null) === null) continue;
    const shown = relative(root, path).replaceAll("\\", "/");
    throw new UsageError(`Cannot name a ${kind} "${name}": the file ${shown} exists already`);
  }
}

async function writeNew(files: Readonly<Record<string, string>>, root: string): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const target = join(root, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeTextFile(target, text, { createNew: true });
  }
}

/** Lays files of the project, or of the user's, out as its configuration says. */
async function format(paths: readonly string[]): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", ...paths],
    cwd: insideProject() ? projectPath("") : Deno.cwd(),
    stderr: "null",
  }).output();
}

/** The registry with one import, in order of the files' names, and one element more in its list. */
function register(
  { identifier, name }: Name,
  specifier: string,
  { file, list }: Template["registry"],
  registry: string,
): string {
  const lines = registry.split("\n");
  const importOf = /^import .* from "(\..*)";$/;
  const place = lines.findIndex((line) => (importOf.exec(line)?.[1] ?? "") > specifier);
  const last = lines.findLastIndex((line) => importOf.test(line));
  lines.splice(place >= 0 ? place : last + 1, 0, `import ${identifier} from "${specifier}";`);
  const text = lines.join("\n");
  const start = text.indexOf(`export const ${list}`);
  const end = text.indexOf("];", start);
  if (last < 0 || start < 0 || end < 0) {
    throw new UsageError(
      `Cannot register "${name}": ${file} has no imports or no list ${list} that ends with "];"`,
    );
  }
  const before = text.slice(0, end).trimEnd();
  return `${before}${/[[,]$/.test(before) ? "" : ","}\n  ${identifier},\n${text.slice(end)}`;
}

/** Imports from one module, which several modules of the suite may have become, as one. */
function withMergedImports(text: string): string {
  const named = /^import (type )?\{ (.*) \} from "(@mdlt\/.*)";\n/gm;
  const modules = Map.groupBy([...text.matchAll(named)], ([, , , specifier]) => specifier!);
  let merged = text;
  for (const [specifier, imports] of modules) {
    const names = imports.flatMap(([, type = "", list]) =>
      list!.split(", ").map((each) => `${type}${each}`)
    );
    const all = `import { ${names.join(", ")} } from "${specifier}";\n`;
    imports.forEach(([line], i) => merged = merged.replace(line, i === 0 ? all : ""));
  }
  return merged;
}
