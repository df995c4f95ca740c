/**
 * Which images a run has: the same for all seeds, or drawn anew by each.
 *
 * @module
 */
import { RUN } from "../../datasets/settings.ts";
import type { RunSpec } from "./record.ts";

/** What decides the images of a run. */
type Drawn = Pick<RunSpec, "dataset" | "seed">;

/** Whether every seed draws images of its own, the same for all methods. */
export function drawnAnew({ dataset: { settings } }: Pick<RunSpec, "dataset">): boolean {
  return Object.values(settings).includes(RUN);
}

/** The images of a run by name: those of the data set, or of the data set for its seed. */
export function imagesOf(spec: Drawn): string {
  const { dataset: { name }, seed } = spec;
  return drawnAnew(spec) ? `${name} for seed ${seed}` : name;
}

/** The seed that the images of a run belong to; null where all seeds have the same. */
export function seedOfImages(spec: Drawn): number | null {
  return drawnAnew(spec) ? spec.seed : null;
}
