/**
 * Splitting of image files in folders `domain/class/file`, as MDLT made its split files.
 *
 * @module
 */
import { join } from "node:path";
import { subfolders } from "../../base/files.ts";
import { stream } from "../../base/random.ts";
import { DataError } from "../../base/errors.ts";
import type { SplitName } from "../dataset.ts";
import type { SplitRow } from "../formats/split_csv.ts";
import { fileKind } from "../reading/image_files.ts";

/** An image file before the split. */
export type ListedImage = Omit<SplitRow, "split">;

/**
 * Splits images by MDLT's rule: of the n images of a (domain, class) cell k = min(n, `heldOut`) are
 * held out, ⌊k/3⌋ of them for validation and the others for the test; the rest is for training. A
 * cell with few images has none to train on.
 *
 * MDLT's shuffle depends on the order in which a file system lists its files, so it cannot be
 * replayed; this one depends on the seed and the sorted paths of the cell alone.
 *
 * @returns The images by domain, class and path.
 */
export function holdOut(
  images: readonly ListedImage[],
  heldOut: number,
  seed: number,
): SplitRow[] {
  return cells(images).flatMap((cell) => {
    const { domain, label } = cell[0]!;
    const order = stream(seed, "hold out", domain, label).permutation(cell.length);
    const held = Math.min(cell.length, heldOut);
    const validation = Math.floor(held / 3);
    const splits = new Array<SplitName>(cell.length).fill("train");
    order.slice(0, held).forEach((image, i) =>
      splits[image] = i < validation ? "validation" : "test"
    );
    return cell.map((image, i) => ({ ...image, split: splits[i]! }));
  });
}

/** The images of every (domain, class) cell that has some, in order of their paths. */
function cells(images: readonly ListedImage[]): ListedImage[][] {
  const found = new Map<string, ListedImage[]>();
  for (const image of images) {
    const key = `${image.domain} ${image.label}`;
    const cell = found.get(key);
    if (cell === undefined) found.set(key, [image]);
    else cell.push(image);
  }
  for (const cell of found.values()) cell.sort((a, b) => a.path < b.path ? -1 : 1);
  return [...found.values()].sort(([a], [b]) => a!.domain - b!.domain || a!.label - b!.label);
}

/**
 * The image files under `root/domain/class`, for every class that has a folder.
 *
 * @throws {DataError} When a domain has none.
 */
export async function listImages(
  root: string,
  domains: readonly string[],
  classes: readonly string[],
): Promise<ListedImage[]> {
  const images: ListedImage[] = [];
  for (const [domain, name] of domains.entries()) {
    const present = new Set(
      await subfolders(join(root, name)).catch(() => {
        throw new DataError(`${root} has no folder ${name}.`);
      }),
    );
    for (const [label, className] of classes.entries()) {
      if (!present.has(className)) continue;
      for await (const entry of Deno.readDir(join(root, name, className))) {
        if (entry.isDirectory || fileKind(entry.name) !== "image") continue;
        images.push({ domain, label, path: `${name}/${className}/${entry.name}` });
      }
    }
  }
  return images;
}

/**
 * Reads a list of images, one a line: `domain/class/file`, then perhaps a label, which the class's
 * name decides here.
 *
 * @throws {DataError} When a line names an unknown domain or class.
 */
export function parseList(
  text: string,
  file: string,
  domains: readonly string[],
  classes: readonly string[],
): ListedImage[] {
  const [domainOf, labelOf] = [positions(domains), positions(classes)];
  return text.split("\n").flatMap((line, i) => {
    const path = line.trim().split(" ")[0]!;
    if (path === "") return [];
    const [domainName, className, ...rest] = path.split("/");
    const domain = domainOf.get(domainName!), label = labelOf.get(className!);
    if (domain === undefined || label === undefined || rest.length !== 1) {
      throw new DataError(
        `${file}, line ${i + 1}: "${path}" is not a known domain, a known class and a file.`,
      );
    }
    return [{ domain, label, path }];
  });
}

function positions(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, i) => [name, i]));
}
