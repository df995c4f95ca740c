/**
 * What a data set trains with all the same, and what is probably a mistake in it.
 *
 * @module
 */
import type { Dataset, SplitName } from "./dataset.ts";

/** What follows for a class that has no image in a split. */
const WITHOUT: Readonly<Record<SplitName, string>> = {
  train: "nothing can be learned of it",
  validation: "no checkpoint is chosen by it",
  test: "no figure is of it",
};

/** Sentences about what no method can show anything on in a data set. */
export function cautionsOf({ name, classes, domains }: Dataset): string[] {
  const [only] = classes;
  if (classes.length === 1) {
    return [
      `${name} has one class alone, ${only}: every prediction is right whatever a method learns, so ` +
      `that its figures say nothing.`,
    ];
  }
  const trained = new Set(domains.flatMap(({ train }) => [...new Set(train.labels)]));
  if (trained.size === 1) {
    const [label] = trained;
    return [
      `${name} has training images of one class alone, ${classes[label!]}, of ${classes.length}: ` +
      `nothing can be learned of the others.`,
    ];
  }
  return (["train", "validation", "test"] as const).flatMap((split) => {
    const there = new Set(domains.flatMap((domain) => [...new Set(domain[split].labels)]));
    const lacking = classes.filter((_, label) =>
      !there.has(label) && (split === "train" || trained.has(label))
    );
    if (lacking.length === 0) return [];
    const many = lacking.length > 1;
    return [
      `${name} has no ${SPLIT_WORDS[split]} image of ${named(lacking)} in any domain: ` +
      `${many ? WITHOUT[split].replace(/it$/, "them") : WITHOUT[split]}.`,
    ];
  });
}

const SPLIT_WORDS: Readonly<Record<SplitName, string>> = {
  train: "training",
  validation: "validation",
  test: "test",
};

/** Classes that a sentence names. */
const NAMED = 5;

function named(classes: readonly string[]): string {
  const what = classes.length > 1 ? `the ${classes.length} classes` : "the class";
  const more = classes.length > NAMED ? ", …" : "";
  return `${what} ${classes.slice(0, NAMED).join(", ")}${more}`;
}
