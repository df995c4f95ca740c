/**
 * Which code a definition is: a hash of its module and of what it uses of the modules that it imports.
 *
 * Of an imported module only the declarations that are used count, without comments, types and white
 * space: what else stands in a shared file, or how it is laid out, changes no hash.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** How modules are read, and which of those that one imports count. */
export interface SourceHashOptions {
  /** The text of a module. */
  read(url: string): Promise<string>;
  /** Whether an imported module is a part of the definition. */
  counts(url: string): boolean;
}

/** A module taken apart: its top-level statements that are no types. */
interface Module {
  readonly statements: readonly Statement[];
  /** Where a name that is imported comes from, and what it is called there. */
  readonly imports: ReadonlyMap<string, { readonly url: string; readonly name: string }>;
  /** Modules all of whose exports are passed on. */
  readonly passed: readonly string[];
}

interface Statement {
  /** What it declares; null for one that is always run. */
  readonly name: string | null;
  readonly text: string;
}

/** An import or export from another module. */
const FROM =
  /^(?:import|export)\b([^;"']*?)\bfrom\s*(["'])([^"']+)\2(?:\s*with\s*\{[^}]*\})?\s*;?\s*/;

/** All of a module. */
const ALL = "*";

/** The hash of a module with the parts that it uses. */
export async function sourceHash(url: string, options: SourceHashOptions): Promise<string> {
  const modules = new Map<string, Promise<Module>>();
  const open = async (at: string) => {
    const found = modules.get(at) ?? options.read(at).then((text) => takeApart(text, at));
    modules.set(at, found);
    return await found;
  };
  const taken = new Map<string, Set<string>>();
  const waiting: [url: string, name: string][] = [[url, ALL]];
  const seen = new Set<string>();
  for (let next; (next = waiting.pop()) !== undefined;) {
    const [at, name] = next;
    if (seen.has(next.join("\0"))) continue;
    seen.add(next.join("\0"));
    const { statements, imports, passed } = await open(at);
    const texts = taken.get(at) ?? new Set();
    taken.set(at, texts);
    const wanted = statements.filter((statement) =>
      name === ALL || statement.name === null || statement.name === name
    );
    for (const { text } of wanted) {
      texts.add(text);
      for (const other of referred(text, at)) {
        // What is not there tells of itself when it is used.
        if (options.counts(other) && await open(other).then(() => true, () => false)) {
          waiting.push([other, ALL]);
        }
      }
      for (const [word] of text.matchAll(/[\w$]+/g)) {
        if (statements.some((other) => other.name === word)) waiting.push([at, word]);
        const from = imports.get(word);
        if (from !== undefined && options.counts(from.url)) waiting.push([from.url, from.name]);
      }
    }
    const declared = statements.some((statement) => statement.name === name);
    const from = imports.get(name); // exported again under its name
    if (!declared && from !== undefined && options.counts(from.url)) {
      waiting.push([from.url, from.name]);
    }
    if (name === ALL || !declared) {
      for (const other of passed) if (options.counts(other)) waiting.push([other, name]);
    }
  }
  // Where the modules lie does not matter, nor their order.
  const texts = [...taken.values()].map((texts) => [...texts].sort().join("\n")).sort();
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}

/**
 * Files that a statement names by a path of its own: modules that are imported without names, or while
 * the program goes on, and texts beside the module that it reads.
 */
function referred(text: string, url: string): string[] {
  const paths = [
    ...text.matchAll(/\bimport\s*\(?\s*(["'`])(\.{1,2}\/[^"'`$]+)\1/g),
    ...text.matchAll(/\bnew URL\(\s*(["'`])([^"'`$]+)\1\s*,\s*import\.meta\.url/g),
  ].map(([, , path]) => new URL(path!, url).href);
  return paths.filter((path) => /\.(?:[cm]?[jt]sx?|json|csv|tsv|txt|ya?ml|toml)$/.test(path));
}

/** Takes a module apart, as the formatter lays it out: a statement begins at the start of a line. */
function takeApart(source: string, url: string): Module {
  const text = source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
  const imports = new Map<string, { url: string; name: string }>();
  const passed: string[] = [];
  const statements: Statement[] = [];
  for (const part of text.split(/^(?=[a-zA-Z$_({[])/m)) {
    let statement = part.replaceAll(/\s+/g, " ").trim();
    for (let from; (from = FROM.exec(statement)) !== null;) {
      statement = statement.slice(from[0].length); // others may stand in the same line
      const [, names, , specifier] = from;
      if (/^\s*type\b/.test(names!) || !specifier!.startsWith(".")) continue;
      const other = new URL(specifier!, url).href;
      if (from[0].startsWith("export *")) passed.push(other);
      for (const [local, name] of namesIn(names!)) imports.set(local, { url: other, name });
    }
    if (statement === "" || /^(export )?(declare )?(interface|type) /.test(statement)) continue;
    const declared = /^(?:export )?(?:async )?(?:const|let|var|function\*?|class|enum) ([\w$]+)/
      .exec(statement);
    const name = statement.startsWith("export default") ? "default" : declared?.[1] ?? null;
    statements.push({ name, text: statement });
  }
  return { statements, imports, passed };
}

/** The names of an import clause, with what they are called where they come from. */
function namesIn(clause: string): [local: string, name: string][] {
  const [, before, list] = /^([^{]*)(?:\{([^}]*)\})?/.exec(clause)!;
  const found: [string, string][] = [];
  const whole = /\* as ([\w$]+)/.exec(before!)?.[1];
  const usual = /^\s*([\w$]+)/.exec(before!)?.[1];
  if (whole !== undefined) found.push([whole, ALL]);
  else if (usual !== undefined) found.push([usual, "default"]);
  for (const item of (list ?? "").split(",").map((word) => word.trim())) {
    if (item === "" || item.startsWith("type ")) continue;
    const [name, local = name] = item.split(" as ") as [string, string?];
    found.push([local!, name]);
  }
  return found;
}
