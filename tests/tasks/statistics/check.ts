/**
 * What a simulation measures, and whether it is what is promised.
 *
 * @module
 */

/** One figure of the report's procedures beside what it promises. */
export interface Measured {
  /** What was done. */
  readonly procedure: string;
  /** Under which conditions, by the columns of the procedure's table. */
  readonly where: Readonly<Record<string, string | number>>;
  /** What is measured: the column that this figure stands in. */
  readonly column: string;
  /** What is promised. */
  readonly nominal: number;
  /** What came of it. */
  readonly measured: number;
  /** So many made-up tables. */
  readonly repetitions: number;
  /** Whether more than the nominal value breaks the promise, or less; or nothing is promised. */
  readonly bound: "at most" | "at least" | "told";
}

/** Standard errors that count as noise: one good figure in a thousand is beyond. */
const NOISE = 3;

/** Whether a figure breaks its promise by more than the noise of the simulation. */
export function isBroken({ nominal, measured, repetitions, bound }: Measured): boolean {
  const noise = NOISE * Math.sqrt((nominal * (1 - nominal)) / repetitions);
  if (bound === "told") return false;
  return bound === "at most" ? measured > nominal + noise : measured < nominal - noise;
}

/** The figures of one procedure as Markdown: a row a condition, a column a figure. */
export function markdownOf(figures: readonly Measured[]): string {
  const [{ procedure, where }] = figures as readonly [Measured];
  const columns = [...new Set(figures.map(({ column }) => column))];
  const keys = Object.keys(where);
  const rows = Map.groupBy(figures, (figure) => Object.values(figure.where).join(" "));
  const cell = (own: readonly Measured[], column: string) => {
    const figure = own.find((figure) => figure.column === column);
    if (figure === undefined) return "–";
    const text = figure.measured.toFixed(3);
    return isBroken(figure) ? `**${text}**` : text;
  };
  const nominal = (column: string) => {
    const { nominal, bound } = figures.find((figure) => figure.column === column)!;
    return bound === "told" ? "" : ` (${bound === "at most" ? "≤" : "≥"} ${nominal})`;
  };
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [
    `**${procedure}**`,
    "",
    line([...keys, ...columns.map((column) => column + nominal(column)), "tables"]),
    line([...keys.map(() => "---"), ...columns.map(() => "---:"), "---:"]),
    ...[...rows.values()].map((own) =>
      line([
        ...Object.values(own[0]!.where),
        ...columns.map((column) => cell(own, column)),
        own[0]!.repetitions,
      ])
    ),
    "",
  ].join("\n");
}
