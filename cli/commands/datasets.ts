/**
 * `deno task datasets`: what data sets there are, how large, whether they are here, and what is to
 * know of one.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { programName } from "../../base/command.ts";
import {
  type DataPaths,
  type DatasetDefinition,
  defaultSettings,
  findDataset,
  type SplitCounts,
  type TableLine,
} from "../../datasets/dataset.ts";
import { distributionChart } from "../../report/charts/distribution.ts";
import { writeAtomically } from "../../base/files.ts";
import { toSvg } from "../../report/charts/render.ts";
import {
  catalogueOf,
  dataPaths,
  type FolderOptions,
  pathOptions,
  type PluginOptions,
  print,
  printJson,
  type SetExitCode,
} from "../options/common.ts";
import { section } from "../text.ts";

interface DatasetsOptions extends PluginOptions, FolderOptions {
  readonly json?: boolean;
  readonly charts?: string;
}

/** The command. */
export function datasetsCommand(_setExitCode: SetExitCode): Command {
  const command = new Command("datasets")
    .description("list the data sets: domains, classes, images, and where to get them")
    .argument("[names...]", "everything about these data sets: domains, classes, settings")
    .option("--charts <dir>", "draw the class distribution of every set whose counts are known")
    .option("--json", "as JSON");
  for (const option of pathOptions()) command.addOption(option);
  return command.action(async (names: string[], options: DatasetsOptions) => {
    const paths = await dataPaths(options);
    const known = (await catalogueOf(options)).datasets;
    const chosen = names.length === 0 ? known : names.map((name) => findDataset(name, known));
    const found = await Promise.all(chosen.map((definition) => describe(definition, paths)));
    const charts = options.charts === undefined ? [] : await draw(found, resolve(options.charts));
    if (options.json) return printJson(found.map(plain));
    if (names.length > 0) found.forEach((each) => print(`${page(each).join("\n\n")}\n`));
    else {
      table(found).forEach(print);
      print("");
      found.forEach((each) => print(`${titleOf(each)}: ${whereabouts(each)}`));
      print("");
      print(`What one holds and can be set: ${programName()} datasets NAME`);
    }
    charts.forEach((file) => print(`Chart: ${relative(".", file)}`));
  });
}

interface Found {
  readonly definition: DatasetDefinition;
  readonly availability: Awaited<ReturnType<DatasetDefinition["locate"]>>;
  readonly counts: SplitCounts | undefined;
}

async function describe(definition: DatasetDefinition, paths: DataPaths): Promise<Found> {
  const settings = defaultSettings(definition);
  const availability = await definition.locate(paths);
  // Files that hold fewer images than the paper's settings ask for have no counts.
  const counts = await definition.counts({ ...paths, settings }).catch(() => undefined);
  return { definition, availability, counts };
}

/** What is known of a data set, without its functions. */
function plain({ definition, counts, availability }: Found): object {
  const { load: _load, locate: _locate, counts: _counts, ...rest } = definition;
  const summary = tableLine(definition, counts) ?? null;
  return { ...rest, counts: counts ?? null, summary, availability };
}

const titleOf = ({ definition: { name, title } }: Found) => `${name} (${title})`;

function whereabouts({ definition: { origin }, availability }: Found): string {
  return availability.here
    ? `here: ${availability.where}`
    : `not here: ${availability.missing}; to get it: ${availability.remedy} (${origin})`;
}

/** All there is to know of a data set: paragraphs. */
function page(found: Found): string[] {
  const { description, domains, classes, settings, presets = {}, origin } = found.definition;
  const knobs = Object.entries(settings).flatMap(([key, setting]) => [
    `${key} = ${setting.default}: ${setting.description}`,
    ...[...Map.groupBy(Object.keys(presets), (preset) => presets[preset]![key])]
      .flatMap(([value, names]) => value === undefined ? [] : `  ${value} in ${names.join(", ")}`),
  ]);
  return [
    `${titleOf(found)}\n${description}`,
    `Domains: ${domains.join(", ")}`,
    `Classes: ${classes.join(", ")}`,
    table([found]).join("\n"),
    ...section("Settings (--set NAME.key=value)", knobs),
    ...section("Images", [whereabouts(found), ...(found.availability.here ? [origin] : [])]),
  ];
}

/** A line of the paper's Table 2: from the counts, or, where no file gives any, as published. */
function tableLine(
  { published }: DatasetDefinition,
  counts: SplitCounts | undefined,
): TableLine | undefined {
  if (counts === undefined) return published;
  const cells = counts.train.flat();
  const sum = (split: SplitCounts["train"]) => split.flat().reduce((a, b) => a + b, 0);
  const [train, validation, test] = [sum(counts.train), sum(counts.validation), sum(counts.test)];
  return {
    images: train + validation + test,
    largest: cells.reduce((a, b) => Math.max(a, b)),
    smallest: cells.reduce((a, b) => Math.min(a, b)),
    train,
    validation,
    test,
  };
}

/** The paper's Table 2; largest and smallest are (domain, class) cells of the training images. */
function table(found: readonly Found[]): string[] {
  const columns = ["images", "largest", "smallest", "train", "validation", "test"] as const;
  const rows = found.map(({ definition, counts }) => {
    const { name, domains, classes } = definition;
    const line = tableLine(definition, counts);
    const figures = columns.map((column) => line?.[column]?.toLocaleString("en") ?? "unknown");
    return [name, `${domains.length}`, `${classes.length}`, ...figures];
  });
  const all = [["data set", "domains", "classes", ...columns], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all.map((row) =>
    row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ")
  );
}

async function draw(found: readonly Found[], folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const { definition, counts } of found) {
    if (counts === undefined) continue;
    const { name, spec } = distributionChart({ ...definition, train: counts.train });
    await writeAtomically(join(folder, `${name}.vl.json`), `${JSON.stringify(spec, null, 2)}\n`);
    await writeAtomically(join(folder, `${name}.svg`), await toSvg(spec));
    files.push(join(folder, `${name}.svg`));
  }
  return files;
}
