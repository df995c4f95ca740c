/**
 * What a data set trains with all the same, and what is probably a mistake in it.
 *
 * @module
 */
import type { Dataset } from "./dataset.ts";

/** Sentences about a data set on which no method can show anything. */
export function cautionsOf({ name, classes, domains }: Dataset): string[] {
  const [only] = classes;
  if (classes.length === 1) {
    return [
      `${name} has one class alone, ${only}: every prediction is right whatever a method learns, so ` +
      `that its figures say nothing.`,
    ];
  }
  const trained = new Set(domains.flatMap(({ train }) => [...new Set(train.labels)]));
  if (trained.size !== 1) return [];
  const [label] = trained;
  return [
    `${name} has training images of one class alone, ${classes[label!]}, of ${classes.length}: ` +
    `nothing can be learned of the others.`,
  ];
}
