/**
 * Presets of hyperparameters on the command line.
 *
 * @module
 */
import { find } from "../../base/errors.ts";
import { readIfThere } from "../../base/files.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import { type Hparams, readHparams } from "../../bench/hparams/mod.ts";

/**
 * The preset of a name or in a file; undefined when none was given.
 *
 * @throws {UsageError} When there is none.
 */
export async function hparamsOf(
  given: string | undefined,
  { hparams }: Pick<Catalogue, "hparams">,
): Promise<Hparams | undefined> {
  if (given === undefined) return undefined;
  const text = /\.json$/i.test(given) ? await readIfThere(given) : null;
  if (text !== null) return readHparams(text, given);
  return find("preset of hyperparameters", given, hparams, "a JSON file, or its --plugin");
}
