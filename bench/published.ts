/**
 * The form of every file that the suite writes for others, or reads from them, as JSON Schema. Of CSV
 * files it is the form of a row, whose numbers are numbers.
 *
 * @module
 */
import { z } from "zod";
import { curveLineSchema, resultSchema } from "./programs/output.ts";
import { taskSchema } from "./programs/task.ts";
import { FAILURE, jsonSchema, MANIFEST, RUN_RECORD } from "./records/schema.ts";

const index = z.int().nonnegative();
const empty = z.literal("");

/** A row of `results.csv`. */
const RESULT_ROW = z.strictObject({
  dataset: z.string().describe("The data set's name."),
  network: z.string().describe("The network that images go through."),
  method: z.string().describe("The method; first+second for two stages."),
  seed: index.describe("The run's seed."),
  split: z.enum(["validation", "test"]).describe("On which images."),
  domain: z.string().describe("A domain's name, average, worst or pooled."),
  metric: z.string().describe("As deno task metrics lists them."),
  value: z.number().describe("As computed: fractions are not in percent."),
});

/** A row of `predictions.csv`. */
const PREDICTION_ROW = z.strictObject({
  domain: z.string().describe("The domain's name."),
  image: index.describe("The image's place in the domain's test split."),
  label: index.describe("Its class."),
  predicted: index.describe("The class that was predicted."),
  confidence: z.union([z.number().min(0).max(1), empty])
    .describe("The probability of that class; empty where it is not known."),
});

/** A file with a published form. */
export interface Published {
  /** Raised when the meaning of a field changes. */
  readonly version: number;
  /** Where such files are. */
  readonly file: string;
  readonly schema: z.ZodType;
}

/** By name. */
export const PUBLISHED: Readonly<Record<string, Published>> = {
  manifest: { version: 2, file: "manifest.json and sweep.json", schema: MANIFEST },
  record: { version: 2, file: "runs/<id>/record.json", schema: RUN_RECORD },
  failure: { version: 2, file: "runs/<id>/failure.json", schema: FAILURE },
  results: { version: 1, file: "a row of results.csv", schema: RESULT_ROW },
  predictions: { version: 1, file: "a row of runs/<id>/predictions.csv", schema: PREDICTION_ROW },
  task: { version: 1, file: "what {spec} of --method-command stands for", schema: taskSchema },
  curve: { version: 1, file: "a line of a program's curve.jsonl", schema: curveLineSchema },
  result: { version: 1, file: "a program's result.json", schema: resultSchema },
};

/** The JSON Schema of a published form. */
export function publishedSchema(name: string, { version, file, schema }: Published): object {
  return { ...jsonSchema(schema), $id: `urn:mdlt-bench:${name}:${version}`, title: file };
}
