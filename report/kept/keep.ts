/**
 * Keeps the results of an output folder beside the code: figures, tables and the plan.
 *
 * @module
 */
import { basename, join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { createAtomically, exists, isFile } from "../../base/files.ts";
import type { Manifest } from "../../bench/records/record.ts";
import { sealed } from "../../bench/records/seal.ts";
import { listing } from "../analysis/listing.ts";
import type { ReportContext } from "../context.ts";
import type { Run } from "../folder.ts";
import { buildSections } from "../sections/build.ts";
import { toCsv } from "../tables/formats/csv.ts";
import { toMarkdown } from "../tables/formats/markdown.ts";
import { leaderboards } from "../tables/leaderboard.ts";
import { listingTable } from "../tables/listing.ts";
import { lineText, type Table } from "../tables/table.ts";
import { type Board, type Kept, KEPT_FILES } from "./kept.ts";
import { withoutMachine } from "./paths.ts";
import { keptPage } from "./page.ts";

/** The most bytes that kept results may have. */
const MOST = 1_000_000;

/** A longer table is for programs, which have `figures.csv` and the plan. */
const LONGEST_TABLE = 60_000;

/**
 * Writes a folder of kept results, in place of what it held of them.
 *
 * @param target The new folder.
 * @param note What these results are, in a sentence.
 * @param command What makes all of them; the folder's last command when left out.
 * @returns Its files with their sizes in bytes.
 * @throws {UsageError} When no run is finished, the target is something else, or it would be too large.
 */
export async function keepResults(
  ctx: ReportContext,
  target: string,
  note: string,
  command: readonly string[] = ctx.store.manifest.command,
): Promise<ReadonlyMap<string, number>> {
  const refuse = (why: string) => new UsageError(`Cannot keep results in "${target}": ${why}`);
  if (await exists(target) && !await isFile(join(target, KEPT_FILES.about))) {
    throw refuse("it is there and holds no kept results; give a new folder");
  }
  const kept = { ...keptOf(ctx, note), command: command.map(withoutMachine) };
  if (kept.runs.done === 0) throw refuse("no run is finished; train first");
  const tables = (await buildSections(ctx)).flatMap(({ tables }) => tables ?? [])
    .filter(({ csvOnly, groups }) => !csvOnly && groups.some(({ rows }) => rows.length > 0))
    .map((table) => [join(KEPT_FILES.tables, `${table.name}.md`), toMarkdown(table)] as const)
    .filter(([, text]) => text.length <= LONGEST_TABLE);
  const plan = `${JSON.stringify(sealed(planOf(ctx.store.manifest)))}\n`;
  const others = new Map([
    [KEPT_FILES.about, `${JSON.stringify(kept, null, 1)}\n`],
    [KEPT_FILES.figures, figures(ctx)],
    ...tables,
  ].map(([path, text]) => [path!, withoutMachine(text!)]));
  // The plan of thousands of runs is left out: the command makes it.
  const hasPlan = bytesOf(others) + plan.length <= MOST - 10_000;
  const files = new Map([
    ...others,
    [KEPT_FILES.readme, withoutMachine(keptPage(basename(target), kept, hasPlan))],
    ...(hasPlan ? [[KEPT_FILES.plan, plan] as const] : []),
  ]);
  const size = bytesOf(files);
  if (size > MOST) {
    throw refuse(
      `they would take ${Math.ceil(size / 1000)} kB, of which ${MOST / 1000} may be kept; keep ` +
        `folders with fewer runs, one a comparison`,
    );
  }
  await createAtomically(target, async (temporary) => {
    await Deno.mkdir(join(temporary, KEPT_FILES.tables), { recursive: true });
    for (const [path, text] of files) await Deno.writeTextFile(join(temporary, path), text);
    await Deno.remove(target, { recursive: true }).catch(() => {}); // there may be none
  });
  return new Map([...files].map(([path, text]) => [path, bytesOf([[path, text]])]));
}

/** What some files take. */
function bytesOf(files: Iterable<readonly [path: string, text: string]>): number {
  const encoder = new TextEncoder();
  return [...files].reduce((sum, [, text]) => sum + encoder.encode(text).length, 0);
}

/** The context of all results, and one by every rule for unseen domains. */
function contexts(ctx: ReportContext): { protocol: string; ctx: ReportContext }[] {
  return [
    { protocol: "all domains", ctx },
    ...ctx.unseen().map(({ rule, ctx }) => ({ protocol: `unseen: ${rule.title}`, ctx })),
  ];
}

function keptOf(ctx: ReportContext, note: string): Omit<Kept, "command"> {
  const { store } = ctx;
  const runs = [...store.runs, ...store.unseen];
  const done = runs.filter(({ state }) => state.status === "done");
  const own = done.filter((run) => run.digest && !run.digest.origin);
  const environments = own.map(({ digest }) => digest!.environment);
  const distinct = (texts: (string | number | null | undefined)[]) =>
    [...new Set(texts.filter((text) => text !== null && text !== undefined))].map(String).sort();
  const methods = contexts(ctx).flatMap(({ ctx }) => ctx.datasets())
    .flatMap(({ methods }) => methods);
  // Without methods beside each other, it is what was studied that there are results of.
  const studied = methods.length > 0 ? [] : ctx.studies();
  const settings = studied.flatMap(({ settings }) => settings);
  return {
    format: 1,
    note,
    date: dateOf(store.manifest),
    revisions: distinct(environments.map(({ revision }) => revision)),
    machines: distinct(environments.map(({ cpu, cores, platform, device }) => {
      const accelerator = device === null || device === "cpu" ? "" : `, ${device}`;
      return `${cpu ?? "a processor that is not known"}, ${cores} cores, ${platform}${accelerator}`;
    })),
    runs: { planned: runs.length, done: done.length },
    methods: new Set([
      ...methods.map(({ label }) => label),
      ...studied.map(({ method }) => method.name),
    ]).size,
    seeds: Math.max(
      0,
      ...[...methods, ...settings].map(({ runs }) => runs.filter((run) => run !== null).length),
    ),
    seconds: secondsOf(own),
    leaderboards: leaderboards(ctx).map(boardOf),
  };
}

function secondsOf(runs: readonly Run[]): Kept["seconds"] {
  const times = runs.map(({ digest }) => digest!.timing);
  const starts = times.map(({ startedAt }) => Date.parse(startedAt) / 1000);
  const ends = times.map(({ seconds }, i) => starts[i]! + seconds);
  return {
    runs: times.reduce((sum, { seconds }) => sum + seconds, 0),
    span: times.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts),
  };
}

