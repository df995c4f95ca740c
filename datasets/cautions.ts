/**
 * What a data set trains with all the same, and what is probably a mistake in it.
 *
 * @module
 */
import type { Dataset, SplitName } from "./dataset.ts";
import { foldedName } from "./formats/text.ts";

/** What follows for a class that has no image in a split. */
const WITHOUT: Readonly<Record<SplitName, string>> = {
  train: "nothing can be learned of it",
  validation: "no checkpoint is chosen by it",
  test: "no figure is of it",
};

/** Sentences about what cannot be learned of a data set, and on what its files contradict. */
export function cautionsOf(dataset: Dataset): string[] {
  return [...unlearnable(dataset), ...misfiled(dataset)];
}

function unlearnable({ name, classes, domains }: Dataset): string[] {
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

/** Pairs of names that are told one by one; of more the number is told. */
const PAIRS = 5;

/** Sentences about images in folders that are called as another domain or class than theirs. */
function misfiled({ name, classes, domains }: Dataset): string[] {
  const found = new Map<string, { readonly first: string; images: number }>();
  const compare = (what: string, names: readonly string[], own: string, path: string) => {
    const folders = path.split("/").slice(0, -1).map(foldedName);
    if (folders.includes(foldedName(own))) return;
    const other = names.find((each) => folders.includes(foldedName(each)));
    if (other === undefined) return;
    const pair = `of the ${what} ${own} in a folder called ${other}`;
    const group = found.get(pair) ?? { first: path, images: 0 };
    group.images++;
    found.set(pair, group);
  };
  const named = domains.map((domain) => domain.name);
  for (const domain of domains) {
    for (const { labels, paths = [] } of [domain.train, domain.validation, domain.test]) {
      for (const [i, path] of paths.entries()) {
        compare("domain", named, domain.name, path);
        compare("class", classes, classes[labels[i]!]!, path);
      }
    }
  }
  const sentences = [...found].map(([pair, { first, images }]) =>
    `${name} has ${images === 1 ? "an image" : `${images} images`} ${pair}, such as ${first}: ` +
    `see whether that is meant.`
  );
  const others = sentences.length - PAIRS;
  if (others <= 0) return sentences;
  return [...sentences.slice(0, PAIRS), `${name} has the like of ${others} more such pairs.`];
}
