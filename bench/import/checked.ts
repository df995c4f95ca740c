/**
 * Predictions held to a data set's split: every image of it, each once, with its class.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import { imageName, type SplitName } from "../../datasets/dataset.ts";
import type { KnownImages } from "./images.ts";
import type { ForeignPredictions } from "./record.ts";
import { imageText, type Row, type RunRows } from "./rows.ts";

/** An image of a data set. */
interface Place {
  readonly domain: number;
  readonly split: SplitName;
  readonly index: number;
}

/** Finds the images of a data set by what files call them. */
export class ImageIndex {
  readonly #byName = new Map<string, Place>();

  constructor(readonly images: KnownImages) {
    for (const [d, domain] of images.listing.entries()) {
      for (const split of ["train", "validation", "test"] as const) {
        for (let i = 0; i < domain[split].labels.length; i++) {
          this.#byName.set(imageName(domain, split, i), { domain: d, split, index: i });
        }
      }
    }
  }

  /** By a path that may begin with folders in which the images lie somewhere else. */
  find(path: string): Place | undefined {
    let rest = path;
    for (;;) {
      const found = this.#byName.get(rest);
      const slash = rest.indexOf("/");
      if (found !== undefined || slash < 0) return found;
      rest = rest.slice(slash + 1);
    }
  }

  /** By its name or number, `2` or `env2`. */
  domain(text: string): number {
    const { listing } = this.images;
    const named = listing.findIndex(({ name }) => name.toLowerCase() === text.toLowerCase());
    const [, number] = /^(?:env)?(\d{1,3})$/.exec(text) ?? [];
    return named >= 0
      ? named
      : number !== undefined && Number(number) < listing.length
      ? Number(number)
      : -1;
  }
}

/**
 * The predictions of a run in the order of the data set.
 *
 * @param parts Its rows, a table each.
 * @returns By split; null where it predicts nothing of the validation images.
 * @throws {DataError} When an image is not of the split, missing, doubled, or of another class.
 */
export function checkedPredictions(
  parts: readonly RunRows[],
  index: ImageIndex,
): { test: ForeignPredictions[]; validation: ForeignPredictions[] | null } {
  const { listing, definition } = index.images;
  const run = `${parts[0]!.method} with seed ${parts[0]!.seed}`;
  const found = listing.map(({ validation, test }) => ({
    validation: new Array<Located | undefined>(validation.labels.length),
    test: new Array<Located | undefined>(test.labels.length),
  }));
  const given = { validation: 0, test: 0 };
  const counter = new Counter();
  for (const part of parts) {
    for (const row of part.rows) {
      if (row.split === "train") continue;
      const refuse = (reason: string) =>
        new DataError(
          `Cannot import ${part.table.file}: ${reason} (${run}, row ${row.number + 1}).`,
        );
      const { domain, split, index: i } = placeOf(row, index, counter, refuse);
      const name = imageName(listing[domain]!, split, i);
      const label = part.predicted.labels[row.number]!;
      const truth = listing[domain]![split].labels[i]!;
      if (label !== truth) {
        const { classes } = definition;
        throw refuse(
          `it says that ${name} is of the class ${
            classes[label]
          }, and in ${definition.name} it is ` +
            `of the class ${classes[truth]}`,
        );
      }
      const own = found[domain]![split as "validation" | "test"];
      if (own[i] !== undefined) throw refuse(`${name} is predicted twice`);
      own[i] = { part, row: row.number };
      given[split as "validation" | "test"]++;
    }
  }
  const of = (split: "validation" | "test") =>
    found.map((domain, d) => {
      const missing = indexOfHole(domain[split]);
      if (missing < 0) return gathered(domain[split] as Located[], definition.classes.length);
      const lacking = found.reduce((sum, domain) => sum + holes(domain[split]), 0);
      throw new DataError(
        `Cannot import ${run} from ${parts.map(({ table }) => table.file).join(", ")}: of the ` +
          `${split} images of ${definition.name} ${lacking} have no prediction, ` +
          `${imageName(listing[d]!, split, missing)} first.`,
      );
    });
  if (given.test === 0) {
    throw new DataError(
      `Cannot import ${run} from ${parts.map(({ table }) => table.file).join(", ")}: there is no ` +
        `prediction for a test image of ${definition.name}.`,
    );
  }
  return { test: of("test"), validation: given.validation > 0 ? of("validation") : null };
}

/** Where the prediction for an image stands. */
export interface Located {
  readonly part: RunRows;
  readonly row: number;
}

/** The predictions at some places, in their order. */
export function gathered(places: readonly Located[], classes: number): ForeignPredictions {
  const take = (of: (located: Located) => number | undefined) =>
    places.map((located) => of(located)!);
  const sure = places.every(({ part }) => part.predicted.confidence !== undefined);
  const whole = places.every(({ part }) => part.predicted.probabilities !== undefined);
  const probabilities = new Float64Array(whole ? places.length * classes : 0);
  if (whole) {
    places.forEach(({ part, row }, i) =>
      probabilities.set(
        part.predicted.probabilities!.subarray(row * classes, (row + 1) * classes),
        i * classes,
      )
    );
  }
  return {
    labels: take(({ part, row }) => part.predicted.labels[row]),
    predicted: take(({ part, row }) => part.predicted.predicted[row]),
    ...(sure && { confidence: take(({ part, row }) => part.predicted.confidence![row]) }),
    ...(whole && { probabilities }),
  };
}

/** Numbers the rows of each domain and split. */
class Counter {
  readonly #counts = new Map<string, number>();

  next(key: string): number {
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return count;
  }
}

/** The image of a row: by its path, its number, or the order of the rows. */
function placeOf(
  row: Row,
  index: ImageIndex,
  counter: Counter,
  refuse: (reason: string) => Error,
): Place {
  const { definition, listing } = index.images;
  const domain = row.domain === undefined ? undefined : index.domain(row.domain);
  if (domain === -1) {
    throw refuse(
      `the domain "${row.domain}" is none of ${definition.name} (${
        listing.map(({ name }) => name).join(", ")
      })`,
    );
  }
  if (row.path !== undefined && row.path !== "") {
    const place = index.find(row.path);
    if (place === undefined) {
      throw refuse(`${row.path} is no image of ${definition.name} in the split that is here`);
    }
    if (place.split !== row.split) {
      throw refuse(
        `${row.path} is a ${place.split} image of ${definition.name} and no ${row.split} image`,
      );
    }
    if (domain !== undefined && domain !== place.domain) {
      throw refuse(
        `it says that ${row.path} is of the domain ${row.domain}, and in ${definition.name} it is ` +
          `of ${listing[place.domain]!.name}`,
      );
    }
    return place;
  }
  if (domain === undefined) {
    throw refuse(
      `nothing says which image ${imageText(row.path, row.number)} is: neither its path ` +
        `nor its domain`,
    );
  }
  const place = row.place ?? counter.next(`${domain} ${row.split}`);
  const { length } = listing[domain]![row.split].labels;
  if (place >= length) {
    throw refuse(
      `there is no ${row.split} image number ${place} in the domain ${listing[domain]!.name} of ` +
        `${definition.name}, which has ${length}`,
    );
  }
  return { domain, split: row.split, index: place };
}

function indexOfHole(places: readonly (Located | undefined)[]): number {
  for (let i = 0; i < places.length; i++) if (places[i] === undefined) return i;
  return -1;
}

function holes(places: readonly (Located | undefined)[]): number {
  let count = 0;
  for (let i = 0; i < places.length; i++) if (places[i] === undefined) count++;
  return count;
}