/** A table as it is shown. */
function boardOf({ title, caption, columns, groups }: Table): Board {
  return {
    title,
    caption,
    columns: columns.map(({ title }) => title),
    rows: groups.flatMap(({ rows }) =>
      rows.map(({ cells }) => columns.map((column, c) => lineText(cells[c] ?? null, column)))
    ),
  };
}

/** The plan without folders of the machine, under a checksum of its own. */
function planOf(manifest: Manifest): Manifest {
  return sealed({
    ...manifest,
    command: manifest.command.map(withoutMachine),
    ...(manifest.plugins && {
      plugins: manifest.plugins.map((plugin) => ({
        ...plugin,
        specifier: withoutMachine(plugin.specifier),
      })),
    }),
    runs: manifest.runs.map(({ program: _, ...run }) => run),
  });
}

/**
 * Test figures over seeds, with which domains were trained on: the tested metrics of every domain,
 * and where all were trained on, the average of every other metric.
 */
function figures(ctx: ReportContext): string {
  const over = ["average", "worst"];
  const others = ctx.catalogue.metrics.filter((metric) => !ctx.metrics.tested.includes(metric))
    .map(({ name }) => name);
  const trainedOnAll = new Set(ctx.datasets());
  const rows = [
    ...listing(ctx, { domains: over }),
    ...listing(ctx, { metrics: others, domains: ["average"] })
      .filter(({ dataset }) => trainedOnAll.has(dataset)),
    ...listing(ctx, { domains: ["all"] }).filter(({ domain }) => !over.includes(domain)),
  ];
  const parts = contexts(ctx).map(({ protocol, ctx }) => {
    const own = new Set(ctx.datasets());
    const { columns, groups, ...table } = listingTable(
      rows.filter(({ dataset }) => own.has(dataset)),
    );
    return {
      ...table,
      columns: [{ key: "protocol", title: "Protocol", kind: "text" } as const, ...columns],
      groups: groups.map(({ title, rows }) => ({
        title,
        rows: rows.map((row) => ({ ...row, cells: [protocol, ...row.cells] })),
      })),
    };
  });
  const csv = toCsv({ ...parts[0]!, groups: parts.flatMap(({ groups }) => groups) });
  return csv.replaceAll(/\d+\.\d{7,}/g, (number) => String(Number(Number(number).toFixed(6))));
}

/** When a plan was made, in ISO 8601. */
function dateOf({ createdAt }: Manifest): string {
  const time = Date.parse(createdAt);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new UsageError(
    `Cannot keep results of a plan that was made at "${createdAt}": no date is that`,
  );
}
