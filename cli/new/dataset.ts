/**
 * A new data set.
 *
 * @module
 */
import { DATASETS } from "../../datasets/mod.ts";
import { METHODS } from "../../methods/mod.ts";
import type { Template } from "./template.ts";

/** Bars that are drawn in code. */
export const dataset: Template = {
  kind: "dataset",
  folder: "datasets/sets",
  tests: "tests/datasets",
  extension: "ts",
  registry: { file: "datasets/mod.ts", list: "DATASETS" },
  separator: "-",
  taken: [...METHODS, ...DATASETS],
  source: ({ name, title }, from) =>
    `/**
 * ${title}: what the images are. For now: bars at three heights by day and by night, drawn in code.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Random, stream } from "${from("base/random.ts")}";
import { type Dataset, defineDataset, type LoadOptions } from "${from("datasets/dataset.ts")}";
import type { Split, SplitName } from "${from("datasets/dataset.ts")}";
import { memorySplit } from "${from("datasets/reading/memory.ts")}";
import { requireImageSize } from "${from("datasets/settings.ts")}";

const NAME = "${name}";
const SIZE = 28;
const DOMAINS = ["day", "night"] as const;
const CLASSES = ["bottom", "middle", "top"];

/** Images of each class; to train on, the head of one domain is the tail of the other. */
const COUNTS = {
  train: [[60, 20, 5], [5, 20, 60]],
  validation: [[10, 10, 10], [10, 10, 10]],
  test: [[20, 20, 20], [20, 20, 20]],
};

export default defineDataset({
  name: NAME,
  title: "${title}",
  description: "Bars at three heights, by day and by night.",
  images: "digits",
  domains: DOMAINS,
  classes: CLASSES,
  shots: { many: 50, few: 10 },
  origin: "Drawn in code; nothing to download.",
  settings: {},
  locate: () => Promise.resolve({ here: true, where: "drawn in code" }),
  counts: () => Promise.resolve(COUNTS),
  load: (options) => Promise.resolve().then(() => load(options)),
});

function load(options: LoadOptions): Dataset {
  requireImageSize(NAME, SIZE, options);
  const hash = createHash("sha256"); // another one whenever the images change
  const split = (part: SplitName, domain: number): Split => {
    const labels = COUNTS[part][domain]!.flatMap((count, c) => new Array<number>(count).fill(c));
    const pixels = draw(labels, domain, stream(0, \`\${NAME} \${part} \${domain}\`));
    hash.update(pixels);
    return memorySplit(pixels, Uint16Array.from(labels));
  };
  const domains = DOMAINS.map((name, d) => ({
    name,
    train: split("train", d),
    validation: split("validation", d),
    test: split("test", d),
  }));
  const fingerprint = hash.digest("hex");
  const inputShape = [SIZE, SIZE, 3];
  return { name: NAME, domains, classes: CLASSES, inputShape, fingerprint };
}

/** The pixels of images of a domain, \`[images, height, width, 3]\` flattened. */
function draw(labels: readonly number[], domain: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: labels.length * SIZE * SIZE * 3 }, (_, i) => {
    const image = Math.floor(i / (SIZE * SIZE * 3));
    const row = Math.floor(i / (SIZE * 3)) % SIZE;
    const [background, bar] = domain === 0 ? [160, 60] : [10, 110];
    const top = 18 - 8 * labels[image]!;
    return (row >= top && row < top + 8 ? bar! : background!) + random.integer(60);
  });
}
`,
  test: ({ identifier }, own, from) =>
    `import ${identifier} from "${own}";
import { datasetConformance } from "${from("testing/dataset.ts")}";

await datasetConformance(${identifier});
`,
  tryIt: (name) => `bench --preset smoke --methods erm,crt --datasets ${name}`,
};
