/**
 * A long-tailed split of a folder `domain/class/image` of the user's own.
 *
 * @module
 */
import { stringify } from "csv-stringify/sync";
import { stream } from "../../base/random.ts";
import { DataError } from "../../base/errors.ts";
import { requireClassName, requireDomainName } from "../names.ts";
import { type Across, acrossCounts } from "./across.ts";
import { holdOut } from "./hold_out.ts";
import { readImageFolder } from "./image_folder.ts";
import { type Profile, profileCounts } from "./longtail.ts";
import type { SplitRow } from "../formats/split_csv.ts";

/** How a folder is split. */
export interface OwnSplitSettings {
  /** One for all domains, or one for each in ascending order; `natural` keeps what there is. */
  readonly profiles: readonly (Profile | "natural")[];
  /** A long tail across the domains, in place of profiles. */
  readonly across?: Across | undefined;
  /** Shape of the tail across domains. */
  readonly shape?: number | undefined;
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
  /** Sentences about what of the folder is not in it, and what looks odd. */
  readonly notes: readonly string[];
}

/** Names of folders that look like splits rather than domains. */
const SPLIT_WORDS = /^(train|training|val|valid|validation|dev|test|testing)$/i;

/**
 * Splits a folder: images are held out by MDLT's rule, and of the rest every class keeps as many for
 * training as its domain's profile says, in ascending order of the classes' names.
 *
 * @throws {DataError} When the folder has no images, or too few for the profile or for a split that
 * can be trained on.
 */
export async function splitFolder(root: string, settings: OwnSplitSettings): Promise<OwnSplit> {
  const { profiles, across, seed, heldOut } = settings;
  const { domains, classes, images, leftOut } = await readImageFolder(root);
  domains.forEach(requireDomainName);
  classes.forEach(requireClassName);
  if (across === undefined && profiles.length !== 1 && profiles.length !== domains.length) {
    throw new DataError(
      `${profiles.length} profiles were given for the ${domains.length} domains of ${root} ` +
        `(${domains.join(", ")}); give one, or one for each.`,
    );
  }
  const rows = holdOut(images, heldOut, seed);
  domains.forEach((name, domain) =>
    requireSplits(name, rows.filter((row) => row.domain === domain), heldOut)
  );
  const have = domains.map((_, domain) =>
    classes.map((_, label) =>
      rows.filter((row) => row.domain === domain && row.label === label && row.split === "train")
        .length
    )
  );
  const acrossDomains = acrossOf(settings, have);
  const kept = domains.flatMap((name, domain) => {
    const own = rows.filter((row) => row.domain === domain);
    const train = Map.groupBy(own.filter(({ split }) => split === "train"), ({ label }) => label);
    const counts = acrossDomains?.[domain] ?? countsOf(
      profiles[domain % profiles.length]!,
      have[domain]!,
      settings,
      (label, least) =>
        new DataError(
          `The domain ${name} has ${have[domain]![label]} images of ${
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
  const words = domains.filter((name) => SPLIT_WORDS.test(name));
  const odd = words.length < 2 ? [] : [
    `${
      words.join(", ")
    } look like splits; they are taken for domains, since the folders are read ` +
    `as domain/class/image`,
  ];
  return { domains, classes, rows: kept, notes: [...leftOut.map((t) => `Left out: ${t}`), ...odd] };
}

/** Training images by a long tail across the domains; null without one. */
function acrossOf(
  { across, shape, head, seed }: OwnSplitSettings,
  have: readonly (readonly number[])[],
): number[][] | null {
  if (across === undefined) return null;
  const offered = have.map((row) => row.map((count) => Math.min(count, head ?? Infinity)));
  return acrossCounts(across, offered, {
    ...(shape !== undefined && { shape }),
    random: stream(seed, "across"),
  });
}

/** A domain that nothing is left of to train on, or to validate on, cannot be used. */
function requireSplits(name: string, rows: readonly SplitRow[], heldOut: number): void {
  const has = (split: SplitRow["split"]) => rows.some((row) => row.split === split);
  const largest = Math.max(
    ...Map.groupBy(rows, ({ label }) => label).values().map((cell) => cell.length),
  );
  if (!has("train") && largest > 3) {
    const fewer = Math.max(3, Math.floor(largest / 3));
    throw new DataError(
      `With ${heldOut} images held out of every class the domain ${name} keeps none to train on: ` +
        `its largest class has ${largest}; hold out fewer, such as --held-out ${fewer}.`,
    );
  }
  if (!has("train") || !has("validation")) {
    throw new DataError(
      `The domain ${name} has too few images to be split: its largest class has ${largest}, and ` +
        `four are needed, of which two are for the test, one for validation and one to train on.`,
    );
  }
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
