/**
 * VLCS: five classes from four older collections of photographs.
 *
 * @module
 */
import { googleDrive, mdltSplit } from "../fetching/sources.ts";
import { definePhotographs } from "../protocols/photographs/define.ts";

const DOMAINS = ["Caltech101", "LabelMe", "SUN09", "VOC2007"];

/** VLCS in MDLT's split. */
export const vlcs = definePhotographs({
  name: "vlcs",
  title: "VLCS-MLT",
  description: "Photographs of everyday things from four collections.",
  domains: DOMAINS,
  classes: ["bird", "car", "chair", "dog", "person"],
  shots: { many: 100, few: 20 },
  origin: "Fang et al. 2013, Unbiased Metric Learning; VLCS.tar.gz as DomainBed hands it out " +
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
  sources: {
    files: [
      {
        path: "VLCS.tar.gz",
        urls: [googleDrive("1skwblH1_okBwxWxmRsp9_qi15hyPpxg8")],
        md5: "8870171eba660927d9668f4e515928e4",
        copies: [googleDrive("1yDuLrJdPSvMbTmpq-7XmwG0HnJengD-T")],
        unpack: { to: "VLCS", holding: DOMAINS },
      },
      mdltSplit("VLCS.csv", {
        bytes: 710_243,
        sha256: "5bbbb7373c619f125b4e98c1f2f2f5678cefc40fd6dd95fab256202677d51c8e",
      }),
    ],
  },
});
