/**
 * A folder `domain/class/image` of the user's own, as it is found: what is in it and what is left
 * out of it.
 *
 * @module
 */
import { extname, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { isFile, isFolder } from "../../base/files.ts";
import { staysInside } from "../formats/split_csv.ts";
import { foldedName } from "../formats/text.ts";
import { fileKind, isForeign } from "../reading/image_files.ts";
import type { ListedImage } from "./hold_out.ts";

/** The images of a folder, by domain, class and file. */
export interface ImageFolder {
  /** In ascending order; every one has images. */
  readonly domains: readonly string[];
  /** In ascending order; every one has images in some domain. */
  readonly classes: readonly string[];
  readonly images: readonly ListedImage[];
  /** Sentences about what is left out, with numbers. */
  readonly leftOut: readonly string[];
}

/** Something of the folder that is no image to take. */
interface Leftover {
  /** Relative to the folder. */
  readonly where: string;
  readonly what: string;
}

interface FoundImage {
  readonly domain: string;
  readonly className: string;
  readonly path: string;
}

/**
 * Looks through a folder `domain/class/image`. Hidden and foreign files, empty folders, images of
 * kinds that cannot be decoded and what lies in deeper or shallower folders are left out and told.
 *
 * @throws {DataError} When no image is left, or when names of folders differ in case alone.
 */
export async function readImageFolder(root: string): Promise<ImageFolder> {
  const left: Leftover[] = [];
  const found: FoundImage[] = [];
  for (const domain of await folders(root, "", left)) {
    const inside = await folders(root, domain, left);
    if (inside.length === 0) {
      left.push({ where: domain, what: "domain without folders of classes" });
    }
    for (const folder of inside) {
      const place = `${domain}/${folder}`;
      const own = await imagesIn(root, place, left);
      // Disks write the same letters in two ways; a class is the same in both.
      const className = folder.normalize("NFC");
      found.push(...own.map((path) => ({ domain: domain.normalize("NFC"), className, path })));
      if (own.length === 0) left.push({ where: place, what: "folder without an image to take" });
    }
  }
  const leftOut = summary(left);
  if (found.length === 0) {
    throw new DataError(
      `${root} has no folders domain/class with images${
        leftOut.length === 0 ? "" : `; left out: ${leftOut.join("; ")}`
      }.`,
    );
  }
  const domains = namesOf(root, found.map(({ domain }) => domain));
  const classes = namesOf(root, found.map(({ className }) => className));
  const images = found.map(({ domain, className, path }) => ({
    domain: domains.indexOf(domain),
    label: classes.indexOf(className),
    path,
  }));
  return { domains, classes, images, leftOut };
}

/** Whether a folder has an image in some folder `domain/class`; no more is read than it takes to see. */
export async function holdsClasses(root: string): Promise<boolean> {
  for (const domain of await folders(root, "", []).catch(() => [])) {
    for (const name of await folders(root, domain, [])) {
      if ((await imagesIn(root, `${domain}/${name}`, [])).length > 0) return true;
    }
  }
  return false;
}

/** The folders in a folder, in ascending order; files beside them are left out. */
async function folders(root: string, place: string, left: Leftover[]): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await entriesOf(root, place, left)) {
    if (!await leadsToFolder(root, place, entry)) {
      const kind = fileKind(entry.name);
      if (kind === "image") left.push({ where: place, what: "image beside the folders" });
      continue; // a split file, a licence
    }
    if (isForeign(entry.name)) left.push({ where: place, what: `folder ${entry.name}` });
    else names.push(entry.name);
  }
  return names.sort();
}

/** The images in a folder, as paths relative to the root. */
async function imagesIn(root: string, place: string, left: Leftover[]): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await entriesOf(root, place, left)) {
    const { name } = entry;
    if (await leadsToFolder(root, place, entry)) {
      const what = isForeign(name) ? `folder ${name}` : `folder ${name} below the class`;
      left.push({ where: place, what });
      continue;
    }
    const kind = fileKind(name), ending = extname(name) || "no ending";
    if (kind === "image" && !await leadsToFile(root, place, entry)) {
      const what = entry.isSymlink ? "link that leads to no file" : "thing that is no file";
      left.push({ where: place, what });
    } else if (kind === "image" && !staysInside(`${place}/${name}`)) {
      left.push({ where: place, what: "image that a split file cannot name (drive letter or ..)" });
    } else if (kind === "image" && !await isReadAs(root, place, name)) {
      left.push({ where: place, what: "image whose name is no UTF-8" });
    } else if (kind === "image") paths.push(`${place}/${name}`);
    else if (kind === "hidden") left.push({ where: place, what: "hidden file" });
    else if (kind === "other") left.push({ where: place, what: `other file (${ending})` });
    else left.push({ where: place, what: `image of a kind that cannot be read (${ending})` });
  }
  return paths;
}

async function entriesOf(root: string, place: string, left: Leftover[]): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(join(root, place)));
  } catch (error) {
    if (place === "") throw new DataError(`${root} cannot be read: ${(error as Error).message}.`);
    left.push({ where: place, what: "folder that cannot be read" });
    return [];
  }
}

async function leadsToFolder(root: string, place: string, entry: Deno.DirEntry): Promise<boolean> {
  return entry.isDirectory || (entry.isSymlink && await isFolder(join(root, place, entry.name)));
}

/** What is no file must not be opened: a pipe would be waited for. */
async function leadsToFile(root: string, place: string, entry: Deno.DirEntry): Promise<boolean> {
  return entry.isFile || (entry.isSymlink && await isFile(join(root, place, entry.name)));
}

/** Bytes of a name that are no text are read as � each, and under that name there is no file. */
async function isReadAs(root: string, place: string, name: string): Promise<boolean> {
  return !name.includes("\ufffd") || await isFile(join(root, place, name));
}

/** Different names in ascending order, of which no two differ in case alone. */
function namesOf(root: string, all: readonly string[]): string[] {
  const names = [...new Set(all)].sort();
  const byCase = new Map<string, string>();
  for (const name of names) {
    // deno-lint-ignore no-control-regex
    if (/[\x00-\x1f\x7f]/.test(name)) {
      throw new DataError(
        `The folder ${JSON.stringify(name)} of ${root} has a line break or another control ` +
          `character in its name; give it a name of letters.`,
      );
    }
    const bare = foldedName(name.trim()); // spaces around a domain's name are not read from a CSV
    const other = byCase.get(bare);
    if (other !== undefined) {
      const [one, two] = [name.toLowerCase(), other.toLowerCase()];
      const what = one === two
        ? "upper and lower case"
        : one.trim() === two.trim()
        ? "spaces"
        : "characters that nobody sees";
      throw new DataError(
        `The folders ${other} and ${name} of ${root} differ in ${what} alone; give ` +
          `them the same name, or names that differ.`,
      );
    }
    byCase.set(bare, name);
  }
  return names;
}

/** One sentence for each place and kind, with the number where there are several. */
function summary(left: readonly Leftover[]): string[] {
  const groups = Map.groupBy(left, ({ where, what }) => `${what}\0${where}`);
  return [...groups.values()].map((group) => {
    const { where, what } = group[0]!;
    const number = group.length === 1 ? "" : `${group.length} × `;
    return `${number}${what}${where === "" ? "" : ` in ${where}`}`;
  });
}
