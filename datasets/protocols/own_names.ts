/**
 * The names of domains and classes in a split file of the user's own.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import { requireClassName, requireDomainName } from "../names.ts";
import { labelOf, pathOf } from "../formats/split_csv.ts";
import type { WrittenRow } from "../formats/split_rows.ts";
import { foldedName } from "../formats/text.ts";

/**
 * The domains that a split file names, in ascending order.
 *
 * @throws {DataError} When a name is one of the tables' own or differs from
 * another in case alone.
 */
export function domainNames(rows: readonly WrittenRow[], file: string): string[] {
  const names = [...new Set(rows.map(({ env }) => env.trim()))]
    .filter((name) => name !== "").sort();
  names.forEach(requireDomainName);
  const out = names.find((name) => names.includes(name.replace(/^#\s*/, "")) && name[0] === "#");
  if (out !== undefined) {
    throw new DataError(
      `${file} has rows of a domain "${out}" beside those of "${
        out.replace(/^#\s*/, "")
      }"; remove ` +
        `the rows that are meant to be left out, for "#" does not hide them.`,
    );
  }
  const twin = names.find((name, i) =>
    names.findIndex((other) => foldedName(other) === foldedName(name)) < i
  );
  if (twin === undefined) return names;
  const other = names.find((name) => foldedName(name) === foldedName(twin))!;
  throw new DataError(
    `${file} has domains "${other}" and "${twin}", which differ in case, in how their letters ` +
      `are written or in characters that nobody sees alone; write them in one way.`,
  );
}

/**
 * The classes of a split file by label: as its column `class` says, else as the folder of the
 * class's first image is called. Names that several classes would share are told apart by the label.
 *
 * @throws {DataError} When the column, or the folders' names, contradict the labels.
 */
export function classNames(written: readonly WrittenRow[], file: string): string[] {
  const rows = written.flatMap((row) => {
    const label = labelOf(row.label);
    return label === undefined ? [] : [{ row, label }]; // what is wrong with it is said on loading
  });
  const inColumn = rows.some(({ row }) => (row.class ?? "").trim() !== "");
  const nameOf = (row: WrittenRow) => inColumn ? row.class?.trim() : folderOf(row);
  if (inColumn) requireOneName(rows, file);
  else requireSameMeaning(rows, file);
  const names: string[] = [];
  for (const { row, label } of rows) names[label] ??= nameOf(row) || `class ${label}`;
  const all = Array.from(names, (name, label) => name ?? `class ${label}`);
  all.forEach(requireClassName);
  const uses = new Map<string, number>();
  for (const name of all) uses.set(name, (uses.get(name) ?? 0) + 1);
  return all.map((name, label) => uses.get(name) === 1 ? name : `${name} (${label})`);
}

type Labelled = readonly { readonly row: WrittenRow; readonly label: number }[];

/** The folder of an image; undefined where it is in none. */
function folderOf({ path }: WrittenRow): string | undefined {
  return pathOf(path).split("/").at(-2)?.normalize("NFC");
}

/** With a column of names every label has one. */
function requireOneName(rows: Labelled, file: string): void {
  const names = new Map<number, string>();
  for (const { row, label } of rows) {
    const name = row.class?.trim() ?? "", before = names.get(label) ?? name;
    if (name !== before) {
      throw new DataError(
        `${file} calls the class of label ${label} both "${before}" and "${name}"; give every ` +
          `label one name.`,
      );
    }
    names.set(label, name);
  }
}

/**
 * A folder that holds one class in every domain must hold the same one: otherwise labels were given
 * domain by domain, and mean nothing together.
 */
function requireSameMeaning(rows: Labelled, file: string): void {
  const labels = new Map<string, Map<string, Set<number>>>();
  for (const { row, label } of rows) {
    const folder = folderOf(row);
    if (folder === undefined) continue;
    const ofFolder = labels.get(folder) ?? new Map<string, Set<number>>();
    const domain = row.env.trim();
    labels.set(folder, ofFolder.set(domain, (ofFolder.get(domain) ?? new Set()).add(label)));
  }
  for (const [folder, byDomain] of labels) {
    const pure = [...byDomain].filter(([, found]) => found.size === 1)
      .map(([domain, [label]]) => ({ domain, label: label! }));
    const [first] = pure, other = pure.find(({ label }) => label !== first?.label);
    if (first === undefined || other === undefined || pure.length < byDomain.size) continue;
    throw new DataError(
      `${file} gives the folder ${folder} the label ${first.label} in the domain ${first.domain} ` +
        `and ${other.label} in ${other.domain}; make the labels agree, or say in a column "class" ` +
        `what each is called.`,
    );
  }
}
