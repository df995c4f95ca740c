/**
 * TerraIncognita: wild animals, each domain a place where a camera trap stood.
 *
 * @module
 */
import { definePhotographs } from "../protocols/photographs.ts";

/** TerraIncognita in MDLT's split. */
export const terrainc = definePhotographs({
  name: "terrainc",
  title: "TerraInc-MLT",
  description: "Wild animals seen by camera traps at four places.",
  domains: ["location_100", "location_38", "location_43", "location_46"],
  classes: [
    "bird",
    "bobcat",
    "cat",
    "coyote",
    "dog",
    "empty",
    "opossum",
    "rabbit",
    "raccoon",
    "squirrel",
  ],
  shots: { many: 100, few: 25 },
  source: "Beery et al. 2018, Recognition in Terra Incognita; the small images of Caltech Camera " +
    "Traps (lila.science), sorted into folders by place and animal, and TerraIncognita.csv of the " +
    "MDLT repository.",
  published: {
    images: 24_330,
    largest: 4455,
    smallest: 0,
    train: 23_269,
    validation: 353,
    test: 708,
  },
  csv: "TerraIncognita.csv",
  folder: "terra_incognita",
});
