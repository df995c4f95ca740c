/**
 * What may be asked for, and how its preparing is told.
 *
 * @module
 */

/** A library that does the mathematics. */
export type Backend = "native" | "wasm";
/** What a user may ask for. */
export type BackendChoice = "auto" | Backend;

/** What preparing a backend tells while it works. */
export interface BackendReport {
  /** Told what is done now and how far it is; the unit is the same for `done` and `total`. */
  onProgress?: (what: string, done: number, total: number) => void;
  /** Told one line about each way that does not work here. */
  onNote?: (line: string) => void;
}

/** A backend that cannot be had; the message is one line. */
export class BackendError extends Error {
  override name = "BackendError";
}
