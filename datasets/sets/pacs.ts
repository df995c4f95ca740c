/**
 * PACS: seven classes as paintings, cartoons, photographs and sketches.
 *
 * @module
 */
import type { DatasetDefinition } from "../dataset.ts";
import { definePhotographs } from "../protocols/photographs.ts";

/** PACS in MDLT's split. */
export const pacs: DatasetDefinition = definePhotographs({
  name: "pacs",
  title: "PACS-MLT",
  description: "Animals and things as paintings, cartoons, photographs and sketches.",
  domains: ["art_painting", "cartoon", "photo", "sketch"],
  classes: ["dog", "elephant", "giraffe", "guitar", "horse", "house", "person"],
  shots: { many: 100, few: 20 },
  source: "Li et al. 2017, Deeper, Broader and Artier Domain Generalization; PACS.zip of the " +
    "authors, whose folder `kfold` becomes `PACS`, and PACS.csv of the MDLT repository.",
  published: { images: 9991, largest: 741, smallest: 5, train: 7891, validation: 700, test: 1400 },
  csv: "PACS.csv",
  folder: "PACS",
});
