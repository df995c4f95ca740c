/**
 * The live page beside a command: a process of its own, on which no run depends.
 *
 * @module
 */
import { resolve } from "node:path";
import { Option } from "commander";
import { programName } from "../base/command.ts";
import { UsageError } from "../base/errors.ts";
import { projectPath } from "../base/paths.ts";
import { narrowRun } from "../base/rights.ts";
import { printError } from "../base/terminal.ts";
import { lines } from "../bench/execute/messages.ts";
import { EXECUTORS } from "../bench/execute/mod.ts";
import { LOOPBACK } from "../serve/loopback.ts";
import { USUAL_PORT } from "../serve/mod.ts";
import { printJson } from "./options/common.ts";
import type { ExecutorChoice } from "./options/execution.ts";

/** What {@linkcode serveOption} gives: a port, or true for one that is free. */
export interface ServeOptions {
  readonly serve?: number | true;
}

/** `--serve`. */
export const serveOption = (): Option =>
  new Option(
    "--serve [port]",
    `show the grid as it fills on a local page; on port ${USUAL_PORT}, or the next that is free, ` +
      `where none is given`,
  ).argParser(portOf("--serve")).helpGroup("Live page:");

/** How a port is read. */
export function portOf(option: string): (text: string) => number {
  return (text) => {
    if (/^\d{1,5}$/.test(text.trim()) && Number(text) <= 65_535) return Number(text);
    throw new UsageError(
      `Cannot use ${option} "${text}": a port is a whole number from 0 to 65535; 0 is any that is free`,
    );
  };
}

/**
 * Works while the live page of a folder is shown, where that is asked for.
 *
 * @param out The output folder.
 * @throws {UsageError} When there is nothing to show or the port cannot be had, before any work.
 */
export async function withLivePage<T>(
  options: ServeOptions & ExecutorChoice & { readonly json?: boolean; readonly dryRun?: boolean },
  out: string,
  work: () => Promise<T>,
): Promise<T> {
  const { serve, executor, json = false, dryRun = false } = options;
  if (serve === undefined) return await work();
  const why = dryRun
    ? "with --dry-run: nothing is trained"
    : executor !== EXECUTORS[0]!.name
    ? `with --executor ${executor}: the command ends before the runs do; ${programName()} serve --out ` +
      `"${out}" shows them`
    : null;
  if (why !== null) throw new UsageError(`Cannot use --serve ${why}`);
  const { address, end } = await startLivePage(resolve(out), serve === true ? null : serve);
  if (json) printJson({ event: "serve", address });
  else printError(`Live page: ${address}`);
  try {
    return await work();
  } finally {
    await end();
  }
}

async function startLivePage(
  out: string,
  port: number | null,
): Promise<{ address: string; end: () => Promise<void> }> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      // Neither what it may read nor where it may listen is more than the page needs.
      ...narrowRun("look", { read: [out], net: LOOPBACK }),
      ...[projectPath("serve/main.ts"), out, ...port === null ? [] : [String(port)]],
    ],
    cwd: projectPath(""),
    ...{ stdin: "piped", stdout: "piped", stderr: "null" },
  }).spawn();
  const end = async () => {
    await process.stdin.close().catch(() => {}); // it may have ended already
    await process.status;
  };
  for await (const line of lines(process.stdout)) {
    const { address, error } = JSON.parse(line) as { address?: string; error?: string };
    if (address !== undefined) return { address, end };
    await end();
    throw new UsageError(error!);
  }
  await end();
  throw new UsageError("Cannot show the live page: its process ended before it had begun");
}
