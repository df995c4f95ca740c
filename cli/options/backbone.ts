/**
 * Pretrained weights on the command line: which file, and what to say where there is none.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import type { DatasetDefinition } from "../../datasets/dataset.ts";
import { find, UsageError } from "../../base/errors.ts";
import type { PlannedRun } from "../../bench/plan/plan.ts";
import { cachedWeights, readPretrained, RESNET50_ADDRESS } from "../../bench/train/pretrained.ts";
import { nonEmptyPath, oneOf } from "../../base/arguments.ts";

const BACKBONE_MODES = ["finetune", "frozen"] as const;

/** What decides the networks of photographs. */
export interface BackboneOptions {
  readonly preset: string;
  readonly pretrained?: string;
  readonly backboneMode: (typeof BACKBONE_MODES)[number];
  readonly fromScratch?: boolean;
}

/** The file of weights, for every command that trains. */
export const pretrainedOption = (): Option =>
  new Option(
    "--pretrained <path>",
    "weights that networks of photographs start from (file or folder)",
  ).argParser(nonEmptyPath("--pretrained"));

/** Adds the options that decide how weights are used. */
export function backboneOptions(command: Command): Command {
  return command
    .option(
      "--backbone-mode <name>",
      "finetune trains the pretrained network, frozen only a head on its features",
      oneOf("backbone mode", BACKBONE_MODES),
      "finetune",
    )
    .option("--from-scratch", "start networks that have pretrained weights without them");
}

/** The weights to start from: those given, or for networks that want some the ones kept. */
export async function pretrainedOf(
  options: BackboneOptions,
  cacheDir: string,
): Promise<{ network: string; sha256: string } | undefined> {
  if (options.fromScratch) return undefined;
  if (options.pretrained !== undefined && !await exists(options.pretrained)) {
    throw new UsageError(
      `Cannot use --pretrained "${options.pretrained}": there is nothing at that place, and a file ` +
        `or folder of weights is needed`,
    );
  }
  const wanted = options.preset === "paper" || options.backboneMode === "frozen";
  const given = options.pretrained && resolve(options.pretrained);
  const file = given ?? (wanted ? await cachedWeights(cacheDir) : undefined);
  return file === undefined ? undefined : await readPretrained(file);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true).catch(() => false);
}

/**
 * Says where weights are to be had when runs would start without those that they are meant for, and
 * that only networks of photographs have any.
 */
export function requirePretrained(
  runs: readonly PlannedRun[],
  known: readonly DatasetDefinition[],
  { fromScratch, backboneMode }: BackboneOptions,
  cacheDir: string,
): void {
  const photographs = runs.some(({ spec: { dataset } }) =>
    find("data set", dataset.name, known).images === "photographs"
  );
  if (backboneMode === "frozen" && !photographs) {
    throw new UsageError(
      `Cannot use --backbone-mode frozen without photographs: pretrained networks are for them ` +
        `alone, and ${runs[0]?.spec.dataset.name} has digits`,
    );
  }
  if (fromScratch) return;
  const lacking = runs.find(({ spec: { training: { network }, dataset } }) =>
    find("data set", dataset.name, known).images === "photographs" &&
    (network.name.startsWith("resnet") || backboneMode === "frozen") &&
    network.weights === undefined && network.frozen === undefined
  );
  if (lacking === undefined) return;
  throw new UsageError(
    `Cannot train on ${lacking.spec.dataset.name} without pretrained weights: download ` +
      `${RESNET50_ADDRESS} and give it with --pretrained FILE, or put it into ` +
      `${join(cacheDir, "weights")}, or train from scratch with --from-scratch`,
  );
}
