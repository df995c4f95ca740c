/**
 * What the documentation says of all methods together: `docs/choosing-a-method.md`, and the table in
 * the README.
 *
 * @module
 */
import type { Method } from "../../methods/method.ts";
import { METHODS, TWO_STAGE } from "../../methods/mod.ts";

/** The page, as Markdown: families, what their methods assume, when they may help, what they cost. */
export function choosingPage(): string {
  return [
    "# Choosing a method",
    "What every method assumes, when it may help, and what it costs; [methods.md](methods.md) has " +
    "its hyperparameters and its departures from other code. Whether it does help on your data, a " +
    "comparison with ERM says: `deno task bench --methods erm,NAME --seeds 5`. How all of them did " +
    "in the project's own grids is in [results](results/README.md); what stands here " +
    "follows from what a method does, and is no finding.",
    "*Passes* are forward and backward passes of a step over the joined batch of all domains, by " +
    "definition; a forward pass alone counts a third. *Time* is that of a step beside ERM's, as " +
    "measured on small images, where that is far from 1; on the features of a frozen network, where " +
    "a pass costs next to nothing, all that a method computes besides counts for " +
    "more. *Beside the network* is what it keeps in memory, besides the moments of Adam for what it " +
    "trains. A second stage costs its first stage, too.",
    ...families().flatMap(([family, methods]) => [
      `## ${capital(family)}`,
      FAMILIES[family] ?? "",
      tableOf(
        [
          "Method",
          "It assumes that …",
          "It may help where …",
          "Passes",
          "Time",
          "Beside the network",
        ],
        methods.map((method) => [
          `[${method.title}](methods.md#${method.name})${stageOf(method)}`,
          method.assumes ?? "",
          method.helps ?? "",
          passesOf(method),
          method.cost?.time === undefined ? "1" : `${method.cost.time}`,
          method.cost?.memory ?? "nothing",
        ]),
      ),
    ]),
  ].filter((part) => part !== "").join("\n\n");
}

/** How many methods there are, and which, for the README. */
export function methodsBlock(): string {
  return [
    `${METHODS.length} methods, and ${TWO_STAGE.length} more in two stages ` +
    `(${TWO_STAGE.map((name) => `\`${name}\``).join(", ")}; any other pair may be asked for):`,
    tableOf(
      ["family", "methods"],
      families().map(([family, methods]) => [
        `${family} (${methods.length})`,
        methods.map(({ title }) => title).join(", "),
      ]),
    ),
  ].join("\n\n");
}

/** What is common to a family, by its name; plugins may bring others. */
const FAMILIES: Readonly<Record<string, string>> = {
  baseline: "The mean loss over all images, and what makes the most of it.",
  "domain-invariant": "Features, risks or gradients should be alike in all domains.",
  robust: "The worst case counts: a domain, an image, a group, a feature.",
  augmentation: "Images that are made up between those that are there.",
  "meta-learning": "Steps are judged by what they do for other domains.",
  imbalance: "Rare classes should not lose against frequent ones.",
  "multi-domain long-tailed":
    "Rare cells of domain and class should not lose against frequent ones.",
};

/** The families in the order of the tables, each with its methods. */
function families(): [string, Method[]][] {
  return [...Map.groupBy(METHODS, ({ family }) => family)];
}

function passesOf({ steps, cost }: Method): string {
  if (steps === 0) return "0";
  const passes = cost?.passes ?? 1;
  const thirds = Math.round(3 * passes);
  return thirds % 3 === 0 ? `${thirds / 3}` : `${thirds}/3`;
}

function stageOf({ stage1 }: Method): string {
  return stage1 === undefined ? "" : ` (after ${stage1})`;
}

function tableOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);
