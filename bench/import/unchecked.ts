/**
 * Predictions of a data set that is not here: its images, domains and classes are those of the
 * files, which must agree with each other.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import type { DatasetDefinition, SplitName } from "../../datasets/dataset.ts";
import { NOT_DOMAINS } from "../../datasets/names.ts";
import type { RunRecord } from "../records/record.ts";
import { gathered, type Located } from "./checked.ts";
import { fingerprintOf } from "./images.ts";
import type { ForeignPredictions } from "./record.ts";
import { imageText, type Row, type RunRows } from "./rows.ts";

/** The name of the one domain of files that name none. */
const ONLY_DOMAIN = "images";

/** A run and the data that it saw. */
export interface UncheckedRun {
  readonly data: RunRecord["data"];
  readonly trainingUnknown: boolean;
  readonly test: ForeignPredictions[];
  readonly validation: ForeignPredictions[] | null;
}

/** Thresholds of shot groups where nothing says them: those of most data sets of the field. */
const USUAL_SHOTS = { many: 100, few: 20 };

/** What is known of the data beside the files. */
export interface AboutUnchecked {
  readonly name: string;
  readonly classes: readonly string[];
  /** Of the data set's definition, where there is one. */
  readonly definition?: DatasetDefinition | undefined;
}

/**
 * The domains that runs have, in order.
 *
 * @throws {DataError} When one is called like a summary over domains.
 */
export function domainsOf(
  runs: readonly (readonly RunRows[])[],
  { definition }: AboutUnchecked,
): string[] {
  const found = new Set<string>();
  for (const { rows } of runs.flat()) for (const row of rows) found.add(domainOf(row));
  const wrong = [...found].find((name) => NOT_DOMAINS.includes(name));
  if (wrong !== undefined || found.size > 1000) {
    throw new DataError(
      wrong === undefined
        ? `Cannot import ${found.size} domains: at most 1000 are taken.`
        : `Cannot import the domain "${wrong}": tables call a figure over all domains so; rename it.`,
    );
  }
  const names = [...found].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const known = definition?.domains ?? [];
  return names.every((name) => known.includes(name))
    ? known.filter((name) => found.has(name))
    : names;
}

/**
 * The predictions of a run.
 *
 * @throws {DataError} When an image is there twice, or there is no test image.
 */
export function uncheckedRun(
  parts: readonly RunRows[],
  domains: readonly string[],
  about: AboutUnchecked,
): UncheckedRun {
  const { classes, definition } = about;
  const numbers = new Map(domains.map((name, d) => [name, d]));
  const images: [name: string, label: number][] = [];
  const seen = new Set<string>();
  const places = (): Located[][] => domains.map(() => []);
  const of: Record<SplitName, Located[][]> = {
    train: places(),
    validation: places(),
    test: places(),
  };
  for (const part of parts) {
    for (const row of part.rows) {
      const domain = domainOf(row);
      const name = row.path || (row.place === undefined ? "" : `${domain}/${row.place}`);
      const key = `${row.split} ${name}`;
      if (name !== "" && seen.size === seen.add(key).size) {
        throw new DataError(
          `Cannot import ${part.table.file}: ${imageText(name, row.number)} is there twice ` +
            `(${part.method} with seed ${part.seed}).`,
        );
      }
      of[row.split][numbers.get(domain)!]!.push({ part, row: row.number });
      if (row.split === "test") {
        images.push([name || domain, part.predicted.labels[row.number]!]);
      }
    }
  }
  if (images.length === 0) {
    throw new DataError(
      `Cannot import ${parts[0]!.method} with seed ${parts[0]!.seed}: there is no test image.`,
    );
  }
  const counts = (split: SplitName) =>
    of[split].map((domain) => {
      const counts = classes.map(() => 0);
      for (const { part, row } of domain) counts[part.predicted.labels[row]!]!++;
      return counts;
    });
  const some = (split: SplitName) => of[split].some(({ length }) => length > 0);
  const predictions = (split: SplitName) =>
    of[split].map((domain) => gathered(domain, classes.length));
  return {
    data: {
      title: definition?.title ?? about.name,
      domains,
      classes,
      counts: { train: counts("train"), validation: counts("validation"), test: counts("test") },
      shots: definition?.shots ?? USUAL_SHOTS,
      fingerprint: fingerprintOf(about.name, images),
    },
    trainingUnknown: !some("train"),
    test: predictions("test"),
    validation: some("validation") ? predictions("validation") : null,
  };
}

/**
 * Looks whether two runs were tested on the same images of the same classes.
 *
 * @throws {DataError} When they were not; names an image.
 */
export function requireSameImages(
  first: readonly RunRows[],
  other: readonly RunRows[],
  classes: readonly string[],
): void {
  const [before, now] = [testImages(first), testImages(other)];
  const nameOf = (run: readonly RunRows[]) => `${run[0]!.method} with seed ${run[0]!.seed}`;
  const refuse = (reason: string) => new DataError(`Cannot import ${nameOf(other)}: ${reason}.`);
  for (const [name, labels] of now) {
    const then = before.get(name);
    if (then === undefined) {
      throw refuse(`${name} is a test image of it and none of ${nameOf(first)}`);
    }
    if (then.length !== labels.length) {
      const times = (found: readonly number[]) =>
        found.length === 1 ? "once" : `${found.length} times`;
      throw refuse(
        `${name} is there ${times(labels)} in it, and ${times(then)} in ${nameOf(first)}`,
      );
    }
    if (then.join() !== labels.join()) {
      throw refuse(
        `${name} is of the class ${classes[labels[0]!]} in it, and of ${classes[then[0]!]} in ` +
          `${nameOf(first)}`,
      );
    }
  }
  const missing = before.keys().find((name) => !now.has(name));
  if (missing === undefined) return;
  throw refuse(`${missing}, a test image of ${nameOf(first)}, is missing in it`);
}

/** Classes by what an image is called; images without names are counted by domain. */
function testImages(parts: readonly RunRows[]): Map<string, number[]> {
  const images = new Map<string, number[]>();
  for (const { rows, predicted } of parts) {
    for (const row of rows) {
      if (row.split !== "test") continue;
      const place = row.place === undefined ? "" : `/${row.place}`;
      const name = row.path || `${domainOf(row)}${place}`;
      const labels = images.get(name);
      if (labels) labels.push(predicted.labels[row.number]!);
      else images.set(name, [predicted.labels[row.number]!]);
    }
  }
  for (const labels of images.values()) labels.sort((a, b) => a - b);
  return images;
}

function domainOf({ domain }: Row): string {
  return domain || ONLY_DOMAIN;
}
