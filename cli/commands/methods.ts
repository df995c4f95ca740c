/**
 * `deno task methods`: what methods there are, and what is to know of one.
 *
 * @module
 */
import { Command } from "commander";
import { programName } from "../../base/command.ts";
import type { Hyperparameter, Search } from "../../methods/hyperparameter.ts";
import type { Method } from "../../methods/method.ts";
import { find } from "../../base/errors.ts";
import type { Catalogue } from "../../bench/catalogue.ts";
import { expandMethods } from "../../bench/plan/stages.ts";
import { section, wrapped } from "../text.ts";
import {
  catalogueOf,
  type PluginOptions,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";

/** The command. */
export function methodsCommand(_setExitCode: SetExitCode): Command {
  return new Command("methods")
    .description(
      "list the methods by family, with their source; all there is to know of those named",
    )
    .argument(
      "[names...]",
      "everything about these methods: what they do, where they depart from MDLT",
    )
    .option("--json", "as JSON")
    .action(async (names: string[], { json, ...options }: { json?: boolean } & PluginOptions) => {
      const catalogue = await catalogueOf(options);
      const known = catalogue.methods;
      const asked = names.map((name) => stagesOf(name, catalogue));
      if (json) {
        const plain = ({ create: _, ...plain }: Method) => plain;
        const described = names.length === 0
          ? known.map(plain)
          : asked.map((stages) =>
            stages.length === 1 ? plain(stages[0]!) : {
              name: nameOf(stages),
              title: titleOf(stages),
              stages: stages.map(plain),
            }
          );
        printJson(described);
      } else if (names.length === 0) {
        summary(known).forEach(print);
        print(
          `What one does, its hyperparameters, and where it departs: ${programName()} methods NAME`,
        );
      } else {
        for (const stages of asked) {
          const parts = [
            ...stages.length > 1 ? [aboutStages(stages)] : [],
            ...stages.flatMap(page),
          ];
          print(parts.join("\n\n") + "\n");
        }
      }
    });
}

/** A method by itself; of `first+second`, every stage that is trained. */
function stagesOf(
  name: string,
  catalogue: Pick<Catalogue, "methods" | "twoStage">,
): readonly Method[] {
  return name.includes("+")
    ? expandMethods([name], catalogue)[0]!
    : [find("method", name, catalogue.methods)];
}

const nameOf = (stages: readonly Method[]) => stages.map(({ name }) => name).join("+");
const titleOf = (stages: readonly Method[]) => stages.map(({ title }) => title).join(" + ");

/** How stages follow one another: a paragraph. */
function aboutStages(stages: readonly Method[]): string {
  const order = stages.slice(1).map(({ name }, i) =>
    `${name} from what ${stages[i]!.name} has trained`
  );
  const steps = `${stages[0]!.name} is trained as it is by itself, then ${order.join(", then ")}`;
  return `${nameOf(stages)}: ${titleOf(stages)}, ${stages.length} stages\n` +
    wrapped(`First ${steps}. What each does:`);
}

/** A line a method, under its family. */
function summary(methods: readonly Method[]): string[] {
  const width = Math.max(...methods.map(({ name }) => name.length));
  const families = Map.groupBy(methods, ({ family }) => family);
  return [...families].flatMap(([family, methods]) => [
    `${family}:`,
    ...methods.map(({ name, title, citation }) => {
      const own = title.toLowerCase() === name ? "" : `${title}; `;
      return `  ${name.padEnd(width)}  ${own}${citation.split(", ")[0]}`;
    }),
    "",
  ]);
}

/** All there is to know of a method: paragraphs. */
function page(method: Method): string[] {
  const { name, title, family, citation, version, hyperparameters, departures = [] } = method;
  const { formulas = [], symbols = {} } = method.objective ?? {};
  const knobs = Object.entries(hyperparameters)
    .flatMap(([key, h]) => [knobText(key, h), ...elsewhere(h)]);
  return [
    `${name}: ${title} (${family}), version ${version}\n${citation}`,
    wrapped(method.description),
    ...section(
      `What it ${method.steps === 0 ? "predicts with" : "minimises"}, in TeX`,
      [...formulas, ...Object.entries(symbols).map(([tex, meaning]) => `${tex}: ${meaning}`)],
    ),
    ...advice(method).map((sentence) => wrapped(sentence)),
    ...section("Training", traits(method)),
    ...section("Hyperparameters", knobs),
    ...section(
      "Beside MDLT and DomainBed",
      departures.map(({ title, text }) => `${title}\n${wrapped(text)}`),
    ),
  ];
}

/** What a method assumes, and when it may help: sentences. */
export function advice({ assumes, helps }: Method): string[] {
  return [
    ...(assumes === undefined ? [] : [`It assumes that ${assumes}.`]),
    ...(helps === undefined ? [] : [`It may help where ${helps}.`]),
  ];
}

/** What distinguishes a method from one that trains a network on uniform batches. */
export function traits({ stage1, sampler, steps, views }: Method): string[] {
  return [
    ...(stage1 === undefined ? [] : [`second stage; the first is ${stage1} unless told`]),
    ...(steps === 0 ? ["none: it predicts otherwise with the first stage's network"] : []),
    ...(sampler === undefined ? [] : [`${sampler} batches`]),
    ...(views === 2 ? ["two views of every image"] : []),
  ];
}

export function knobText(key: string, h: Hyperparameter): string {
  const standard = typeof h.default === "object" ? h.default.inherit : h.default;
  const names = h.kind !== "choice" ? "" : ` (${h.names!.join(", ")})`;
  const search = h.search === undefined ? "" : `; search ${searchText(h.search)}`;
  return `${key} = ${standard}: ${h.description}${names}${search}`;
}

/** A hyperparameter on data sets and at presets where it is different. */
export function elsewhere(h: Hyperparameter): string[] {
  const onDatasets = Object.entries(h.overrides ?? {}).map(([where, change]) => {
    const standard = change.default === undefined ? [] : [`${change.default}`];
    const search = change.search === undefined ? [] : [`search ${searchText(change.search)}`];
    return `  on ${where}: ${[...standard, ...search].join("; ")}`;
  });
  const atPresets = Object.entries(h.presets ?? {}).map(([preset, { default: value, because }]) =>
    `  at preset ${preset}: ${value}, because ${because}`
  );
  const scaled = h.scalesWithSteps === undefined ? [] : [
    `  in shorter runs than the paper's: in proportion, at least ${h.scalesWithSteps.min} or half the run`,
  ];
  return [...onDatasets, ...atPresets, ...scaled];
}

/** A search range in the field's notation. */
function searchText(search: Search): string {
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
