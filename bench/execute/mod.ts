/**
 * The executors, the usual one first.
 *
 * @module
 */
import type { Executor } from "./executor.ts";
import local from "./local.ts";
import slurm from "./slurm.ts";

/** Every executor that can be asked for. */
export const EXECUTORS: readonly Executor[] = [local, slurm];
