/**
 * A program of its own: loads the addon it is given and prints the version of TensorFlow behind it.
 *
 * @module
 */
import { createRequire } from "node:module";

const addon = createRequire(import.meta.url)(Deno.args[0]!) as { TF_Version: string };
await Deno.stdout.write(new TextEncoder().encode(addon.TF_Version + "\n"));
