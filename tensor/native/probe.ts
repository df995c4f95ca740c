/**
 * A program of its own: loads the addon it is given and prints the version of TensorFlow behind it.
 *
 * @module
 */
import { createRequire } from "node:module";

const say = (stream: typeof Deno.stdout | typeof Deno.stderr, text: string) =>
  stream.write(new TextEncoder().encode(`${text}\n`));
try {
  const addon = createRequire(import.meta.url)(Deno.args[0]!) as { TF_Version: string };
  await say(Deno.stdout, addon.TF_Version);
} catch (error) {
  await say(Deno.stderr, `error: ${(error as Error).message}`);
  Deno.exit(1);
}
