/**
 * `deno task metrics`: what metrics there are.
 *
 * @module
 */
import { Command } from "commander";
import { find } from "../../base/errors.ts";
import { loadCatalogue } from "../../bench/catalogue.ts";
import type { Metric } from "../../metrics/metric.ts";
import { type PluginOptions, print, printJson, type SetExitCode } from "../options/common.ts";

/** The command. */
export function metricsCommand(_setExitCode: SetExitCode): Command {
  return new Command("metrics")
    .description("list the metrics: what each measures, and which way is better")
    .argument("[names...]", "these metrics alone")
    .option("--json", "as JSON")
    .action(async (names: string[], options: PluginOptions & { readonly json?: boolean }) => {
      const known = (await loadCatalogue(options.plugin ?? [])).metrics;
      const metrics = names.length === 0 ? known : names.map((name) => find("metric", name, known));
      if (options.json) printJson(metrics);
      else metrics.flatMap(linesOf).forEach(print);
    });
}

/** A metric in the list. */
function linesOf(metric: Metric): string[] {
  const { name, title, description, citation, better, range, needs, undefinedWhen } = metric;
  const way = better === "max" ? "larger is better" : "smaller is better";
  return [
    `${name.padEnd(20)} ${title}: ${description}`,
    `from ${range.join(" to ")}, ${way}; from ${needs}; none when ${undefinedWhen}`,
    ...(citation === undefined ? [] : [citation]),
  ].map((line, i) => (i === 0 ? line : `${" ".repeat(21)}${line}`));
}
