/**
 * What a set of photographs says of itself.
 *
 * @module
 */
import type { DatasetDefinition } from "../../dataset.ts";
import type { Sources } from "../../fetching/sources.ts";

/** What a set of photographs has of its own. */
export interface PhotographSet extends
  Pick<
    DatasetDefinition,
    | "name"
    | "title"
    | "description"
    | "shots"
    | "origin"
    | "published"
    | "large"
    | "training"
    | "plateaus"
  > {
  /** In ascending order, as the folders are called. */
  readonly domains: readonly string[];
  /** In the order of the CSV's labels. */
  readonly classes: readonly string[];
  /** The files that `data fetch` gets; left out where there is nothing to fetch. */
  readonly sources?: Omit<Sources, "folders">;
  /** What to do when the images are not here; to fetch them when left out. */
  readonly remedy?: string;
  /** The CSV in `--splits-dir`. */
  readonly csv: string;
  /** The folder of the images in `--data-dir`, or in a folder there with the data set's name. */
  readonly folder: string;
  /**
   * Too many to keep decoded: images are decoded when they are read, and looked for only then.
   * Otherwise they are decoded once and kept in a store.
   */
  readonly streamed?: boolean;
  /** How the images are split where the CSV is not found; left out, it is needed. */
  readonly fallbackSplit?: {
    /** Images held out of a full (domain, class) cell, see {@linkcode holdOut}. */
    readonly heldOut: number;
    /** Lists of a domain's images, beside the CSV's place or the images; else the folders count. */
    readonly lists: (domain: string) => readonly string[];
    /** A list of images to leave out, in the same places. */
    readonly duplicates: string;
  };
}
