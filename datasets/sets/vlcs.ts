/**
 * VLCS: five classes from four older collections of photographs.
 *
 * @module
 */
import { definePhotographs } from "../protocols/photographs.ts";

/** VLCS in MDLT's split. */
export const vlcs = definePhotographs({
  name: "vlcs",
  title: "VLCS-MLT",
  description: "Photographs of everyday things from four collections.",
  domains: ["Caltech101", "LabelMe", "SUN09", "VOC2007"],
  classes: ["bird", "car", "chair", "dog", "person"],
  shots: { many: 100, few: 20 },
  source: "Fang et al. 2013, Unbiased Metric Learning; VLCS.tar.gz as DomainBed hands it out " +
    "(the file names of other copies differ), and VLCS.csv of the MDLT repository.",
  published: {
    images: 10_729,
    largest: 1454,
    smallest: 0,
    train: 9872,
    validation: 285,
    test: 572,
  },
  csv: "VLCS.csv",
  folder: "VLCS",
});
