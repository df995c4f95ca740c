/**
 * What a program is told of a run: one JSON file. It holds no label of a test image.
 *
 * @module
 */
import { z } from "zod";
import {
  type Dataset,
  type DatasetDefinition,
  IMAGE_KINDS,
  type SplitName,
} from "../../datasets/dataset.ts";
import type { PlannedRun } from "../plan/plan.ts";
import type { ImageFiles } from "./images.ts";

const labelled = z.array(z.object({
  path: z.string().describe("The image's file, absolute."),
  domain: z.int().nonnegative().describe("Number of its domain."),
  label: z.int().nonnegative().describe("Number of its class."),
})).describe("Images with their labels.");

/** The file that `{spec}` stands for. */
export const taskSchema = z.object({
  format: z.literal(1).describe("Raised when the meaning of a field changes."),
  run: z.string().describe("The run's id."),
  method: z.string().describe("What the run is called in tables."),
  seed: z.int().describe("Everything random should follow from it."),
  hyperparameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]))
    .describe("What was set with --set method.key=value."),
  dataset: z.object({
    name: z.string().describe("As on the command line."),
    title: z.string().describe("As in tables."),
    images: z.enum(IMAGE_KINDS).describe("Small digits, or photographs."),
    domains: z.array(z.string()).describe("Names of domains, in the order of their numbers."),
    classes: z.array(z.string()).describe("Names of classes, in the order of their numbers."),
    image_size: z.int().positive().describe("Height and width that the suite's own methods see."),
  }),
  training: z.object({
    steps: z.int().describe("Updates of the weights that the suite's own methods do."),
    batch: z.int().describe("Images of each domain in a step."),
    checkpoint_every: z.int().describe("Steps between two looks at the validation images."),
    learning_rate: z.number().describe("Adam's."),
    weight_decay: z.number().describe("Added to the gradient as weight_decay · w."),
    selection: z.string().describe("Which checkpoint's weights are tested."),
    network: z.object({
      name: z.string().describe("The network that the suite's own methods have."),
      width: z.number().describe("Factor on its channels."),
    }),
  }).describe("How the suite's own methods are trained beside it."),
  split: z.object({
    train: labelled,
    validation: labelled,
    test: z.array(labelled.element.omit({ label: true })).describe("Images without labels."),
  }),
  gpu: z.nullable(z.string()).describe("CUDA_VISIBLE_DEVICES; null where none is assigned."),
  threads: z.int().positive().describe("Threads that it should use."),
  output: z.object({
    folder: z.string().describe(
      "For files of its own, such as a state to continue from; it stays.",
    ),
    predictions: z.string().describe("Where the predictions must be written, as CSV."),
    curve: z.string().describe("Where a curve may be written, a JSON object a line."),
    result: z.string().describe("Where more may be said: the tested step, the environment."),
  }),
}).describe("A run that another program is to train.");

/** What a program is told of a run. */
export type Task = z.infer<typeof taskSchema>;

/** The files of a program's output. */
export type TaskOutput = Task["output"];

/** Tells a program what a run is. */
export function taskOf(
  { id, name, spec }: PlannedRun,
  definition: DatasetDefinition,
  dataset: Dataset,
  files: ImageFiles,
  output: TaskOutput,
): Task {
  const { training, method, seed, engine } = spec;
  const rows = (part: SplitName) =>
    dataset.domains.flatMap((domain, d) =>
      files[part][d]!.map((path, i) => ({ path, domain: d, label: domain[part].labels[i]! }))
    );
  const { title, images } = definition;
  return {
    format: 1,
    run: id,
    method: name,
    seed,
    hyperparameters: { ...method.hyperparameters },
    dataset: {
      ...{ name: dataset.name, title, images },
      domains: dataset.domains.map(({ name }) => name),
      classes: [...dataset.classes],
      image_size: spec.dataset.imageSize,
    },
    training: {
      steps: training.steps,
      batch: training.batch,
      checkpoint_every: training.checkpointEvery,
      learning_rate: training.learningRate,
      weight_decay: training.weightDecay,
      selection: training.selection,
      network: { name: training.network.name, width: training.network.width },
    },
    split: {
      train: rows("train"),
      validation: rows("validation"),
      // In the order of their names, which says nothing of their classes.
      test: rows("test").map(({ path, domain }) => ({ path, domain }))
        .sort((a, b) => a.path < b.path ? -1 : 1),
    },
    gpu: Deno.env.get("CUDA_VISIBLE_DEVICES") ?? null,
    threads: engine.threads,
    output,
  };
}
