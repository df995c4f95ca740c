/**
 * Pretrained weights on the command line: which file, and what to say where there is none.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { findDataset } from "../../datasets/dataset.ts";
import { find, UsageError } from "../../base/errors.ts";
import { exists } from "../../base/files.ts";
import type { PlannedRun } from "../../bench/plan/plan.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import { readFeatures } from "../../bench/train/given_features.ts";
import { cachedWeights, readPretrained } from "../../bench/train/pretrained.ts";
import { nonEmptyPath, oneOf } from "../../base/arguments.ts";

const BACKBONE_MODES = ["finetune", "frozen"] as const;

/** What decides the networks of photographs. */
export interface BackboneOptions {
  readonly preset: string;
  readonly pretrained?: string[];
  readonly features?: string[];
  readonly networks?: string[];
  readonly backboneMode: (typeof BACKBONE_MODES)[number];
  readonly fromScratch?: boolean;
}

/** The file of weights, for every command that trains. */
export const pretrainedOption = (): Option =>
  new Option(
    "--pretrained <path>",
    "weights that networks of photographs start from (file or folder); may be repeated",
  ).argParser((path, earlier: string[] = []) => [
    ...earlier,
    nonEmptyPath("--pretrained")(path),
  ]);

/** The files of features, for every command that trains. */
export const featuresOption = (): Option =>
  new Option(
    "--features <path>",
    "features of the images in place of a network's (safetensors, .npy, .npz, Parquet, or a folder " +
      "of them); may be repeated",
  ).argParser((path, earlier: string[] = []) => [...earlier, nonEmptyPath("--features")(path)]);

/**
 * The features that were given; undefined where none were.
 *
 * @throws {UsageError | DataError} When they cannot be used.
 */
export async function givenFeatures(
  { features, networks, pretrained, fromScratch, backboneMode }: BackboneOptions,
): Promise<{ name: string; sha256: string }[] | undefined> {
  if (features === undefined) return undefined;
  const others = Object.entries({
    "--networks": networks !== undefined,
    "--pretrained": pretrained !== undefined,
    "--from-scratch": fromScratch === true,
    "--backbone-mode": backboneMode === "frozen",
  }).find(([, given]) => given);
  if (others !== undefined) {
    throw new UsageError(
      `Cannot use --features with ${
        others[0]
      }: features take the place of a network; leave one out`,
    );
  }
  const read: { name: string; sha256: string }[] = [];
  for (const path of features) {
    const { name, sha256 } = await readFeatures(resolve(path));
    read.push({ name, sha256 });
  }
  const double = read.find(({ name }, i) => read.findIndex((other) => other.name === name) < i);
  if (double === undefined) return read;
  throw new UsageError(
    `Cannot use --features twice for "${double.name}": tables tell them by the names of their files; ` +
      `give them different ones`,
  );
}

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
  { networks }: Pick<Catalogue, "networks">,
): Promise<{ network: string; sha256: string }[]> {
  if (options.fromScratch || options.features !== undefined) return [];
  for (const path of options.pretrained ?? []) {
    if (await exists(path)) continue;
    throw new UsageError(
      `Cannot use --pretrained "${path}": there is nothing at that place, and a file or folder of ` +
        `weights is needed`,
    );
  }
  const wanted = options.preset === "paper" || options.backboneMode === "frozen" ||
    options.networks !== undefined;
  const named = options.networks?.map((text) => text.split(":", 1)[0]!);
  const candidates = networks.filter(({ name }) => named?.includes(name) ?? true);
  const given = options.pretrained?.map((path) => resolve(path));
  const files = given ?? (wanted ? await cachedWeights(cacheDir, candidates) : []);
  const read = await Promise.all(files.map((file) => readPretrained(file, networks)));
  return read.map(({ network: { name }, sha256 }) => ({ network: name, sha256 }));
}

/**
 * Says where weights are to be had when runs would start without those that they are meant for, and
 * that only networks of photographs have any.
 */
export function requirePretrained(
  runs: readonly PlannedRun[],
  { datasets, networks }: Pick<Catalogue, "datasets" | "networks">,
  { fromScratch, backboneMode }: BackboneOptions,
  cacheDir: string,
): void {
  const frozen = backboneMode === "frozen";
  const ofPhotographs = runs.filter(({ spec: { dataset } }) =>
    findDataset(dataset.name, datasets).images === "photographs"
  );
  if (frozen && ofPhotographs.length === 0) {
    throw new UsageError(
      `Cannot use --backbone-mode frozen without photographs: pretrained networks are for them ` +
        `alone, and ${runs[0]?.spec.dataset.name} has digits`,
    );
  }
  if (fromScratch) return;
  for (const { spec: { training: { network }, dataset } } of ofPhotographs) {
    if (network.weights !== undefined || network.frozen !== undefined) continue;
    const own = find("network", network.name, networks).weights;
    if (!own?.expected && !frozen) continue;
    const source = own?.expected
      ? own
      : networks.findLast(({ weights }) => weights?.url !== undefined)?.weights;
    const remedy = source?.url === undefined
      ? `give weights of ${source?.description} with --pretrained FILE`
      : `download ${source.url} and give it with --pretrained FILE, or put it into ` +
        join(cacheDir, "weights");
    throw new UsageError(
      `Cannot train on ${dataset.name} without pretrained weights: ${remedy}, or train from ` +
        `scratch with --from-scratch`,
    );
  }
}
