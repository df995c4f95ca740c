/**
 * What a process of the suite may do: the permission sets of `deno.json`, and beside them the paths,
 * programs and hosts that only its caller knows.
 *
 * @module
 */
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import config from "../deno.json" with { type: "json" };
import { projectPath } from "./paths.ts";

/** A set of `deno.json`. */
export type PermissionSet = keyof typeof config.permissions;

/** By this file sharp tells which C library the system has, and which of its builds suits. */
const LIBC = "/usr/bin/ldd";

/** What a process may do beside its set. */
export interface Opened {
  /** Files, and folders with all in them. */
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  /** What stays as it is in folders that may be written. */
  readonly keep?: readonly string[];
  /** Programs, beside those of the set; or all. */
  readonly run?: readonly string[] | true;
  /** Hosts, beside those of the set. */
  readonly net?: readonly string[];
  /** Modules that are named by URL are fetched from these. */
  readonly hosts?: readonly string[];
}

/**
 * The arguments of `deno` that run a program of the suite with narrow rights; its path and its own
 * arguments follow them.
 */
export function narrowRun(set: PermissionSet, opened: Opened = {}): string[] {
  return ["run", "--quiet", ...rightsOf(set, opened)];
}

/** Options of a subcommand of `deno` by which what it runs may do so much and no more. */
export function rightsOf(set: PermissionSet, opened: Opened = {}): string[] {
  const { read, write, keep = [], run, net = [], hosts = [] } = opened;
  const { ffi } = setOf(set);
  const reached = [...new Set([...setOf(set).net ?? [], ...net, ...hosts])];
  const list = (name: string, values: readonly string[]) => `--allow-${name}=${values.join(",")}`;
  return [
    ...["--no-prompt", "--config", projectPath("deno.json")],
    `--permission-set=${set}`,
    ...(read ? [list("read", places([projectPath(""), LIBC, ...read]))] : []),
    ...(write ? [list("write", places(write))] : []),
    ...(keep.length > 0 ? [`--deny-write=${places(keep).join(",")}`] : []),
    ...(run ? [programs(set, run)] : []),
    ...(Array.isArray(ffi) ? [list("ffi", places(ffi.map((path) => projectPath(path))))] : []),
    ...(hosts.length > 0 ? [list("import", hosts)] : []),
    ...(net.length + hosts.length > 0 ? [list("net", reached)] : []),
  ];
}

/** What `deno.json` says of a set, as far as it is a list here. */
const setOf = (set: PermissionSet) =>
  config.permissions[set] as {
    run?: readonly string[] | true;
    net?: readonly string[];
    ffi?: readonly string[] | true;
  };

/** The hosts of modules that are named by URL. */
export function hostsOf(specifiers: readonly string[]): string[] {
  const urls = specifiers.filter((text) => /^https?:/.test(text) && URL.canParse(text));
  return [...new Set(urls.map((text) => new URL(text).host))];
}

/**
 * Paths as a list of Deno's takes them: each also as it is without links, and where a comma would
 * part it, the folder around it.
 */
function places(paths: readonly string[]): string[] {
  const absolute = paths.map((path) => resolve(path));
  const all = [...absolute, ...absolute.map(withoutLinks)].map((path) => {
    while (path.includes(",")) path = dirname(path);
    return path;
  });
  return [...new Set(all)];
}

/** The path without links, as far as there is something on the way. */
function withoutLinks(path: string): string {
  const parent = dirname(path);
  try {
    return realpathSync(path);
  } catch {
    return parent === path ? path : resolve(withoutLinks(parent), path.slice(parent.length + 1));
  }
}

/**
 * Programs that may be started. Where the loader of libraries is led by a variable, Deno lets nobody
 * start a program who may not start all.
 */
function programs(set: PermissionSet, more: readonly string[] | true): string {
  const led = Object.keys(Deno.env.toObject()).some((name) => /^(LD|DYLD)_/.test(name));
  const { run = [] } = setOf(set);
  if (led || run === true || more === true) return "--allow-run";
  const known = [...run, ...more].filter((name) => !name.includes(","));
  return `--allow-run=${known.join(",")}`;
}

/** What a refused process wanted to do, by the kind of right that it lacked. */
const WANTED: Readonly<Record<string, string>> = {
  read: "read",
  write: "write",
  net: "reach",
  run: "start",
  env: "see the variable",
  ffi: "load",
  sys: "ask the system for",
  import: "import from",
  all: "read",
};

/** An error of a right that is lacking, as a sentence; null where it is another error. */
export function refusal(error: unknown): string | null {
  if (!(error instanceof Deno.errors.NotCapable)) return null;
  const [, kind, what] =
    /^(?:Cannot [^\n]*?: )?Requires (?:--allow-)?(\w+) (?:access|permissions)(?: to (.*?))?(?:, run again.*|\. Alternatively.*)?$/s
      .exec(error.message) ?? [];
  const wanted = WANTED[kind ?? ""];
  if (wanted === undefined) return null;
  return `Cannot ${wanted} ${
    what ?? "that"
  }: this process has no leave to, as every command may do only ` +
    `what it needs; docs/permissions.md says what that is, and how to open more`;
}
