/**
 * What of a report's tables a paper takes.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { integerAtLeast, nonEmptyList } from "../../base/arguments.ts";
import type { LatexFloat } from "../../report/tables/formats/latex.ts";
import type { PaperOptions } from "../../report/tables/paper.ts";

/** What the options say. */
export interface PaperCommandOptions {
  readonly methods?: string[];
  readonly columns?: string[];
  readonly digits?: number;
  readonly latex?: LatexFloat;
  readonly latexWidth?: number;
}

/** Adds the options to a command. */
export function paperOptions(command: Command): Command {
  return command
    .option(
      "--methods <names>",
      "methods of the LaTeX and Markdown tables, in this order (default: all)",
      nonEmptyList("--methods"),
    )
    .option(
      "--columns <keys>",
      "columns of these tables by their names in CSV, such as average_macro_f1 (default: all)",
      nonEmptyList("--columns"),
    )
    .option(
      "--digits <n>",
      "decimal places of figures in these tables",
      integerAtLeast("--digits", 0),
    )
    .addOption(
      new Option("--latex <environment>", "environment of the LaTeX tables")
        .choices(["auto", "table", "table*", "longtable"]).default(
          "auto",
          "a longtable where a page is not enough",
        ),
    )
    .option(
      "--latex-width <points>",
      "width of the text that LaTeX tables must fit (default: 345, that of article)",
      integerAtLeast("--latex-width", 100),
    );
}

/** The choice that the options make. */
export function paperOf(options: PaperCommandOptions): PaperOptions {
  const { methods, columns, digits, latex, latexWidth } = options;
  return {
    ...(methods && { methods }),
    ...(columns && { columns }),
    ...(digits !== undefined && { digits }),
    ...(latex && { float: latex }),
    ...(latexWidth !== undefined && { width: latexWidth }),
  };
}
