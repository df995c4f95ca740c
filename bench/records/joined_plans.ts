/**
 * Plans of several output folders as one: whose runs may stand in one table, and whose may not.
 *
 * @module
 */
import type { Refused } from "./door.ts";
import { canonical } from "./run_id.ts";
import type { Manifest, RunSpec } from "./record.ts";

/** A plan as a reader of one folder, or of several, sees it. */
export interface Plan {
  /** Every run that is planned and can be used, once. */
  readonly manifest: Manifest;
  /** Runs that are planned and cannot be used. */
  readonly refused: readonly Refused[];
  /**
   * By run id, what tells its table from others of the same data set: `preset paper`. Empty where every
   * data set has one table.
   */
  readonly apart: ReadonlyMap<string, string>;
  /** Sentences on what a reader of several folders must know. */
  readonly notes: readonly string[];
}

/** A folder with its plan. */
export interface PlannedFolder {
  /** Its path. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly refused?: readonly Refused[];
}

/** What runs must share to stand in one table, in words. */
type Conditions = Readonly<Record<string, string>>;

/**
 * One plan of several: every run once in each place that it has. Runs of one data set whose folders differ in preset, data or
 * sizes are told apart, and a note says in what.
 */
export function joinPlans(folders: readonly PlannedFolder[]): Plan {
  // A run may stand among the methods and in several places of studies, in each under a name.
  const place = ({ id, name, study }: Manifest["runs"][number]) =>
    canonical([id, name, study ?? null]);
  const runs = new Map(
    folders.flatMap(({ manifest }) => manifest.runs.map((run) => [place(run), run] as const)),
  );
  const { apart, notes } = tellApart(folders);
  const manifests = folders.map(({ manifest }) => manifest);
  const doubles = manifests.reduce((sum, manifest) => sum + manifest.runs.length, 0) - runs.size;
  const plugins = new Map(
    manifests.flatMap((m) => m.plugins ?? []).map((plugin) => [canonical(plugin), plugin]),
  );
  const { search: _, ...first } = manifests[0]!;
  const searches = new Set(manifests.map(({ search }) => canonical(search ?? null)));
  return {
    manifest: {
      ...first,
      createdAt: manifests.map(({ createdAt }) => createdAt).sort().at(-1)!,
      preset: [...new Set(manifests.map(({ preset }) => preset))].join(" and "),
      runs: [...runs.values()],
      data: Object.assign({}, ...manifests.map(({ data }) => data ?? {})),
      ...(plugins.size > 0 && { plugins: [...plugins.values()] }),
      ...(searches.size === 1 && manifests[0]!.search && { search: manifests[0]!.search }),
    },
    refused: folders.flatMap(({ refused = [] }) => refused),
    apart,
    notes: [
      `Read from ${folders.length} folders: ${folders.map(({ folder }) => folder).join(", ")}.`,
      ...(doubles > 0
        ? [
          `${doubles} ${doubles === 1 ? "run is" : "runs are"} planned in several folders and ` +
          `counted once.`,
        ]
        : []),
      ...notes,
    ],
  };
}

/** The runs of data sets that folders have under different conditions. */
function tellApart(folders: readonly PlannedFolder[]): Pick<Plan, "apart" | "notes"> {
  const names = new Set(
    folders.flatMap(({ manifest }) => manifest.runs.map(({ spec }) => spec.dataset.name)),
  );
  const apart = new Map<string, string>();
  const notes: string[] = [];
  for (const name of names) {
    const having = folders.flatMap(({ folder, manifest }) => {
      const runs = manifest.runs.filter(({ spec }) => spec.dataset.name === name);
      return runs.length === 0 ? [] : [{ folder, runs, is: conditions(manifest, name) }];
    });
    const keys = [...new Set(having.flatMap(({ is }) => Object.keys(is)))];
    const differing = keys.filter((key) =>
      new Set(having.flatMap(({ is }) => is[key] ?? [])).size > 1
    );
    if (differing.length === 0) continue;
    for (const { runs, is } of having) {
      const label = said(differing, is);
      for (const { id } of runs) if (!apart.has(id)) apart.set(id, label);
    }
    const each = having.map(({ folder, is }) => `${folder} has ${said(differing, is)}`);
    notes.push(`Runs on ${name} are in tables of their own: ${each.join("; ")}.`);
  }
  return { apart, notes };
}

function said(keys: readonly string[], is: Conditions): string {
  const known = [...new Set(keys.flatMap((key) => is[key] ?? []))];
  return known.length === 0 ? "runs made elsewhere" : known.join(", ");
}

/** What the runs of a data set in one folder were made under; what is not known is left out. */
function conditions({ preset, search, data, runs }: Manifest, name: string): Conditions {
  // Of runs that were made elsewhere, no more is known than their images.
  const own = runs.filter(({ spec }) => spec.dataset.name === name && !spec.imported);
  const specs = own.map(({ spec }) => spec);
  const batchIsDrawn = search !== undefined || own.some(({ trial }) => trial !== undefined);
  const hashes = Object.entries(data ?? {})
    .filter(([images]) => images === name || images.startsWith(`${name} for seed `));
  const distinct = (what: string, of: (spec: RunSpec) => unknown) =>
    `${what} ${[...new Set(specs.map((spec) => String(of(spec))))].sort().join("/")}`;
  // The longest of a run's stages: a second one may have no steps of its own.
  const steps = (spec: RunSpec): number =>
    Math.max(spec.training.steps, spec.stage1 === null ? 0 : steps(spec.stage1));
  const images = Object.fromEntries(
    hashes.map(([images, hash]) => [`data ${images}`, `data ${hash.slice(0, 8)}`]),
  );
  if (own.length === 0) return images;
  return {
    preset: `preset ${preset}`,
    size: distinct("images of", ({ dataset }) => dataset.imageSize),
    ...Object.fromEntries(
      [...new Set(specs.flatMap(({ dataset }) => Object.keys(dataset.settings)))].map((key) => [
        key,
        distinct(`${key} =`, ({ dataset }) => dataset.settings[key]),
      ]),
    ),
    steps: distinct("steps", steps),
    ...(!batchIsDrawn && { batch: distinct("batch", ({ training }) => training.batch) }),
    selection: distinct("selection", ({ training }) => training.selection),
    search: search === undefined ? "untuned" : `tuned ${search.protocol} by ${search.by}`,
    ...images,
  };
}
