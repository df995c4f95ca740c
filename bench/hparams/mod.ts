/**
 * The presets of hyperparameters.
 *
 * @module
 */
import tunedPacsMobilenet from "./tuned-pacs-mobilenet.json" with { type: "json" };
import type { Hparams } from "./hparams.ts";

export * from "./hparams.ts";
export * from "./tuned.ts";

/** Every preset. A new one is one file and one line here. */
export const HPARAMS: readonly Hparams[] = [tunedPacsMobilenet as Hparams];
