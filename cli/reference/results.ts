/**
 * What the documentation says of kept results: `docs/results/README.md`, and the tables in the
 * README.
 *
 * @module
 */
import { projectPath } from "../../base/paths.ts";
import { allKept, type Board, type Kept, KEPT_FOLDER } from "../../report/kept/kept.ts";
import { boardText, clock, commandOf } from "../../report/kept/page.ts";

/** Rows of a leaderboard in the README, and its columns: method, average, worst domain, difference. */
const ROWS = 5, COLUMNS = 5;

/** The index of all kept results, as Markdown. */
export async function keptIndex(): Promise<string> {
  const all = await allKept(projectPath(KEPT_FOLDER));
  const line = ({ name, kept }: { name: string; kept: Kept }) =>
    `| [${name}](${name}/README.md) | ${kept.note} | ${kept.runs.done} | ${kept.methods} | ` +
    `${kept.seeds} | ${clock(kept.seconds.runs)} | ${kept.date.slice(0, 10)} |`;
  return [
    "# Kept results",
    "Grids that this project ran: their plan, every figure over seeds and the report's tables, " +
    "without images, weights and folders of a machine. A folder is written by " +
    "`deno task results --out OUT --keep docs/results/NAME --note SENTENCE`, and this page by " +
    "`deno task docs:generate`.",
    ...(all.length === 0 ? ["There is none yet."] : [[
      "| Results | What | Runs | Methods | Seeds | Time of runs | Planned on |",
      "| :-- | :-- | --: | --: | --: | --: | --: |",
      ...all.map(line),
    ].join("\n")]),
  ].join("\n\n");
}

/**
 * For the README: the widest comparisons as the head of each leaderboard with the command that made
 * it, every other grid in a line.
 */
export async function keptBlock(): Promise<string> {
  const all = await allKept(projectPath(KEPT_FOLDER));
  if (all.length === 0) return "None is kept yet.";
  const most = Math.max(...all.map(({ kept }) => kept.methods));
  const wide = all.filter(({ kept }) => kept.methods > most / 2);
  const others = all.filter((one) => !wide.includes(one));
  return [
    ...wide.flatMap(({ name, kept }) => [
      `${linkOf(name)}: ${kept.note} ${kept.runs.done} runs, at most ${kept.seeds} ` +
      `seed${kept.seeds === 1 ? "" : "s"}, ${clock(kept.seconds.runs)} of runs.`,
      "```sh\n" + commandOf(kept) + "\n```",
      ...kept.leaderboards.map((board) => boardText(headOf(board), COLUMNS)),
    ]),
    ...(others.length === 0 ? [] : [
      "Kept as well:",
      others.map(({ name, kept }) => `- ${linkOf(name)}: ${kept.note}`).join("\n"),
    ]),
  ].join("\n\n");
}

function linkOf(name: string): string {
  return `[${name}](${KEPT_FOLDER}/${name}/README.md)`;
}

/** The first rows, and the control's. */
function headOf({ rows, ...board }: Board): Board {
  const head = rows.slice(0, ROWS);
  const control = rows.find((row) => row.includes("control"));
  const shown = control === undefined || head.includes(control) ? head : [...head, control];
  return { ...board, caption: "", rows: shown };
}
