/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What the report's page can do beyond being read: theme, sorting, filtering, live charts.
 *
 * Runs in the browser, inlined without its types behind the modules that it imports, and works
 * without a network.
 *
 * @module
 */
import type { default as VegaEmbed } from "vega-embed";
import { chartDataOf, choiceOf, liveViews } from "./downloads.ts";
import type { FigurePairs, PairData } from "./pair_data.ts";

declare global {
  var vegaEmbed: typeof VegaEmbed | undefined;
}

/** The element that a selector finds first; the page always has it. */
function get<E extends Element>(selector: string, within: ParentNode = document): E {
  return within.querySelector<E>(selector)!;
}

const root = document.documentElement;

// Theme -------------------------------------------------------------------------------------------

function isDark(): boolean {
  return root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
}

const toggle = get<HTMLButtonElement>("nav button");
toggle.hidden = false;
toggle.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Some browsers keep no storage for local files: the choice then lasts as long as the page.
  }
});

// Navigation --------------------------------------------------------------------------------------

const links = new Map(
  [...document.querySelectorAll<HTMLAnchorElement>("nav a")]
    .map((link) => [link.getAttribute("href")!.slice(1), link]),
);

/** Marks the section that is read: the last one that begins above the window's upper edge, about. */
function markSection(): void {
  const begun = [...links.keys()].filter((id) =>
    document.getElementById(id)!.getBoundingClientRect().top < 120
  );
  const current = links.get(begun.at(-1) ?? [...links.keys()][0]!)!;
  if (current.hasAttribute("aria-current")) return;
  for (const link of links.values()) link.removeAttribute("aria-current");
  current.setAttribute("aria-current", "true");
  const list = current.parentElement!; // on a phone it is scrolled sideways
  list.scrollTo({ left: current.offsetLeft - list.offsetLeft - 16 });
}
addEventListener("scroll", markSection, { passive: true });
markSection();

// Tables ------------------------------------------------------------------------------------------

type SortKey = number | string | null;

/** What a cell is sorted by: its number where it has one, else its text; null when it is empty. */
function sortKey(row: HTMLTableRowElement, column: number): SortKey {
  const cell = row.cells[column]!;
  if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
  const text = cell.textContent!.trim();
  return text === "–" || text === "missing" ? null : text;
}

/** Order of two cells; empty ones come last, whatever the sign. */
function compare(a: SortKey, b: SortKey, sign: 1 | -1): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return typeof a === "number" && typeof b === "number"
    ? sign * (a - b)
    : sign * String(a).localeCompare(String(b), "en", { numeric: true });
}

/** Makes a table sortable and, where it has a filter, searchable. */
function enhance(table: HTMLTableElement): void {
  const headers = [...table.querySelectorAll("th[aria-sort]")];
  const bodies = [...table.tBodies].map((body) => ({ body, rows: [...body.rows] }));
  const all = bodies.flatMap(({ rows }) => rows);
  const rows = all.filter((row) => !row.matches(".group"));
  const groups = all.filter((row) => row.matches(".group"));
  const filter = table.closest(".table")!.querySelector<HTMLInputElement>(".filter input");
  let sorted = false;

  /** Hides the rows that are not asked for, and headings without rows. */
  const show = () => {
    const wanted = filter?.value.trim().toLowerCase() ?? "";
    for (const row of rows) {
      const text = `${row.textContent} ${row.dataset.names ?? ""}`.toLowerCase();
      row.hidden = !text.includes(wanted);
    }
    for (const { rows: [first, ...others] } of bodies) {
      if (groups.includes(first!)) first!.hidden = sorted || others.every((row) => row.hidden);
    }
  };

  headers.forEach((header, column) => {
    get("button", header).addEventListener("click", () => {
      // Numbers are asked for from the largest, names from the first; the third click undoes both.
      const first = header.matches(".text") ? "ascending" : "descending";
      const second = first === "ascending" ? "descending" : "ascending";
      const now = header.getAttribute("aria-sort");
      const next = now === "none" ? first : now === first ? second : "none";
      headers.forEach((other) => other.setAttribute("aria-sort", "none"));
      header.setAttribute("aria-sort", next);
      sorted = next !== "none";
      show();
      if (!sorted) return bodies.forEach(({ body, rows }) => body.append(...rows));
      const sign = next === "ascending" ? 1 : -1;
      const keyed = rows.map((row) => ({ row, key: sortKey(row, column) }));
      keyed.sort((a, b) => compare(a.key, b.key, sign));
      bodies[0]!.body.append(...keyed.map(({ row }) => row));
    });
  });

  filter?.addEventListener("input", show);
}
for (const table of document.querySelectorAll("table")) enhance(table);

// Any two methods ---------------------------------------------------------------------------------

/** Fills a list and keeps what was chosen where it is still there. */
function fill(select: HTMLSelectElement, names: readonly string[], preferred: string): void {
  const kept = names.includes(select.value) ? select.value : preferred;
  select.replaceChildren(...names.map((name) => new Option(name, name)));
  select.value = kept;
}

