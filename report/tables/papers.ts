/**
 * What captions say of runs that are not of the papers' size.
 *
 * @module
 */
import { type Preset, preset } from "../../bench/plan/presets.ts";
import type { TrainingSettings } from "../../bench/records/record.ts";
import { type DatasetResults, groupBy } from "../analysis/arrange.ts";
import { type Definitions, ownValues } from "../analysis/papers.ts";
import { distinct } from "./format.ts";

/**
 * Steps and batches of a data set's runs beside those of the paper, and every hyperparameter that
 * has another value than in its method's paper.
 */
export function besidePapers(dataset: DatasetResults, definitions: Definitions): string {
  // An imported run may not say them.
  const training = dataset.methods.map(({ spec }) => spec.training)
    .filter(({ batch }) => batch > 0);
  if (training.length === 0) return "the files do not say how long was trained.";
  const steps = distinct(training.map(({ steps }) => steps)).join("/");
  const batch = distinct(training.map(({ batch }) => batch)).join("/");
  const own = `${steps} steps of ${batch} images a domain`;
  const definition = definitions.datasets.find(({ name }) => name === dataset.name);
  const paper = definition && preset("paper", definition);
  const size = [
    paper === undefined || own === `${paper.steps} steps of ${paper.batch} images a domain`
      ? own
      : `${own} (the paper: ${paper.steps} of ${paper.batch})`,
    ...(paper === undefined ? [] : otherwise(training, paper)),
  ].join(", ") + ".";
  const values = [...groupBy(ownValues(dataset, definitions), ({ method }) => method)]
    .map(([method, values]) =>
      `${method} ${values.map(({ key, value, paper }) => `${key} ${value} (${paper})`).join(", ")}`
    );
  if (values.length === 0) return size;
  return `${size} Hyperparameters that have other values than in the methods' papers (in ` +
    `brackets), for runs of this size or because they were set: ${values.join("; ")}.`;
}

/** In which network and at what rate some runs learn, where the paper's do otherwise. */
function otherwise(
  training: readonly Pick<TrainingSettings, "network" | "learningRate">[],
  paper: Preset,
): string[] {
  const networkOf = ({ network: { name, width, frozen } }: Pick<TrainingSettings, "network">) =>
    `${name} × ${width}${frozen ? ` on ${frozen.name}` : ""}`;
  const about = [
    ["network", training.map(networkOf), networkOf(paper)],
    ["learning rate", training.map(({ learningRate }) => `${learningRate}`), paper.learningRate],
  ] as const;
  return about.flatMap(([what, own, theirs]) => {
    const used = distinct(own).join("/");
    return used === `${theirs}` ? [] : [`${what} ${used} (${theirs})`];
  });
}
