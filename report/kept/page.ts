/**
 * Kept results as Markdown: the page of one folder, and its leaderboards for others.
 *
 * @module
 */
import { quote } from "../../base/command.ts";
import type { Board, Kept } from "./kept.ts";
import { KEPT_FILES, KEPT_FOLDER } from "./kept.ts";

/**
 * The `README.md` of a kept folder.
 *
 * @param hasPlan Whether its plan is kept as well.
 */
export function keptPage(name: string, kept: Kept, hasPlan = true): string {
  const { note, runs, methods, seeds, seconds, revisions, machines, date, leaderboards } = kept;
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return `${
    [
      `# ${name}`,
      note,
      "```sh\n" + commandOf(kept) + "\n```",
      [
        `- ${runs.done} of ${many(runs.planned, "run")}: ${many(methods, "method")}, ` +
        `at most ${many(seeds, "seed")}`,
        `- ${clock(seconds.runs)} of runs, ${clock(seconds.span)} from the first one's start to ` +
        `the last one's end`,
        `- on ${machines.length === 0 ? "a machine that is not known" : machines.join("; ")}`,
        `- revision ${revisions.join(", ") || "not known"}, planned on ${date.slice(0, 10)}`,
      ].join("\n"),
      ...leaderboards.map((board) => boardText(board)),
      `Every figure over seeds is in [${KEPT_FILES.figures}](${KEPT_FILES.figures}), the report's ` +
      `tables are in [${KEPT_FILES.tables}/](${KEPT_FILES.tables}).` +
      (hasPlan ? " The same runs once more:" : " The plan is too large to be kept with them."),
      ...(!hasPlan ? [] : [
        `\`\`\`sh\ndeno task bench --from ${KEPT_FOLDER}/${name}/${KEPT_FILES.plan} --out again\n\`\`\``,
      ]),
    ].join("\n\n")
  }\n`;
}

/** The command that made the results. */
export function commandOf({ command }: Pick<Kept, "command">): string {
  return `deno task ${command.map(quote).join(" ")}`;
}

/**
 * A leaderboard with its title and caption.
 *
 * @param columns How many of its first columns are shown.
 */
export function boardText(
  { title, caption, columns, rows }: Board,
  shown = columns.length,
): string {
  const line = (cells: readonly string[]) => `| ${cells.slice(0, shown).map(cellOf).join(" | ")} |`;
  const rule = columns.map((_, i) => i === 0 ? ":--" : "--:");
  return [
    `**${cellOf(title)}**`,
    [line(columns), line(rule), ...rows.map(line)].join("\n"),
    ...(caption === "" ? [] : [cellOf(caption)]),
  ].join("\n\n");
}

function cellOf(text: string): string {
  return text.replaceAll(/[\\|*_`<>[\]]/g, "\\$&").replaceAll(/\s+/g, " ");
}

/** Seconds as `1 h 2 min`, `12 min` or `40 s`. */
export function clock(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
