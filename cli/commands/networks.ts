/**
 * `deno task networks`: what networks there are, and what each needs.
 *
 * @module
 */
import { Command } from "commander";
import { find } from "../../base/errors.ts";
import { loadCatalogue } from "../../bench/catalogue.ts";
import type { NetworkDefinition } from "../../networks/network.ts";
import { type PluginOptions, print, printJson, type SetExitCode } from "../options/common.ts";

/** The command. */
export function networksCommand(_setExitCode: SetExitCode): Command {
  return new Command("networks")
    .description("list the networks: what each takes, and which weights it can start from")
    .argument("[names...]", "these networks alone")
    .option("--json", "as JSON")
    .action(async (names: string[], options: PluginOptions & { readonly json?: boolean }) => {
      const known = (await loadCatalogue(options.plugin ?? [])).networks;
      const networks = names.length === 0
        ? known
        : names.map((name) => find("network", name, known));
      if (options.json) printJson(networks);
      else networks.flatMap(linesOf).forEach(print);
    });
}

/** A network in the list. */
function linesOf(network: NetworkDefinition): string[] {
  const { name, title, citation, input, imageSizeMultiple = 1, dropout, weights } = network;
  const size = imageSizeMultiple === 1 ? "" : ` of a multiple of ${imageSizeMultiple} pixels`;
  const from = input === "pixels" ? `takes images${size}` : "takes features of a frozen network";
  const address = weights?.url === undefined ? "" : ` (${weights.url})`;
  return [
    `${name.padEnd(12)} ${title}: ${citation}`,
    `${from}${dropout ? "; has dropout" : ""}`,
    ...(weights === undefined ? [] : [`pretrained: ${weights.description}${address}`]),
  ].map((line, i) => (i === 0 ? line : `${" ".repeat(13)}${line}`));
}
