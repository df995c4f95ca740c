/**
 * `docs/methods.md`: every method with what it does, its hyperparameters and where it departs from
 * MDLT.
 *
 * @module
 */
import type { Method } from "../../methods/method.ts";
import { METHODS, TWO_STAGE } from "../../methods/mod.ts";
import { find } from "../../base/errors.ts";
import { advice, elsewhere, knobText, traits } from "../commands/methods.ts";
import { notationSection, objectiveParts, twoStageParts } from "./objectives.ts";

/** The page, as Markdown. */
export function methodsPage(): string {
  return [
    "# Methods",
    "`deno task methods NAME` says the same of one. Search ranges: `U(a, b)` is uniform from a to b, " +
    "and `{…}` one of these.",
    table(METHODS),
    ...notationSection(),
    ...METHODS.flatMap(methodSection),
    ...TWO_STAGE.flatMap((name) => twoStageSection(name)),
  ].join("\n\n");
}

function table(methods: readonly Method[]): string {
  const rows = methods.map(({ name, title, family, citation }) =>
    `| [${name}](#${name}) | ${title} | ${family} | ${citation} |`
  );
  return ["| Name | Method | Family | Source |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** What is said of one method, from its heading on, as Markdown. */
export function methodSection(method: Method): string[] {
  const { name, title, family, citation, version, hyperparameters, departures = [] } = method;
  const knobs = Object.entries(hyperparameters).flatMap(([key, h]) => [
    `- \`${key}\`${escaped(knobText("", h))}`,
    ...elsewhere(h).map((line) => `  - ${escaped(line.trim())}`),
  ]);
  return [
    `## ${name}`,
    `${title}, ${family}, version ${version}. ${citation}.`,
    escaped(method.description),
    ...objectiveParts(method, METHODS),
    escaped(advice(method).join(" ")),
    ...(traits(method).length === 0 ? [] : [`Training: ${traits(method).join("; ")}.`]),
    ...(knobs.length === 0 ? [] : ["Hyperparameters:", knobs.join("\n")]),
    ...departures.map(({ title, text }) =>
      `**${title[0]!.toUpperCase()}${title.slice(1)}.** ${text}`
    ),
  ].filter((part) => part !== "");
}

/**
 * What is said of two methods in turn, `first+second`, from its heading on, as Markdown.
 *
 * @param placeOf Where a method is described.
 */
export function twoStageSection(
  name: string,
  placeOf = (method: string) => `#${method}`,
): string[] {
  const [first, second] = name.split("+").map((part) => find("method", part, METHODS)) as [
    Method,
    Method,
  ];
  return [
    `## ${name}`,
    `${twoStageTitle(name)}: two stages. ${first.citation}; ${second.citation}.`,
    `Each is described by itself: ${
      [first, second].map(({ name, title }) => `[${title}](${placeOf(name)})`).join(", ")
    }.`,
    ...twoStageParts(first, second),
  ];
}

/** What `first+second` is called in tables. */
export function twoStageTitle(name: string): string {
  return name.split("+").map((part) => find("method", part, METHODS).title).join(" + ");
}

/** Text in which nothing is markup. */
function escaped(text: string): string {
  return text.replace(/[*_|<[\]]/g, "\\$&");
}
