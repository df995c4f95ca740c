/**
 * What methods minimise, as Markdown with formulas.
 *
 * Formulas stand in blocks of the language `math` and in spans between `` $` `` and `` `$ ``, where
 * Markdown reads nothing; between plain dollar signs it takes backslashes and underscores for its own.
 *
 * @module
 */
import type { Method } from "../../methods/method.ts";
import { NOTATION, type Objective } from "../../methods/objective.ts";

/** What of a first stage a second one begins with. */
const HEIRS: Readonly<Record<NonNullable<Method["inherits"]>, string>> = {
  featurizer: "the first stage's featurizer and a fresh classifier",
  network: "the first stage's network",
  nothing: "a fresh network",
};

/** How batches are drawn, where they are not as the domains are. */
const BATCHES: Readonly<Record<NonNullable<Method["sampler"]>, Readonly<Record<string, string>>>> =
  {
    "uniform": {},
    "class-balanced": { "B_d": "drawn so that every class that the domain has is equally likely" },
    "group-balanced": {
      "B_d":
        "drawn from a subset, made once, in which every cell with training images has as many as " +
        "the smallest",
    },
  };

/** The notation that all formulas share, from its heading on. */
export function notationSection(): string[] {
  return [
    "## Notation",
    "Formulas say what the code computes from the batch of a step. To minimise is to take a step of " +
    "Adam down the gradient, in the weights that stand under the sign, or in all; the decay of " +
    "weights is left out. Where a formula does not say otherwise:",
    list(NOTATION),
  ];
}

/** What a method minimises: its formulas, what their symbols are, and of a second stage what is before. */
export function objectiveParts(method: Method, methods: readonly Method[]): string[] {
  const { objective } = method;
  if (objective === undefined) return [];
  const first = methods.find(({ name }) => name === method.stage1);
  return [
    `**${method.steps === 0 ? "What it predicts with" : "What it minimises"}** (see ` +
    `[the notation](#notation))` +
    (first === undefined
      ? ":"
      : `, after a first stage (${first.title} unless told), with ${heritage(method)}:`),
    ...formulas(objective, method),
  ];
}

/** What two methods minimise in turn, the second after the first. */
export function twoStageParts(first: Method, second: Method): string[] {
  const stages = [
    `**The first stage minimises** (see [the notation](#notation)), as ${first.title} does:`,
    `**The second one ${second.steps === 0 ? "predicts with" : "minimises"}**, as ` +
    `${second.title} does, with ${heritage(second)}:`,
  ];
  return [first, second].flatMap((method, i) =>
    method.objective === undefined ? [] : [stages[i]!, ...formulas(method.objective, method)]
  );
}

function heritage({ inherits = "featurizer" }: Method): string {
  return HEIRS[inherits];
}

function formulas(
  { formulas, symbols }: Objective,
  { sampler = "uniform" }: Pick<Method, "sampler">,
): string[] {
  const all = { ...BATCHES[sampler], ...symbols };
  return [
    ...formulas.map((tex) => ["```math", tex, "```"].join("\n")),
    ...(Object.keys(all).length === 0 ? [] : [list(all)]),
  ];
}

function list(symbols: Readonly<Record<string, string>>): string {
  return Object.entries(symbols).map(([tex, meaning]) => `- $\`${tex}\`$: ${withSpans(meaning)}`)
    .join("\n");
}

/** Text in which `$…$` is TeX and nothing else but what stands between backticks is markup. */
function withSpans(text: string): string {
  return text.split(/(\$[^$]+\$|`[^`]+`)/).map((part) =>
    part.startsWith("$")
      ? `$\`${part.slice(1, -1)}\`$`
      : part.startsWith("`")
      ? part
      : part.replace(/[*_|<[\]]/g, "\\$&")
  ).join("");
}
