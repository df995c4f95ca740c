/**
 * Starts the mathematics for a test file: native TensorFlow with one thread, or what
 * `MDLT_TEST_BACKEND` says.
 *
 * @module
 */
import { type Backend, prepareBackend, startBackend } from "../tensor/backend.ts";

let started: Promise<unknown> | undefined;

/** Prepares and starts the backend, once a process; to be awaited at the top of a test file. */
export async function useBackend(): Promise<void> {
  const wanted = (Deno.env.get("MDLT_TEST_BACKEND") ?? "native") as Backend;
  await (started ??= prepareBackend(wanted).then((prepared) => startBackend(prepared, 1)));
}
