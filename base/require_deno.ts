/**
 * Ends a program that an older Deno has started, with a sentence; to be imported before all else.
 *
 * @module
 */
import { whyTooOld } from "./versions.ts";

const old = whyTooOld(Deno.version.deno);
if (old !== null) {
  Deno.stderr.writeSync(new TextEncoder().encode(`${old}.\n`));
  Deno.exit(1);
}
