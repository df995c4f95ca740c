/**
 * Runs that saw other images of one name: they stand in tables of their own.
 *
 * @module
 */
import { imagesOf } from "../bench/records/data_seed.ts";
import type { Manifest } from "../bench/records/record.ts";
import type { Run } from "./folder.ts";

/** A run that is being read. */
type Reading = Omit<Run, "seconds">;

/**
 * The runs, with those that saw other images of one name told apart by them, and a sentence on each
 * name. A run that has no record goes with the images that the plan has now.
 */
export function dataApart(
  runs: readonly Reading[],
  { data = {} }: Pick<Manifest, "data">,
): { runs: readonly Reading[]; notes: string[] } {
  const notes: string[] = [];
  const labels = new Map<Reading, string>();
  const groups = Map.groupBy(
    runs.filter(({ spec }) => spec.imported === undefined),
    (run) =>
      JSON.stringify([run.apart, imagesOf(run.spec), run.spec.dataset, run.spec.training.network]),
  );
  // Networks see the same images, each in its own form: features, or pixels of its size.
  const forms = [...groups.values()].map((members) => ({
    members,
    seen: [...new Set(members.flatMap(({ digest }) => digest?.data.fingerprint ?? []))],
  }));
  for (const { members, seen } of forms.filter(({ seen }) => seen.length > 1)) {
    const images = imagesOf(members[0]!.spec);
    const usual = seen.includes(data[images] ?? "") ? data[images]! : seen[0]!;
    for (const run of members) {
      const own = `data ${(run.digest?.data.fingerprint ?? usual).slice(0, 8)}`;
      labels.set(run, run.apart === null ? own : `${run.apart}, ${own}`);
    }
    const each = seen.map((one) => {
      const count = members.filter(({ digest }) => digest?.data.fingerprint === one).length;
      return `${one.slice(0, 8)} (${count} ${count === 1 ? "run" : "runs"})`;
    });
    const note =
      `Images called ${images} were not the same for all runs, which therefore stand in ` +
      `tables of their own: ${each.join(", ")}.`;
    if (!notes.includes(note)) notes.push(note);
  }
  return {
    runs: runs.map((run) => ({ ...run, apart: labels.get(run) ?? run.apart })),
    notes,
  };
}
