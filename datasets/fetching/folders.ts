/**
 * Where raw data are looked for, and what to say where they are not.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathWord, programName } from "../../base/command.ts";
import { DataError } from "../../base/errors.ts";
import type { Availability, DataPaths } from "../dataset.ts";

/** The folder of the raw data where none is given. */
export const USUAL_FOLDER = "data";

/** What is missing where there is no folder of raw data at all. */
export const NO_FOLDER = `no --data-dir was given and there is no folder ${USUAL_FOLDER}`;

/** What to say of a data set that is not here. */
export function notHere(name: string, { missing, remedy }: Lacking): DataError {
  return new DataError(`The data set ${name} is not here: ${missing}; to get it: ${remedy}.`);
}
type Lacking = Exclude<Availability, { here: true }>;

/** The command that gets a data set into the folder in which it was looked for. */
export function fetchCommand(name: string, { dataDir }: DataPaths): string {
  const elsewhere = dataDir !== undefined && dataDir !== resolve(USUAL_FOLDER);
  return `${programName()} data fetch ${name}${
    elsewhere ? ` --data-dir ${pathWord(dataDir)}` : ""
  }`;
}
