/**
 * `deno task hparams`: the presets of hyperparameters, and what is in one.
 *
 * @module
 */
import { Command } from "commander";
import type { Hparams } from "../../bench/hparams/mod.ts";
import { hparamsOf } from "../options/hparams.ts";
import {
  catalogueOf,
  type PluginOptions,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";

/** The command. */
export function hparamsCommand(_setExitCode: SetExitCode): Command {
  return new Command("hparams")
    .description("list the presets of hyperparameters: what each was found on, and how")
    .argument("[names...]", "every value of these presets, or JSON files")
    .option("--json", "as JSON")
    .action(async (names: string[], options: PluginOptions & { readonly json?: boolean }) => {
      const catalogue = await catalogueOf(options);
      const presets = names.length === 0
        ? catalogue.hparams
        : await Promise.all(names.map(async (name) => (await hparamsOf(name, catalogue))!));
      if (options.json) return printJson(presets);
      presets.flatMap(summary).forEach(print);
      if (names.length > 0) presets.flatMap(values).forEach(print);
    });
}

/** A preset in the list. */
function summary({ name, version, title, description, by, settings, commands }: Hparams): string[] {
  return [
    `${name}: ${title}, version ${version}`,
    `  ${description}`,
    `  best of ${settings} settings by ${by}, made by:`,
    ...commands.map((command) => `    ${command}`),
  ];
}

/** A line for each method: its setting and the values that it has otherwise than by default. */
function values({ methods }: Hparams): string[] {
  return Object.entries(methods).map(([name, { trial, tried, worth, stages }]) => {
    const all = Object.entries(stages).flatMap(([stage, { values }]) =>
      Object.entries(values).map(([key, value]) =>
        `${stage}.${key}=${typeof value === "number" ? Number(value.toPrecision(4)) : value}`
      )
    );
    const what = all.length === 0 ? "the defaults" : all.join(" ");
    return `${name.padEnd(14)} setting ${trial} of ${tried}, ${
      (100 * worth).toFixed(1)
    } %: ${what}`;
  });
}
