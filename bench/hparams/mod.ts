/**
 * The presets of hyperparameters.
 *
 * @module
 */
import type { Hparams } from "./hparams.ts";

export * from "./hparams.ts";
export * from "./tuned.ts";

/** Every preset. A new one is one file and one line here. */
export const HPARAMS: readonly Hparams[] = [];