/** Whether the first method is better than the second, in a few words and in detail. */
function answer(
  { methods, better, decimals, unit, pairs }: FigurePairs,
  first: string,
  second: string,
  alpha: number,
): { head: string; details: string } {
  const [a, b] = [methods.indexOf(first), methods.indexOf(second)];
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const place = low * methods.length - (low * (low + 1)) / 2 + high - low - 1;
  const known = pairs.difference[place]!;
  if (known === null) {
    return { head: "No test can be computed.", details: "No seed has figures of both." };
  }
  const difference = (a < b ? 1 : -1) * known;
  const isBetter = better === "max" ? difference > 0 : difference < 0;
  const [p, half] = [pairs.p[place]!, pairs.half[place]!];
  const shown = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(decimals)}`;
  const signed = shown(difference) + unit;
  if (p === null || half === null) {
    return { head: `No test can be computed: ${signed}.`, details: "It takes two shared seeds." };
  }
  const head = p < alpha
    ? `${isBetter ? "Yes, better" : "No, worse"}: ${signed}.`
    : pairs.equivalent.includes(place)
    ? `Equivalent within the margin: ${signed}.`
    : `Not told apart: ${signed}.`;
  const effect = pairs.effect[place]!;
  return {
    head,
    details: `Interval ${shown(difference - half)} to ${shown(difference + half)}${unit}, ` +
      `${p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`}, over ${pairs.seeds[place]} seeds` +
      `${effect === null ? "" : `; Cohen's d = ${Math.abs(effect).toFixed(2)}`}.`,
  };
}

/** Asks for two methods and answers which is better. */
function startPicker(picker: HTMLElement): void {
  const { alpha, figure: preferred, figures }: PairData = JSON.parse(
    get("#pairs script").textContent!,
  );
  const list = (name: string) => get<HTMLSelectElement>(`[name=${name}]`, picker);
  const [method, other, figure, dataset] = ["method", "other", "figure", "dataset"].map(list) as [
    HTMLSelectElement,
    HTMLSelectElement,
    HTMLSelectElement,
    HTMLSelectElement,
  ];
  const output = get("output", picker);
  const show = () => {
    const own = figures.filter((entry) => entry.dataset === dataset.value);
    const names = own.map((entry) => entry.figure);
    fill(figure, names, names.includes(preferred) ? preferred : names[0]!);
    const asked = own.find((entry) => entry.figure === figure.value)!;
    fill(method, asked.methods, asked.best);
    fill(other, asked.methods, asked.second);
    if (method.value === other.value) {
      return output.replaceChildren("Choose two different methods.");
    }
    const { head, details } = answer(asked, method.value, other.value, alpha);
    const strong = document.createElement("strong");
    strong.textContent = head;
    output.replaceChildren(strong, ` ${details}`);
  };
  fill(dataset, [...new Set(figures.map((entry) => entry.dataset))], figures[0]!.dataset);
  picker.addEventListener("change", show);
  show();
  picker.hidden = false;
}
for (const picker of document.querySelectorAll<HTMLElement>(".picker")) startPicker(picker);

// Charts ------------------------------------------------------------------------------------------

/** Starts the chart library, once, when the first chart comes into view. */
function startCharts(): void {
  if (globalThis.vegaEmbed) return;
  for (const source of document.querySelectorAll("script[data-library]")) {
    const script = document.createElement("script");
    script.textContent = source.textContent;
    document.head.append(script);
  }
}

/** Puts a live chart in the place of a drawn one, which stays there for print. */
async function enliven(figure: HTMLElement): Promise<void> {
  const drawn = get<HTMLElement>(".drawn", figure);
  const live = document.createElement("div");
  live.className = "live";
  live.hidden = true;
  drawn.after(live);
  try {
    startCharts();
    const data = chartDataOf(figure);
    const { view } = await globalThis.vegaEmbed!(live, data.spec, {
      renderer: "svg",
      actions: false, // the links below the chart hand out more
      // The page's policy allows no functions built from text, and no style but its own.
      ast: true,
      defaultStyle: false,
      tooltip: { theme: isDark() ? "dark" : "light", disableDefaultStyle: true },
    });
    liveViews.set(figure, view);
    followChoice(figure);
    live.hidden = false;
    drawn.hidden = true;
    if (live.scrollWidth > live.clientWidth) live.tabIndex = 0; // keys scroll it
    figure.dataset.state = "live";
  } catch (error) {
    live.remove(); // the drawn chart stays
    throw error;
  }
}

/** Says below a chart what the reader has chosen to see. */
function followChoice(figure: HTMLElement): void {
  const data = chartDataOf(figure);
  const said = figure.querySelector(".said");
  for (const name of Object.keys(data.says?.[0]?.choice ?? {})) {
    liveViews.get(figure)!.addSignalListener(name, () => {
      const choice = choiceOf(figure, data);
      const now = data.says!.find((one) =>
        Object.entries(choice).every(([name, value]) => one.choice[name] === value)
      );
      said!.textContent = now?.words ?? `Shown: ${Object.values(choice).join(", ")}.`;
    });
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    enliven(target as HTMLElement);
  }
}, { rootMargin: "200px" });
for (const figure of document.querySelectorAll("figure")) seen.observe(figure);

// A closed section prints as nothing: open all for paper.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll<HTMLDetailsElement>("details.print")) {
    details.open = true;
  }
});
