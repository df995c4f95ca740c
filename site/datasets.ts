/**
 * The page of a data set: what it holds, and how many images, as far as that is known without them.
 *
 * @module
 */
import {
  type DatasetDefinition,
  defaultSettings,
  type SplitCounts,
  type TableLine,
} from "../datasets/dataset.ts";
import { isDataSeed, RUN } from "../datasets/settings.ts";
import { SHOT_GROUPS, shotGroup } from "../metrics/mod.ts";
import { distributionChart } from "../report/charts/distribution.ts";
import { escapeMarkdown } from "./escape.ts";
import type { SourcePage } from "./pages.ts";
import { drawingsAt, drawn, markdownTable } from "./parts.ts";

/** With more classes than these, a table of cells is too long to be read. */
const CELLS = 40;

/** With more classes than these, their names are shown when they are asked for. */
const NAMES = 15;

const SPLITS = ["train", "validation", "test"] as const;

/** The page, with charts. */
export async function datasetPage(set: DatasetDefinition): Promise<SourcePage> {
  const counts = await countsOf(set);
  const charts = counts === undefined
    ? []
    : [await drawn(distributionChart({ ...set, train: counts.train, ...seedOf(set) }).spec)];
  return {
    path: `datasets/${set.name}.html`,
    title: set.title,
    drawings: charts,
    markdown: [
      `# ${set.title}`,
      escapeMarkdown(set.description),
      `\`--datasets ${set.name}\`. ${sentence(escapeMarkdown(set.origin))}`,
      set.supersededBy === undefined
        ? ""
        : `It is kept for its records: [${set.supersededBy}](${set.supersededBy}.html) took its place.`,
      ...contents(set),
      "## Images",
      ...(counts === undefined ? unknownCounts(set) : await knownCounts(set, counts)),
      ...settingsParts(set),
      ...plateauParts(set),
    ].filter((part) => part !== "").join("\n\n"),
  };
}

/** Images by split, domain and class that need no file; undefined where they do. */
function countsOf(set: DatasetDefinition, preset?: string): Promise<SplitCounts | undefined> {
  return set.counts({
    dataDir: undefined,
    splitsDir: undefined,
    cacheDir: "",
    settings: defaultSettings(set, preset),
  });
}

/** The seed whose images are shown, where every seed draws its own. */
function seedOf({ settings }: DatasetDefinition): { seed?: number } {
  const drawn = Object.values(settings).some((setting) =>
    isDataSeed(setting) && setting.default === RUN
  );
  return drawn ? { seed: 0 } : {};
}

function contents({ domains, classes, shots }: DatasetDefinition): string[] {
  const names = classes.map(escapeMarkdown).join(", ");
  return [
    `**${domains.length} domains:** ${domains.map(escapeMarkdown).join(", ")}.`,
    ...(classes.length <= NAMES ? [`**${classes.length} classes:** ${names}.`] : [
      `<details><summary>${classes.length} classes</summary>`,
      `${names}.`,
      "</details>",
    ]),
    `A cell of a domain and a class is *many*-shot with more than ${shots.many} training images, ` +
    `*few*-shot with at most ${shots.few}, *zero*-shot with none, and *medium* between.`,
  ];
}

async function knownCounts(set: DatasetDefinition, counts: SplitCounts): Promise<string[]> {
  const { domains, classes, shots, settings } = set;
  const seed = seedOf(set).seed;
  const cells = counts.train;
  const shot = (row: readonly number[], group: string) =>
    row.filter((count) => shotGroup(count, shots) === group).length;
  const rows = domains.map((domain, d) => [
    escapeMarkdown(domain),
    ...SPLITS.map((split) => shown(sum(counts[split][d]!))),
    ...SHOT_GROUPS.map((group) => shot(cells[d]!, group)),
  ]);
  const all = [
    "all",
    ...SPLITS.map((split) => shown(sum(counts[split].flat()))),
    ...SHOT_GROUPS.map((group) => shot(cells.flat(), group)),
  ];
  return [
    (Object.keys(settings).length === 0 ? "" : "At the default settings. ") +
    (seed === undefined ? "" : `Every seed draws its own; these are those of seed ${seed}. `) +
    "A cell is counted by its training images.",
    markdownTable(
      ["Domain"],
      ["Train", "Validation", "Test", ...SHOT_GROUPS.map((group) => `Cells, ${group}-shot`)],
      [...rows, all],
    ),
    drawingsAt([0]),
    ...(classes.length > CELLS ? [] : [
      "Training images of every cell:",
      markdownTable(
        ["Domain"],
        classes.map(escapeMarkdown),
        domains.map((domain, d) => [escapeMarkdown(domain), ...cells[d]!.map(shown)]),
      ),
    ]),
    ...await presetParts(set),
  ];
}

/** Sizes by preset, where presets have other settings than the paper. */
async function presetParts(set: DatasetDefinition): Promise<string[]> {
  const rows = await Promise.all(
    Object.keys(set.presets ?? {}).map(async (preset) => {
      const counts = (await countsOf(set, preset))!;
      const cells = counts.train.flat();
      return [
        `\`${preset}\``,
        ...SPLITS.map((split) => shown(sum(counts[split].flat()))),
        shown(Math.max(...cells)),
        shown(Math.min(...cells)),
      ];
    }),
  );
  return rows.length === 0 ? [] : [
    "Shorter presets take fewer:",
    markdownTable(
      ["Preset"],
      ["Train", "Validation", "Test", "Largest training cell", "Smallest"],
      rows,
    ),
  ];
}

function unknownCounts({ name, published, splitFile }: DatasetDefinition): string[] {
  const where = `\`deno task datasets ${name}\` counts them where the data set's files are.`;
  const split = splitFile === undefined
    ? ""
    : `\`${splitFile}\` says which image is in which split. `;
  return published === undefined
    ? [
      `How many there are of each class follows from files, which are not part of the code. ${where}`,
    ]
    : [
      `${split}The paper's Table 2 gives its sizes, cells being those of a domain and a class:`,
      publishedTable(published),
      where,
    ];
}

function publishedTable({ images, train, validation, test, largest, smallest }: TableLine): string {
  return markdownTable(
    [],
    ["Images", "Train", "Validation", "Test", "Largest training cell", "Smallest"],
    [[images, train, validation, test, largest, smallest].map(shown)],
  );
}

function settingsParts({ name, settings, presets = {} }: DatasetDefinition): string[] {
  const lines = Object.entries(settings).map(([key, { description, default: usual }]) => {
    const others = Map.groupBy(Object.keys(presets), (preset) => presets[preset]![key]);
    const told = [...others].flatMap(([value, names]) =>
      value === undefined
        ? []
        : [`; ${value} in preset ${names.map((one) => `\`${one}\``).join(", ")}`]
    );
    return `- \`${key}\` (${usual}${told.join("")}): ${escapeMarkdown(description)}`;
  });
  return lines.length === 0
    ? []
    : ["## Settings", `As \`--set ${name}.key=value\`:`, lines.join("\n")];
}

function plateauParts({ plateaus = {} }: DatasetDefinition): string[] {
  const lines = Object.entries(plateaus).map(([preset, { reached, measured }]) =>
    `- \`${preset}\`: ${reached ? "on a plateau" : "**not on a plateau**"}. ${
      escapeMarkdown(measured)
    }`
  );
  return lines.length === 0 ? [] : ["## Where runs of a preset end", lines.join("\n")];
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const shown = (count: number | undefined) => count?.toLocaleString("en") ?? "–";

const sentence = (text: string) => `${text.replace(/\.$/, "")}.`;
