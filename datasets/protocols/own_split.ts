/**
 * A long-tailed split of a folder `domain/class/image` of the user's own.
 *
 * @module
 */
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { stream } from "../../base/random.ts";
import { DataError } from "../../base/errors.ts";
import { subfolders } from "../../base/files.ts";
import { holdOut, listImages } from "./hold_out.ts";
import { type Profile, profileCounts } from "./longtail.ts";
import type { SplitRow } from "../formats/split_csv.ts";

/** How a folder is split. */
export interface OwnSplitSettings {
  /** One for all domains, or one for each in ascending order; `natural` keeps what there is. */
  readonly profiles: readonly (Profile | "natural")[];
  /** Smallest class relative to the largest. */
  readonly factor: number;
  /** Training images of the largest class; left out, as many as the profile allows. */
  readonly head?: number | undefined;
  /** Images held out of every (domain, class) cell: a third for validation, the others for the test. */
  readonly heldOut: number;
  readonly seed: number;
}

/** A split and what it is of. */
export interface OwnSplit {
  readonly domains: readonly string[];
  readonly classes: readonly string[];
  readonly rows: readonly SplitRow[];
}

/**
 * Splits a folder: images are held out by MDLT's rule, and of the rest every class keeps as many for
 * training as its domain's profile says, in ascending order of the classes' names.
 *
 * @throws {DataError} When the folder has no images, or too few for the profile.
 */
export async function splitFolder(root: string, settings: OwnSplitSettings): Promise<OwnSplit> {
  const { profiles, seed } = settings;
  const domains = await subfolders(root);
  const found = await Promise.all(domains.map((domain) => subfolders(join(root, domain))));
  const classes = [...new Set(found.flat())].sort();
  if (domains.length === 0 || classes.length === 0) {
    throw new DataError(`${root} has no folders domain/class with images.`);
  }
  if (profiles.length !== 1 && profiles.length !== domains.length) {
    throw new DataError(
      `${profiles.length} profiles were given for the ${domains.length} domains of ${root} ` +
        `(${domains.join(", ")}); give one, or one for each.`,
    );
  }
  const rows = holdOut(await listImages(root, domains, classes), settings.heldOut, seed);
  const kept = domains.flatMap((name, domain) => {
    const own = rows.filter((row) => row.domain === domain);
    const train = Map.groupBy(own.filter(({ split }) => split === "train"), ({ label }) => label);
    const have = classes.map((_, label) => train.get(label)?.length ?? 0);
    const counts = countsOf(
      profiles[domain % profiles.length]!,
      have,
      settings,
      (label, least) =>
        new DataError(
          `The domain ${name} has ${have[label]} images of ${
            classes[label]
          } to train on where its ` +
            `profile asks for ${least}; lower the head, the number held out, or take natural.`,
        ),
    );
    const chosen = new Set([...train].flatMap(([label, cell]) => {
      const order = stream(seed, "long tail", domain, label).permutation(cell.length);
      return order.slice(0, counts[label]).map((i) => cell[i]!);
    }));
    return own.filter((row) => row.split !== "train" || chosen.has(row));
  });
  return { domains, classes, rows: kept };
}

/** Training images of every class of a domain. */
function countsOf(
  profile: Profile | "natural",
  have: readonly number[],
  { factor, head }: OwnSplitSettings,
  tooFew: (label: number, least: number) => DataError,
): readonly number[] {
  if (profile === "natural") return have;
  const shares = profileCounts(profile, have.length, 1e6, factor).map((count) => count / 1e6);
  // MDLT's step profile forgets a class when their number is odd; here it belongs to the tail.
  while (shares.length < have.length) {
    if (profile === "inv_step") shares.unshift(factor);
    else shares.push(factor);
  }
  // The class that has least for its share bounds the head.
  const bounds = have.map((count, label) => Math.floor((count + 1e-9) / shares[label]!));
  const largest = head ?? Math.min(...bounds);
  if (largest === 0) throw tooFew(bounds.indexOf(0), 1);
  const counts = shares.map((share) => Math.floor(largest * share + 1e-9));
  counts.forEach((count, label) => {
    if (count > have[label]!) throw tooFew(label, count);
  });
  return counts;
}

/** The split file of a split. */
export function splitCsv({ domains, rows }: OwnSplit): string {
  const names = { train: "train", validation: "val", test: "test" };
  return stringify(
    rows.map(({ domain, label, path, split }) => [domains[domain], label, path, names[split]]),
    { header: true, columns: ["env", "label", "path", "split"] },
  );
}
