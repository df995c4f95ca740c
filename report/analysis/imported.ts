/**
 * What a reader must know of runs that were made elsewhere, wherever they stand.
 *
 * @module
 */
import type { Run } from "../folder.ts";
import type { MethodResults } from "./arrange.ts";

/** Where a run was imported from, in the midst of a sentence; null for one that was trained here. */
export function importedFrom({ digest }: Pick<Run, "digest">): string | null {
  const origin = digest?.origin;
  if (origin === undefined) return null;
  const { from, files, framework, version } = origin;
  const maker = framework === undefined
    ? ""
    : ` (${[framework, ...version === undefined ? [] : [version]].join(" ")})`;
  const names = files.map(({ name }) => name);
  return `imported from ${from}${maker}: ${names.slice(0, 3).join(", ")}${
    names.length > 3 ? ` and ${names.length - 3} more` : ""
  }`;
}

/** What a method's row says of it: where from, and what it cannot give. None of our own. */
export function importNotes({ runs }: Pick<MethodResults, "runs">): string[] {
  const origins = runs.flatMap((run) => run?.digest?.origin ?? []);
  if (origins.length === 0) return [];
  const { from, framework, version } = origins[0]!;
  const files = new Set(origins.flatMap(({ files }) => files.map(({ name }) => name)));
  const maker = [framework, version].filter((part) => part !== undefined).join(" ");
  const lacks = new Set(origins.flatMap(({ lacks }) => lacks ?? []));
  return [
    `imported from ${from}, ${files.size} ${files.size === 1 ? "file" : "files"}` +
    (maker === "" ? "" : ` of ${maker}`) +
    (origins.every(({ split }) => split === "checked")
      ? ", every test image compared with the split"
      : ", test images not compared with the split"),
    ...[...lacks].map((what) => `not given: ${what}`),
  ];
}

/** Sentences at the head of a report that has imported runs. */
export function importCautions(runs: readonly Run[]): string[] {
  const imported = runs.filter(({ digest }) => digest?.origin !== undefined);
  if (imported.length === 0) return [];
  const names = (
    some: readonly Run[],
  ) => [...new Set(some.map(({ digest }) => digest!.method.title))];
  const unchecked = imported.filter(({ digest }) => digest!.origin!.split === "unchecked");
  const listed = (some: readonly Run[]) => {
    const all = names(some);
    return all.length > 8
      ? `${all.slice(0, 8).join(", ")} and ${all.length - 8} more`
      : all.join(", ");
  };
  return [
    `Made elsewhere and imported, so that how they were trained is what their files say: ${
      listed(imported)
    }.`,
    ...(unchecked.length > 0
      ? [`Not compared with the data set's split, image by image: ${listed(unchecked)}.`]
      : []),
  ];
}
