/**
 * Runs that saw other images of one name: they stand in tables of their own.
 *
 * @module
 */
import { imagesOf } from "../bench/records/data_seed.ts";
import { sha256Of } from "../bench/records/seal.ts";
import type { Manifest } from "../bench/records/record.ts";
import type { Run } from "./folder.ts";

/** A run that is being read. */
type Reading = Omit<Run, "seconds">;

/** What a run saw, as its record has it: the images, and how they are called, counted and grouped. */
interface Seen {
  readonly key: string;
  readonly fingerprint: string;
}

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
    seen: [
      ...new Map(members.flatMap((run) => seenBy(run) ?? []).map((one) => [one.key, one])).values(),
    ],
  }));
  for (const { members, seen } of forms.filter(({ seen }) => seen.length > 1)) {
    const images = imagesOf(members[0]!.spec);
    const usual = seen.find(({ fingerprint }) => fingerprint === data[images]) ?? seen[0]!;
    const short = shortNames(seen);
    for (const run of members) {
      const own = `data ${short.get((seenBy(run) ?? usual).key)}`;
      labels.set(run, run.apart === null ? own : `${run.apart}, ${own}`);
    }
    const each = seen.map(({ key }) => {
      const count = members.filter((run) => seenBy(run)?.key === key).length;
      return `${short.get(key)} (${count} ${count === 1 ? "run" : "runs"})`;
    });
    const others = new Set(seen.map(({ fingerprint }) => fingerprint)).size > 1;
    const what = others
      ? "were not the same for all runs"
      : "are named, counted or put into shot groups in several ways by their runs";
    const note = `Images called ${images} ${what}, which therefore stand in tables of their own: ` +
      `${each.join(", ")}.`;
    if (!notes.includes(note)) notes.push(note);
  }
  return {
    runs: runs.map((run) => ({ ...run, apart: labels.get(run) ?? run.apart })),
    notes,
  };
}

function seenBy({ digest }: Reading): Seen | null {
  if (digest === null) return null;
  const { fingerprint, domains, classes, shots, counts } = digest.data;
  const facts = JSON.stringify([fingerprint, domains, classes, [shots.many, shots.few], counts]);
  return { key: sha256Of(facts), fingerprint };
}

/** By key, the first digits of a fingerprint; of more, where those are not its own or no digits. */
function shortNames(seen: readonly Seen[]): ReadonlyMap<string, string> {
  const first = ({ fingerprint }: Seen) => fingerprint.slice(0, 8);
  return new Map(seen.map((one) => {
    const own = /^[0-9a-f]{8}$/.test(first(one)) &&
      seen.every((other) => other === one || first(other) !== first(one));
    return [one.key, own ? first(one) : one.key.slice(0, 8)];
  }));
}
