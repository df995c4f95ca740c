/**
 * `deno task metrics`: what metrics there are.
 *
 * @module
 */
import { Command } from "commander";
import { find } from "../../base/errors.ts";
import { METRICS } from "../../metrics/mod.ts";
import type { Metric } from "../../metrics/metric.ts";
import { print, printJson, type SetExitCode } from "../options/common.ts";

/** The command. */
export function metricsCommand(_setExitCode: SetExitCode): Command {
  return new Command("metrics")
    .description("list the metrics: what each measures, and which way is better")
    .argument("[names...]", "these metrics alone")
    .option("--json", "as JSON")
    .action((names: string[], { json }: { json?: boolean }) => {
      const metrics = names.length === 0
        ? METRICS
        : names.map((name) => find<Metric>("metric", name, METRICS));
      if (json) printJson(metrics);
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
