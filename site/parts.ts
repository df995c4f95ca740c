/**
 * Charts and tables as parts of pages.
 *
 * @module
 */
import { toSvg } from "../report/charts/render.ts";
import type { ChartSpec } from "../report/types.ts";
import { escapeHtml } from "./escape.ts";

/** A chart with what it shows in words below it. */
export async function drawn(spec: ChartSpec): Promise<string> {
  return `<figure>${await toSvg(spec)}<figcaption>${
    escapeHtml(spec.description ?? "")
  }</figcaption></figure>`;
}

/** Where some of a page's drawings stand, as Markdown. */
export function drawingsAt(numbers: Iterable<number>): string {
  return "```drawings\n" + [...numbers].join("\n") + "\n```";
}

/** A table as Markdown: columns of words, then those of numbers. */
export function markdownTable(
  words: readonly string[],
  numbers: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const rule = [...words.map(() => ":--"), ...numbers.map(() => "--:")];
  return [[...words, ...numbers], rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
