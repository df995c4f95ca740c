/**
 * What a definition says of the files of a data set, and of where they come from.
 *
 * @module
 */

/** What is known of a file's bytes, from those who hand it out. */
export interface KnownBytes {
  /** Its size. */
  readonly bytes?: number;
  /** In hexadecimal digits. */
  readonly sha256?: string;
  /** In hexadecimal digits, where nothing stronger is published. */
  readonly md5?: string;
  /** The name that git gives the file. */
  readonly gitBlob?: string;
}

/** A file to be fetched. */
export interface SourceFile extends KnownBytes {
  /** Where it goes, relative to the data folder. */
  readonly path: string;
  /** Addresses that hand it out, the best first. */
  readonly urls: readonly string[];
  /** Addresses of other archives with the same content, of which nothing is known but that. */
  readonly copies?: readonly string[];
  /** What becomes of an archive; it is removed once it is unpacked. */
  readonly unpack?: Unpacking;
}

/** How an archive is unpacked. */
export interface Unpacking {
  /** The folder that takes the place of the archive, relative to the data folder. */
  readonly to: string;
  /**
   * Folders by which one tells the folder of the archive that becomes it; left out, the archive's
   * whole content does.
   */
  readonly holding?: readonly string[];
}

/** What is needed for a data set. */
export interface Sources {
  /** Fetched in this order. */
  readonly files: readonly SourceFile[];
  /** Folders of the data folder in which the files, or what becomes of them, may lie as well. */
  readonly folders?: readonly string[];
  /** What is left to do in the data folder when all files are there; nothing where it was done. */
  readonly finish?: (dataDir: string) => Promise<void>;
}

/** The address of a file that Google Drive hands out. */
export function googleDrive(id: string, key = ""): string {
  return `https://drive.usercontent.google.com/download?id=${id}&export=download&confirm=t${key}`;
}

/** Addresses of a file of the MDLT repository. */
export function mdltFile(path: string): readonly string[] {
  return [
    `https://raw.githubusercontent.com/YyzHarry/multi-domain-imbalance/main/mdlt/${path}`,
    `https://cdn.jsdelivr.net/gh/YyzHarry/multi-domain-imbalance@main/mdlt/${path}`,
  ];
}

/** A split file of the MDLT repository. */
export function mdltSplit(file: string, known: KnownBytes): SourceFile {
  return { path: file, urls: mdltFile(`dataset/split/${file}`), ...known };
}
