/**
 * The runs of a store as a reader thinks of them: data sets, methods, seeds.
 *
 * @module
 */
import { mean, sampleStandardDeviation } from "simple-statistics";
import type { RunSpec } from "../../bench/records/record.ts";
import type { Digest } from "../digest.ts";
import type { Run, Store } from "../folder.ts";

/** What programs know by a name and readers by a title. */
export interface Named {
  /** For programs: lower case. */
  readonly name: string;
  /** For readers. */
  readonly title: string;
}

/** Everything that was planned for one data set. */
export interface DatasetResults {
  /** As on the command line. */
  readonly name: string;
  /** The data set's title; its name while no run is finished. */
  readonly title: string;
  /** It is one of several tables of its data set, and so no further data set. */
  readonly apart: boolean;
  /** Facts of the data; null while no run is finished. */
  readonly data: Digest["data"] | null;
  /** Every planned seed, ascending. */
  readonly seeds: readonly number[];
  /** In the manifest's order, families together. */
  readonly methods: readonly MethodResults[];
}

/** The runs of one method on one data set. */
export interface MethodResults {
  /** The run's name, with the settings that tell it from others of the same name. */
  readonly label: string;
  /** What a reader sees: like the label, with the method's title in place of its name. */
  readonly title: string;
  /** The run's name: `erm`, or `boda+crt` for two stages. */
  readonly name: string;
  /** Where methods are told apart by it; null where every data set has one network. */
  readonly network: Named | null;
  /** Null while no run of the method is finished on any data set. */
  readonly about: Digest["method"] | null;
  /** That of its first run: the others differ in the seed alone. */
  readonly spec: RunSpec;
  /** One a seed of the data set; null where a seed was not planned. */
  readonly runs: readonly (Run | null)[];
}

/** Mean and spread of a figure over seeds. */
export interface Estimate {
  /** Over the seeds that have a value. */
  readonly mean: number;
  /** Sample standard deviation (ddof 1); null for one seed. */
  readonly sd: number | null;
  /** How many seeds have a value. */
  readonly n: number;
}

/**
 * Arranges a store by data set and method, in the manifest's order. Where it has several networks on
 * one data set, a method on each of them is a method of its own.
 *
 * @param networks Definitions, for their titles.
 */
export function arrange(store: Store, networks: readonly Named[] = []): DatasetResults[] {
  const about = new Map<string, Digest["method"]>();
  for (const run of store.runs) if (run.digest) about.set(run.name, run.digest.method);
  const titles = distinctTitles(about);
  const datasets = [...groupBy(store.runs, tableOf)];
  const several = datasets.some(([, runs]) => new Set(runs.map(networkOf)).size > 1);
  const widthOf = partialWidths(store.runs);
  const networkNamed = (name: string): Named => {
    const { title } = networks.find((network) => network.name === name) ?? { title: name };
    const width = widthOf.get(name);
    if (width === undefined) return { name, title };
    return { name: `${name}:${width}`, title: `${title} (width ${width})` };
  };
  return datasets.map(([name, runs]) => {
    const seeds = [...new Set(runs.map((run) => run.spec.seed))].sort((a, b) => a - b);
    const data = runs.find((run) => run.digest)?.digest?.data ?? null;
    const identity = (run: Run) => JSON.stringify([run.name, several && networkOf(run)]);
    const methods = [...groupBy(runs, identity).values()].flatMap((runs) => {
      const { name } = runs[0]!;
      const network = several ? networkNamed(networkOf(runs[0]!)) : null;
      return variantsOf(runs, seeds).map(({ suffix, ...variant }): MethodResults => ({
        label: name + (network ? ` × ${network.name}` : "") + suffix,
        title: (titles.get(name) ?? name) + (network ? ` × ${network.title}` : "") + suffix,
        name,
        network,
        about: about.get(name) ?? null,
        ...variant,
      }));
    });
    const families = groupBy(behindFirstStages(methods), family);
    return {
      name,
      title: tableTitle(runs[0]!, data),
      apart: runs[0]!.apart !== null,
      data,
      seeds,
      methods: [...families.values()].flat(),
    };
  });
}

/**
 * What programs call the table that a run stands in: its data set, with what is said of it where
 * several folders have runs on it that cannot be compared.
 */
export function tableOf({ spec, apart }: Pick<Run, "spec" | "apart">): string {
  const { name } = spec.dataset;
  return apart === null ? name : `${name}-${apart.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-")}`;
}

/** What readers call the table that a run stands in. */
export function tableTitle(
  { spec, apart }: Pick<Run, "spec" | "apart">,
  data: Pick<Digest["data"], "title"> | null | undefined,
): string {
  const title = data?.title ?? spec.dataset.name;
  return apart === null ? title : `${title} (${apart})`;
}

/** The runs of one name that differ in nothing but the seed, and what tells them from the others. */
function variantsOf(runs: readonly Run[], seeds: readonly number[]) {
  const variants = [...groupBy(runs, ({ spec }) => JSON.stringify(withoutSeed(spec))).values()];
  const suffixes = distinguishingSuffixes(variants.map(([run]) => run!.spec));
  return variants.map((runs, i) => ({
    suffix: suffixes[i]!,
    spec: runs[0]!.spec,
    runs: seeds.map((seed) => runs.find((run) => run.spec.seed === seed) ?? null),
  }));
}

/** The network that a run's images go through. */
export function networkOf({ spec }: Pick<Run, "spec">): string {
  const { name, frozen } = spec.training.network;
  return frozen?.name ?? name;
}

/**
 * The widths of networks that do not have all their channels, where networks have different widths. A
 * network with several is left out: its runs are told apart by their settings.
 */
