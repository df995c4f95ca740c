/**
 * The live page as a process of its own: `main.ts OUT [PORT]`. Says where the page is, and ends when
 * its input does, be it that the benchmark has finished or that it was killed.
 *
 * @module
 */
import { print } from "../base/terminal.ts";
import { UsageError } from "../base/errors.ts";
import { LiveServer } from "./server.ts";

if (import.meta.main) {
  const [out, port] = Deno.args as [string, string | undefined];
  // On a terminal, Ctrl-C reaches this process as well: it ends after the benchmark has.
  Deno.addSignalListener("SIGINT", () => {});
  const server = new LiveServer(out);
  try {
    await server.start(port === undefined ? null : Number(port));
    print(JSON.stringify({ address: server.address }));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    print(JSON.stringify({ error: error.message }));
    Deno.exit(2);
  }
  const input = Deno.stdin.readable.getReader();
  while (!(await input.read()).done); // nothing is said there
  await server.farewell();
  Deno.exit(0);
}
