/**
 * `docs/methods.md`: every method with what it does, its hyperparameters and where it departs from
 * MDLT.
 *
 * @module
 */
import type { Method } from "../../methods/method.ts";
import { METHODS } from "../../methods/mod.ts";
import {
  descriptionOf,
  elsewhere,
  knobText,
  methodDecisions,
  traits,
} from "../commands/methods.ts";

/** The page, as Markdown. */
export async function methodsPage(): Promise<string> {
  const decisions = await methodDecisions();
  const sections = await Promise.all(METHODS.map((method) => describe(method, decisions)));
  return [
    "# Methods",
    "`deno task methods NAME` says the same of one. Search ranges: `U(a, b)` is uniform from a to b, " +
    "and `{…}` one of these.",
    table(METHODS),
    ...sections.flat(),
  ].join("\n\n");
}

function table(methods: readonly Method[]): string {
  const rows = methods.map(({ name, title, family, citation }) =>
    `| [${name}](#${name}) | ${title} | ${family} | ${citation} |`
  );
  return ["| Name | Method | Family | Source |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

async function describe(
  method: Method,
  decisions: Awaited<ReturnType<typeof methodDecisions>>,
): Promise<string[]> {
  const { name, title, family, citation, version, hyperparameters } = method;
  const knobs = Object.entries(hyperparameters).flatMap(([key, h]) => [
    `- \`${key}\`${escaped(knobText("", h))}`,
    ...elsewhere(h).map((line) => `  - ${escaped(line.trim())}`),
  ]);
  const departures = decisions.filter(({ titles }) => titles.includes(title));
  return [
    `## ${name}`,
    `${title}, ${family}, version ${version}. ${citation}.`,
    escaped(await descriptionOf(method)),
    ...(traits(method).length === 0 ? [] : [`Training: ${traits(method).join("; ")}.`]),
    ...(knobs.length === 0 ? [] : ["Hyperparameters:", knobs.join("\n")]),
    ...departures.map(({ text }) => text.replace(/^(.*)\n/, "**$1.** ")),
  ].filter((part) => part !== "");
}

/** Text in which nothing is markup. */
function escaped(text: string): string {
  return text.replace(/[*_|<[\]]/g, "\\$&");
}
