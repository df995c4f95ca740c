/**
 * Which code a run's method and network are.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { projectPath } from "../../base/paths.ts";
import { sourceHash } from "../../base/source_hash.ts";
import type { Definition } from "../../base/definition.ts";
import type { Metric } from "../../metrics/mod.ts";
import { ruleOf, selectionRules } from "../../metrics/selection.ts";
import type { Catalogue } from "../catalogue.ts";
import released from "./released.json" with { type: "json" };
import type { RunSpec, SourceHashes } from "./record.ts";

/** What of a catalogue says where its definitions come from. */
export type Known =
  & Pick<Catalogue, "methods" | "networks" | "plugins" | "origins">
  & Partial<Pick<Catalogue, "metrics">>;

const ROOT = pathToFileURL(projectPath("")).href;

/** The contracts that definitions keep to, and lists of them: no part of any. */
const CONTRACTS = [
  ...["method.ts", "hyperparameter.ts", "objective.ts", "study.ts"],
  ...["network.ts", "metric.ts", "mod.ts"],
];

/** Hashes by module, since runs of a plan share methods. */
const hashes = new Map<string, Promise<string | null>>();

/**
 * The code of a run's method and network, as it is now, and of metrics that its record keeps or that
 * choose its checkpoint, where a plugin brings them. Its first stage has a record of its own.
 */
export async function sourcesOf(spec: RunSpec, known: Known): Promise<SourceHashes> {
  const method = known.methods.find(({ name }) => name === spec.method.name);
  const network = known.networks.find(({ name }) => name === spec.training.network.name);
  const metrics: Record<string, string> = {};
  for (const metric of recordedMetrics(spec, known)) {
    const hash = await hashOf(metric, "metrics", known);
    if (hash !== null) metrics[metric.name] = hash;
  }
  return {
    method: await hashOf(method, "methods", known),
    network: await hashOf(network, "networks", known),
    ...(Object.keys(metrics).length > 0 && { metrics }),
  };
}

/** Metrics of plugins that cannot be computed again from a record, or decide which weights it tests. */
function recordedMetrics(
  { training }: RunSpec,
  { metrics = [], origins }: Known,
): readonly Metric[] {
  const { selection } = training;
  const chooses = selectionRules(metrics).includes(selection)
    ? ruleOf(selection, metrics)?.metric
    : undefined;
  return metrics.filter((metric) =>
    origins.has(metric) && (metric.needs === "probabilities" || metric === chooses)
  );
}

/**
 * Whether two forms of a definition give the same numbers: they are the same code, or both were
 * released as one version.
 */
export function sameNumbers(
  kind: "methods" | "networks",
  name: string,
  version: number,
  then: string,
  now: string,
): boolean {
  if (then === now) return true;
  const forms: readonly string[] =
    (released[kind] as Readonly<Record<string, readonly string[]>>)[`${name}@${version}`] ?? [];
  return forms.includes(then) && forms.includes(now);
}

/** The hash of the module that gives a definition; null where it is not known or cannot be read. */
async function hashOf(
  definition: Definition | undefined,
  room: string,
  { plugins, origins }: Known,
): Promise<string | null> {
  if (definition === undefined) return null;
  const origin = origins.get(definition);
  const url = origin ?? await builtinModule(room, definition.name);
  if (url === null) return null;
  if (origin !== undefined && !origin.startsWith("file:")) {
    return plugins.find(({ specifier }) => specifier === origin)?.sha256 ?? null;
  }
  const found = hashes.get(url) ?? sourceHash(url, {
    read: (at) => Deno.readTextFile(new URL(at)),
    counts: (at) => countsFor(at, room),
  }).catch(() => null);
  hashes.set(url, found);
  return await found;
}

/** Of the project itself only the parts of its room count: the rest is the engine of all methods. */
function countsFor(url: string, room: string): boolean {
  if (!url.startsWith("file:")) return false;
  if (!url.startsWith(ROOT)) return true;
  const path = url.slice(ROOT.length).replace(/^\//, "");
  const contract = CONTRACTS.some((name) => path === `${room}/${name}`);
  return path.startsWith(`${room}/`) && !contract;
}

/** The module of a definition of this repository, as its room's list imports it. */
async function builtinModule(room: string, name: string): Promise<string | null> {
  const plain = (word: string) => word.replaceAll(/[^a-z0-9]/gi, "").toLowerCase();
  const list = new URL(`${ROOT.replace(/\/?$/, "/")}${room}/mod.ts`);
  const text = await Deno.readTextFile(list);
  const imports = [...text.matchAll(/^import (?!type)([^;]*?) from "(\.[^"]+)"/gm)]
    .map(([, names, specifier]) => ({ names: names!, url: new URL(specifier!, list) }));
  const named = imports.find(({ names }) =>
    names.split(/[^\w$]+/).some((word) => plain(word) === plain(name))
  );
  if (named !== undefined) return named.url.href;
  for (const { url } of imports) {
    if ((await Deno.readTextFile(url)).includes(`name: "${name}"`)) return url.href;
  }
  return null;
}