function partialWidths(runs: readonly Run[]): Map<string, number> {
  const widths = [...groupBy(runs, networkOf)].map(([name, runs]) =>
    [name, [...new Set(runs.map(({ spec }) => spec.training.network.width))]] as const
  );
  if (new Set(widths.flatMap(([, own]) => own)).size === 1) return new Map();
  return new Map(
    widths.flatMap(([name, [width, ...others]]) =>
      width === undefined || width === 1 || others.length > 0 ? [] : [[name, width] as const]
    ),
  );
}

/** The family of a method, in words; of one without a record, what has become of its runs. */
export function family({ about, runs }: MethodResults): string {
  if (about !== null) return about.family;
  return runs.some((run) => run?.state.status === "failed") ? "failed" : "not run yet";
}

/**
 * A test figure of a method by seed, as a fraction; null where there is none.
 *
 * @param key See `measure` in `store.ts`.
 */
export function scores(method: MethodResults, key: string): (number | null)[] {
  return method.runs.map((run) =>
    run?.state.status === "done" ? run.digest?.scores.get(key) ?? null : null
  );
}

/** Mean and standard deviation over the seeds that have a value; null without any. */
export function estimate(values: readonly (number | null)[]): Estimate | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return {
    mean: mean(known),
    sd: known.length > 1 ? sampleStandardDeviation(known) : null,
    n: known.length,
  };
}

/**
 * The methods that may be put in order: those with every seed that any method has. A method that is
 * still running, or that lost a seed, must not win by the seeds it happens to have.
 */
export function completeMethods({ methods, seeds }: DatasetResults): MethodResults[] {
  const finished = (method: MethodResults, place: number) =>
    method.runs[place]?.state.status === "done";
  const places = [...seeds.keys()].filter((place) =>
    methods.some((method) => finished(method, place))
  );
  return places.length === 0
    ? []
    : methods.filter((method) => places.every((place) => finished(method, place)));
}

/** Whether most finished runs of a method learned anything; true while none is finished. */
export function hasLearned({ runs }: Pick<MethodResults, "runs">): boolean {
  const known = runs.flatMap((run) =>
    run?.state.status === "done" ? [run.digest!.learned.learned] : []
  );
  return known.length === 0 || 2 * known.filter((learned) => learned).length > known.length;
}

/** Which seeds of a method lack a result and why, as `seed 3 failed (run 1a2b)`; null when none. */
export function missingSeedsNote(
  dataset: Pick<DatasetResults, "seeds">,
  method: Pick<MethodResults, "runs">,
): string | null {
  const causes = new Map<string, { seeds: number[]; ids: string[] }>();
  method.runs.forEach((run, i) => {
    if (run?.state.status === "done") return;
    const cause = run === null ? "not planned" : lackingCause(run);
    const { seeds, ids } = causes.get(cause) ?? { seeds: [], ids: [] };
    causes.set(cause, {
      seeds: [...seeds, dataset.seeds[i]!],
      ids: run === null ? ids : [...ids, run.id],
    });
  });
  if (causes.size === 0) return null;
  const many = (word: string, items: readonly (string | number)[]) =>
    `${word}${items.length > 1 ? "s" : ""} ${items.join(", ")}`;
  return [...causes].map(([cause, { seeds, ids }]) =>
    `${many("seed", seeds)} ${cause}${ids.length > 0 ? ` (${many("run", ids)})` : ""}`
  ).join("; ");
}

function lackingCause({ state }: Run): string {
  if (state.status === "failed") return "failed";
  return state.status === "diverged" ? `diverged at step ${state.step}` : "not run yet";
}

/** Groups items by a key, in order of first appearance. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** What the runs of one method have in common. */
export function withoutSeed(spec: RunSpec): unknown {
  const { seed: _, stage1, ...rest } = spec;
  return { ...rest, stage1: stage1 && withoutSeed(stage1) };
}

/** Titles by name; where two methods have the same one, with the name behind it. */
function distinctTitles(about: ReadonlyMap<string, Digest["method"]>): Map<string, string> {
  const byTitle = groupBy([...about], ([, { title }]) => title);
  return new Map(
    [...about].map(([name, { title }]) => [
      name,
      byTitle.get(title)!.length > 1 && title !== name ? `${title} [${name}]` : title,
    ]),
  );
}

/** Moves every method that is named after its first stage (`boda+crt`) behind that. */
function behindFirstStages(methods: readonly MethodResults[]): MethodResults[] {
  const own = ({ spec }: MethodResults) => JSON.stringify(withoutSeed(spec));
  const first = ({ name, spec }: MethodResults) =>
    spec.stage1 === null || name === spec.method.name
      ? null
      : JSON.stringify(withoutSeed(spec.stage1));
  const specs = new Set(methods.map(own));
  const roots = methods.filter((method) => !specs.has(first(method) ?? ""));
  const withSecondStages = (method: MethodResults): MethodResults[] => [
    method,
    ...methods.filter((other) => first(other) === own(method)).flatMap(withSecondStages),
  ];
  return roots.flatMap(withSecondStages);
}

/** What tells specs of one name apart: nothing for one, else the settings that differ. */
export function distinguishingSuffixes(specs: readonly RunSpec[]): string[] {
  if (specs.length === 1) return [""];
  const settings = specs.map((spec) => new Map(leaves(withoutSeed(spec))));
  const keys = new Set(settings.flatMap((map) => [...map.keys()]));
  const differing = [...keys].filter((key) =>
    new Set(settings.map((map) => map.get(key))).size > 1
  );
  return settings.map((map) => {
    const parts = differing.filter((key) => map.has(key)).map((key) =>
      `${key.split(".").at(-1)}=${map.get(key)}`
    );
    return ` (${parts.join(", ")})`;
  });
}

function leaves(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value !== "object" || value === null) return [[path.join("."), String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
