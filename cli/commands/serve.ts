/**
 * `deno task serve`: the live page of a folder that a benchmark writes, here or on other machines.
 *
 * @module
 */
import { resolve } from "node:path";
import { Command } from "commander";
import { nonEmptyPath } from "../../base/arguments.ts";
import { stopSignals } from "../../base/command.ts";
import { UsageError } from "../../base/errors.ts";
import { isFolder } from "../../base/files.ts";
import { LiveServer, USUAL_PORT } from "../../serve/mod.ts";
import { portOf } from "../live.ts";
import { print, printJson, type SetExitCode } from "../options/common.ts";
import { USUAL_OUT } from "./report.ts";

interface ServeCommandOptions {
  readonly out: string;
  readonly port?: number;
  readonly json?: boolean;
}

/** The command. */
export function serveCommand(_setExitCode: SetExitCode): Command {
  return new Command("serve")
    .description("show a folder that a bench writes, here or elsewhere, on a local page")
    .option("--out <dir>", "the folder, which is only read", nonEmptyPath("--out"), USUAL_OUT)
    .option(
      "--port <n>",
      `where to listen on this machine; ${USUAL_PORT}, or the next that is free, when left out`,
      portOf("--port"),
    )
    .option("--json", "the address as JSON")
    .action(serve);
}

/** Serves until a signal asks to stop. */
async function serve({ out, port, json }: ServeCommandOptions): Promise<void> {
  if (!await isFolder(out)) {
    throw new UsageError(
      `Cannot serve --out "${out}": there is no such folder; give the one that a bench writes`,
    );
  }
  const server = await new LiveServer(resolve(out)).start(port ?? null);
  const { promise: asked, resolve: stop } = Promise.withResolvers<void>();
  for (const signal of stopSignals()) Deno.addSignalListener(signal, stop);
  if (json) printJson({ event: "serve", address: server.address });
  else print(`Live page: ${server.address} (Ctrl-C ends it)`);
  await asked;
  await server.close();
  for (const signal of stopSignals()) Deno.removeSignalListener(signal, stop);
}
