/**
 * Presets of hyperparameters: settings that a search has found, for comparisons that need not start
 * from defaults.
 *
 * A preset is one file that exports what {@linkcode defineHparams} makes, or the JSON that
 * `deno task select --save-hparams` writes.
 *
 * @module
 */
import { z } from "zod";
import { programName } from "../../base/command.ts";
import type { Definition } from "../../base/definition.ts";
import { UsageError } from "../../base/errors.ts";
import type { Value } from "../../base/setting.ts";

/** Values of one method: what a search drew; whatever is left out is as the run has it by default. */
export type DrawnValues = Readonly<Record<string, Value>>;

/** The setting of a method, or of a first and a second stage. */
export interface TunedSetting {
  /** Its number in the search; 0 stands for the defaults. */
  readonly trial: number;
  /** How many settings had a result, of which it is the best. */
  readonly tried: number;
  /** What it was worth: the figure that it was chosen by, a fraction. */
  readonly worth: number;
  /** The values of each stage, by the name of its method. */
  readonly stages: Readonly<
    Record<string, { readonly version: number; readonly values: DrawnValues }>
  >;
}

/** A preset of hyperparameters. */
export interface Hparams extends Definition {
  /** Always `hparams`. */
  readonly kind: "hparams";
  /** Raised when values change. */
  readonly version: number;
  /** What they were found on, in words. */
  readonly description: string;
  /** What settings were judged by: a selection rule. */
  readonly by: string;
  /** How many settings were planned of each method. */
  readonly settings: number;
  /** The commands that made it, one after the other. */
  readonly commands: readonly string[];
  /** By the name of the run: `erm`, or `boda+crt` for two stages. */
  readonly methods: Readonly<Record<string, TunedSetting>>;
}

/** A preset from its description. */
export function defineHparams(preset: Omit<Hparams, "kind">): Hparams {
  return { kind: "hparams", ...preset };
}

const values = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]));
const SCHEMA: z.ZodType<Hparams> = z.object({
  kind: z.literal("hparams"),
  name: z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/),
  title: z.string(),
  version: z.int().min(1),
  description: z.string(),
  by: z.string(),
  settings: z.int().min(1),
  commands: z.array(z.string()),
  methods: z.record(
    z.string(),
    z.object({
      trial: z.int().min(0),
      tried: z.int().min(1),
      worth: z.number(),
      stages: z.record(z.string(), z.object({ version: z.int().min(1), values })),
    }),
  ),
});

/**
 * A preset as a file holds it.
 *
 * @throws {UsageError} When it is none.
 */
export function readHparams(text: string, path: string): Hparams {
  const refuse = (why: string) =>
    new UsageError(
      `Cannot use --hparams "${path}": ${why}; give a file that ` +
        `${programName()} select --save-hparams wrote`,
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse(`it is not valid JSON (${(error as Error).message})`);
  }
  const { success, data, error } = SCHEMA.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  throw refuse(`it is no preset of hyperparameters (${issue!.path.join(".")}: ${issue!.message})`);
}
