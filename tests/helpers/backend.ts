/**
 * Starts the mathematics for a test file: native TensorFlow with one thread, or what
 * `MDLT_TEST_BACKEND` says.
 *
 * @module
 */
import { type Backend, prepareBackend, startBackend } from "../../tensor/backend.ts";

/** Prepares and starts the backend; to be awaited once, at the top of a test file. */
export async function useBackend(): Promise<void> {
  const wanted = (Deno.env.get("MDLT_TEST_BACKEND") ?? "native") as Backend;
  await startBackend(await prepareBackend(wanted), 1);
}
