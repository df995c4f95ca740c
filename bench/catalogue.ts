/**
 * The catalogue: every definition that a plan, a worker and a report know of, those of this
 * repository and those of plugins.
 *
 * A plugin is a module that exports definitions, by default, by names, or in lists.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Definition } from "../base/definition.ts";
import { UsageError } from "../base/errors.ts";
import type { DataPaths, DatasetDefinition } from "../datasets/dataset.ts";
import { DATASETS, knownDatasets } from "../datasets/mod.ts";
import type { Metric } from "../metrics/metric.ts";
import { METRICS } from "../metrics/mod.ts";
import type { Method } from "../methods/method.ts";
import { METHODS, STUDIES, TWO_STAGE } from "../methods/mod.ts";
import type { Study } from "../methods/study.ts";
import type { NetworkDefinition } from "../networks/network.ts";
import { NETWORKS } from "../networks/mod.ts";
import { HPARAMS, type Hparams } from "./hparams/mod.ts";
import { requireFields } from "./definition_fields.ts";
import { withinLimit } from "./load_limit.ts";
import { requireMetric } from "./metric_door.ts";
import type { Plugin } from "./records/record.ts";

/** The definitions, by what they are. */
export interface Definitions {
  /** In the order of the tables. */
  readonly methods: readonly Method[];
  /** The embedded one first. */
  readonly datasets: readonly DatasetDefinition[];
  /** As `deno task networks` lists them. */
  readonly networks: readonly NetworkDefinition[];
  /** In the order of `results.csv`. */
  readonly metrics: readonly Metric[];
  /** Of one method, or of any that is asked for. */
  readonly studies: readonly Study[];
  /** Sections that a report has beside its own. */
  readonly sections: readonly Definition[];
  /** Presets of hyperparameters. */
  readonly hparams: readonly Hparams[];
}

/** Everything that can be asked for by its name. */
export interface Catalogue extends Definitions {
  /** Two-stage variants that `all` methods include: `first+second`. */
  readonly twoStage: readonly string[];
  /** Where definitions beside the suite's own come from, in the order of loading. */
  readonly plugins: readonly Plugin[];
  /** Who gave the definitions that are not the suite's: the specifier of a plugin. */
  readonly origins: ReadonlyMap<Definition, string>;
}

/** Which list of a catalogue holds a kind of definition. */
const LISTS: Readonly<Record<string, keyof Definitions>> = {
  method: "methods",
  dataset: "datasets",
  network: "networks",
  metric: "metrics",
  study: "studies",
  section: "sections",
  hparams: "hparams",
};

/** The definitions of this repository. */
export function builtin(): Catalogue {
  return {
    methods: METHODS,
    datasets: DATASETS,
    networks: NETWORKS,
    metrics: METRICS,
    studies: STUDIES,
    sections: [],
    hparams: HPARAMS,
    twoStage: TWO_STAGE,
    plugins: [],
    origins: new Map(),
  };
}

/**
 * The definitions of this repository and of plugins.
 *
 * @param specifiers Paths relative to where the user stands, URLs, `npm:` specifiers.
 * @throws {UsageError} When a plugin cannot be loaded, defines nothing, or redefines a known name.
 */
export async function loadCatalogue(specifiers: readonly string[]): Promise<Catalogue> {
  let catalogue = builtin();
  for (const specifier of new Set(specifiers.map(resolved))) {
    const definitions = await definitionsOf(specifier);
    const plugin = { specifier, sha256: await hashOf(specifier) };
    catalogue = await withTried(catalogue, definitions, specifier);
    catalogue = { ...catalogue, plugins: [...catalogue.plugins, plugin] };
  }
  return catalogue;
}

/**
 * The catalogue of a plan, in another process: its plugins must still be what they were.
 *
 * @throws {UsageError} As {@linkcode loadCatalogue}, and when a plugin has changed.
 */
export async function reloadCatalogue(plugins: readonly Plugin[]): Promise<Catalogue> {
  const catalogue = await loadCatalogue(plugins.map(({ specifier }) => specifier));
  const changed = plugins.find(({ specifier, sha256 }) =>
    !catalogue.plugins.some((now) => now.specifier === specifier && now.sha256 === sha256)
  );
  if (changed === undefined) return catalogue;
  throw new UsageError(
    `Cannot use plugin "${changed.specifier}": it has changed since the runs were planned; plan ` +
      `them again`,
  );
}

/**
 * Adds definitions.
 *
 * @param from Whose they are, for the message.
 * @throws {UsageError} When one has the name of another, or lacks what its kind must have.
 */
