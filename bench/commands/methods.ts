/**
 * `deno task methods`: what methods there are.
 *
 * @module
 */
import { Command } from "commander";
import { METHODS } from "../../methods/mod.ts";
import type { Search } from "../../methods/method.ts";
import { print, printJson, type SetExitCode } from "./options.ts";

/** The command. */
export function methodsCommand(_setExitCode: SetExitCode): Command {
  return new Command("methods")
    .description("list the methods with family, source and hyperparameters")
    .option("--json", "as JSON")
    .action(({ json }: { json?: boolean }) => {
      if (json) {
        const plain = METHODS.map(({ create: _, ...method }) => method);
        printJson(plain);
        return;
      }
      for (const { name, title, family, source, stage1, readsValues, hyperparameters } of METHODS) {
        print(`${name.padEnd(12)} ${title} (${family}), ${source}`);
        if (stage1 !== undefined) {
          print(`${" ".repeat(13)}second stage; the first is ${stage1} unless told`);
        }
        if (readsValues !== undefined) {
          print(`${" ".repeat(13)}not compiled: ${readsValues}`);
        }
        for (const [key, h] of Object.entries(hyperparameters)) {
          print(
            `${" ".repeat(13)}${key} = ${h.default}: ${h.description}; search ${
              searchText(h.search)
            }`,
          );
        }
      }
    });
}

/** A search range in the field's notation. */
export function searchText(search: Search): string {
  switch (search.kind) {
    case "uniform":
      return `${search.integer ? "int " : ""}U(${search.low}, ${search.high})`;
    case "power": {
      const { base, low, high, scale = 1, shift = 0 } = search;
      const sign = scale < 0 ? "-" : shift ? "+" : "";
      const factor = Math.abs(scale) === 1 ? "" : `${Math.abs(scale)} * `;
      const before = shift ? `${shift} ${sign} ${factor}` : `${sign}${factor}`;
      return `${search.integer ? "int " : ""}${before}${base}^U(${low}, ${high})`;
    }
    case "choice":
      return `{${search.values.join(", ")}}`;
  }
}
