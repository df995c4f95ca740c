/**
 * `deno task test:statistics [REPETITIONS]`: simulates what every figure of the report promises, on
 * made-up tables where the truth is known, and writes nominal and measured values into
 * `docs/statistics.md`. Fails where an error is larger, or a coverage smaller, than promised by more
 * than the noise of the simulation. The same tables every time.
 *
 * @module
 */
import { print } from "../../base/terminal.ts";
import { projectPath } from "../../base/paths.ts";
import { chances, means, ranks } from "./statistics/aggregates.ts";
import { isBroken, markdownOf, type Measured } from "./statistics/check.ts";
import { crossed, factorial } from "./statistics/factors.ts";
import { changes, control, pairs, power } from "./statistics/families.ts";

/** Made-up tables of each condition, where nobody says otherwise. */
const REPETITIONS = 2000;

const repetitions = Number(Deno.args[0] ?? REPETITIONS);
const page = projectPath("docs/statistics.md");
const [BEGIN, END] = ["<!-- begin: deno task test:statistics -->", "<!-- end -->"];

const all: Measured[] = [];
const simulations = [
  ...[control, pairs, power, changes, factorial],
  ...[crossed, means, chances, ranks],
];
for (const simulate of simulations) {
  const began = performance.now();
  const own = [...simulate(repetitions)];
  all.push(...own);
  print(markdownOf(own));
  print(`(${((performance.now() - began) / 1000).toFixed(0)} s)\n`);
}

const procedures = [...Map.groupBy(all, ({ procedure }) => procedure).values()];
const text = await Deno.readTextFile(page);
const [before, rest] = [text.split(BEGIN)[0]!, text.split(END).at(-1)!];
const tables = procedures.map(markdownOf).join("\n");
await Deno.writeTextFile(page, `${before}${BEGIN}\n\n${tables}\n${END}${rest}`);

const broken = all.filter(isBroken);
for (const { procedure, where, column, nominal, measured } of broken) {
  print(
    `${procedure}, ${column}: ${measured.toFixed(3)}, promised ${nominal}, at ` +
      Object.entries(where).map(([key, value]) => `${value} ${key}`).join(", "),
  );
}
print(`${all.length - broken.length} of ${all.length} figures are as promised`);
Deno.exit(broken.length > 0 ? 1 : 0);