export function extend(
  catalogue: Catalogue,
  definitions: readonly Definition[],
  from: string,
): Catalogue {
  let extended = catalogue;
  for (const definition of definitions) {
    const list = LISTS[definition.kind]!;
    const known: readonly Definition[] = extended[list];
    if (known.includes(definition)) continue; // such as one of ours that a plugin exports again
    requireName(definition, from);
    const namesake = known.find((other) => identity(other) === identity(definition));
    if (namesake !== undefined) {
      throw new UsageError(
        `Cannot use "${from}": it defines the ${definition.kind} "${definition.name}", a name that ` +
          `${namesake.title} has; give it another name`,
      );
    }
    requireFields(definition, from);
    const origins = new Map([...extended.origins, [definition, from]]);
    extended = { ...extended, [list]: [...known, definition], origins };
  }
  return extended;
}

/**
 * The same, with metrics that have been tried.
 *
 * @throws {UsageError} As {@linkcode extend}, and when a metric does not do what one must.
 */
export async function withTried(
  catalogue: Catalogue,
  definitions: readonly Definition[],
  from: string,
): Promise<Catalogue> {
  const extended = extend(catalogue, definitions, from);
  for (const metric of extended.metrics) {
    if (!catalogue.metrics.includes(metric)) await requireMetric(metric, from);
  }
  return extended;
}

/** The catalogue with the user's own data sets that are found in the folders given. */
export async function withOwnDatasets(catalogue: Catalogue, paths: DataPaths): Promise<Catalogue> {
  return { ...catalogue, datasets: await knownDatasets(paths, catalogue.datasets) };
}

/** What no two definitions of a kind may share: studies of several methods may share a name. */
function identity(definition: Definition & { readonly method?: string }): string {
  return JSON.stringify([definition.name, definition.method]);
}

function requireName({ kind, name }: Definition, from: string): void {
  if (typeof name === "string" && /^[a-z0-9][a-z0-9_.-]*$/.test(name)) return;
  const named = name === undefined ? "without a name" : `"${name}"`;
  throw new UsageError(
    `Cannot use "${from}": it defines a ${kind} ${named}, and names consist of lower-case ` +
      `letters, digits, "-", "_" and "."`,
  );
}

/** A URL, or a specifier of a package. */
function resolved(specifier: string): string {
  const hasScheme = /^[a-z][a-z\d+.-]+:/i.test(specifier);
  return hasScheme ? specifier : pathToFileURL(resolve(specifier)).href;
}

/** The definitions that a module exports. */
async function definitionsOf(specifier: string): Promise<Definition[]> {
  const module = await imported(specifier).catch((error) => {
    throw new UsageError(`Cannot load plugin "${specifier}": ${reasonOf(error, specifier)}`);
  });
  const found = new Set(Object.values(module).flat().filter(isDefinition));
  if (found.size > 0) return [...found];
  throw new UsageError(
    `Cannot use plugin "${specifier}": it exports no definition; export what defineMethod, ` +
      `defineDataset, defineNetwork, defineMetric, defineStudy, defineSection or defineHparams returns`,
  );
}

/** How long a module may take to be fetched and to come to its end. */
const LOADING_MS = 60_000;

/**
 * The exports of a module. One that awaits for ever would end the command without a word, or never; one
 * that loops has the process ended.
 *
 * @param ms How long it may take.
 * @throws {Error} When it takes longer, or as the module does.
 */
export async function imported(
  specifier: string,
  ms = LOADING_MS,
): Promise<Readonly<Record<string, unknown>>> {
  const late = `it has not come to its end in ${ms / 1000} s`;
  const sentence = `Cannot load plugin "${specifier}": ${late}; see which loop of it never ends.`;
  return await withinLimit(() => awaited(specifier, ms, late), ms, sentence);
}

async function awaited(specifier: string, ms: number, late: string) {
  const waiting = Promise.withResolvers<never>();
  const timer = setTimeout(() => waiting.reject(new Error(`${late}; see what it awaits`)), ms);
  try {
    return await Promise.race([import(specifier), waiting.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a value means to be a definition: whether it is whole is looked at later. */
function isDefinition(value: unknown): value is Definition {
  if (typeof value !== "object" || value === null) return false;
  const { kind } = value as Partial<Definition>;
  return typeof kind === "string" && Object.hasOwn(LISTS, kind);
}

/** Why a module could not be loaded, with the line where that is known. */
function reasonOf(error: unknown, specifier: string): string {
  if (!(error instanceof Error)) return String(error);
  const reason = error.message.split("\n")[0]!;
  const line = error.stack?.split("\n").map((frame) =>
    /(\w+:\/\/[^\s()]+:\d+):\d+/.exec(frame)?.[1]
  )
    .find((place) => place?.startsWith(specifier));
  return line === undefined || reason.includes(line) ? reason : `${reason} (${line})`;
}

async function hashOf(specifier: string): Promise<string> {
  const { protocol } = new URL(specifier);
  const isSource = protocol === "file:" || protocol === "https:" || protocol === "http:";
  const source = isSource
    ? new Uint8Array(await (await fetch(specifier)).arrayBuffer())
    : import.meta.resolve(specifier);
  return createHash("sha256").update(source).digest("hex");
}
