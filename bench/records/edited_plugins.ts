/**
 * Finished runs that count although a plugin which they are made of has been edited since.
 *
 * @module
 */
import type { Catalogue } from "../catalogue.ts";
import type { PlannedRun } from "../plan/plan.ts";
import { type Folder, StoreError } from "./folder.ts";
import type { Plugin, RunSpec } from "./record.ts";

/** What of a catalogue says which plugins a run is made of. */
type Known = Pick<Catalogue, "methods" | "datasets" | "networks" | "plugins" | "origins">;

/** A sentence for every plugin that has been edited since some of the runs were trained with it. */
export async function editedPlugins(
  runs: readonly PlannedRun[],
  known: Known,
  folder: Folder,
): Promise<string[]> {
  const counts = new Map<string, number>();
  for (const { id, spec } of runs) {
    const now = pluginsOf(spec, known);
    const record = now.length === 0 ? null : await recordOf(folder, id);
    for (const { specifier, sha256 } of now) {
      const then = record?.plugins?.find((plugin) => plugin.specifier === specifier);
      if (then === undefined || then.sha256 === sha256) continue;
      counts.set(specifier, (counts.get(specifier) ?? 0) + 1);
    }
  }
  return [...counts].map(([specifier, count]) =>
    `${count} finished ${count === 1 ? "run" : "runs"} used an earlier form of ${specifier} and ` +
    `${count === 1 ? "is" : "are"} kept; raise its version or use another --out to train ` +
    `${count === 1 ? "it" : "them"} anew`
  );
}

/** The plugins that define a run's method, data set or network. */
function pluginsOf(
  { method, dataset, training: { network } }: RunSpec,
  { methods, datasets, networks, plugins, origins }: Known,
): Plugin[] {
  const names = [network.name, network.frozen?.name];
  const used = [
    ...methods.filter(({ name }) => name === method.name),
    ...datasets.filter(({ name }) => name === dataset.name),
    ...networks.filter(({ name }) => names.includes(name)),
  ].map((definition) => origins.get(definition));
  return plugins.filter(({ specifier }) => used.includes(specifier));
}

/** A record; null where there is none, or none that counts. */
async function recordOf(folder: Folder, id: string) {
  return await folder.record(id).catch((error) => {
    if (error instanceof StoreError) return null;
    throw error;
  });
}
