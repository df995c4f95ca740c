/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The live page's script: asks how all stands and shows it.
 *
 * Runs in the browser, inlined without its types. What comes from the folder is put in as text,
 * never as HTML.
 *
 * @module
 */
import type { Curves, Plan, RunState, State, Status } from "../state.ts";

/** Milliseconds between two questions. */
const EVERY = 1000;

const SIGNS: Readonly<Record<Status, string>> = {
  ...{ waiting: "·", running: "▸", quiet: "?", stopped: "‖" },
  ...{ done: "✓", diverged: "∞", failed: "✕" },
};

const WORDS: Readonly<Record<Status, string>> = {
  ...{ waiting: "waiting", running: "running", quiet: "without a sign", stopped: "broken off" },
  ...{ done: "done", diverged: "diverged", failed: "failed" },
};

const COLOURS = ["#1f83c4", "#e0690c", "#009e73", "#cc79a7", "#56b4e9", "#c9a400", "#7d6bb8"];
const DASHES = ["", "6 3", "2 3", "9 3 2 3"];

function get<E extends Element>(selector: string, within: ParentNode = document): E {
  return within.querySelector<E>(selector)!;
}

/** An element with a text and a class. */
function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  text = "",
  className = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function drawn(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** Seconds in words that fit: `45 s`, `12 min`, `3 h 20 min`. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A text that is set only where it is another one: readers' places and selections stay. */
function say(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

// What is known ------------------------------------------------------------------------------------

let plan: Plan | null = null;
let version = -1;
let runs: (RunState | undefined)[] = [];
let cells: HTMLElement[] = [];
/** Something was still to be done when this page was opened, or since. */
let sawWork = false;
let last = "";

function nameOf(n: number): string {
  const { group, row, seed } = plan!.cells[n]!;
  return `${plan!.groups[group]!.title}: ${row}, seed ${seed}`;
}

function textOf(run: RunState): string {
  if (run.status === "done") return run.figure ?? SIGNS.done;
  if (run.status === "running") return `${SIGNS.running} ${share(run)} %`;
  return SIGNS[run.status];
}

function share({ step, steps }: RunState): number {
  return steps === 0 ? 0 : Math.floor((100 * step) / steps);
}

/** The whole of what is known of a run, in a line. */
function lineOf(run: RunState): string {
  const parts = [`${nameOf(run.n)}: ${WORDS[run.status]}`];
  if (run.status !== "waiting" && run.status !== "done") {
    parts.push(`step ${run.step} of ${run.steps}`);
  }
  if (run.figure !== null) parts.push(`test ${plan!.figure} ${run.figure}`);
  if (run.best !== null) parts.push(`best on validation ${run.best}`);
  if (run.reason !== null) parts.push(run.reason);
  return parts.join(", ");
}

// Tables -------------------------------------------------------------------------------------------

function layOut(): void {
  cells = [];
  const tables = plan!.groups.map(({ title }, group) => {
    const mine = plan!.cells.map((cell, n) => ({ ...cell, n })).filter((cell) =>
      cell.group === group
    );
    const rows = [...new Set(mine.map(({ row }) => row))];
    const seeds = [...new Set(mine.map(({ seed }) => seed))].sort((a, b) => a - b);
    const table = element("table");
    const head = table.createTHead().insertRow();
    const corner = element("th", "Method");
    corner.scope = "col";
    head.append(
      corner,
      ...seeds.map((seed) => {
        const th = element("th", `seed ${seed}`);
        th.scope = "col";
        return th;
      }),
    );
    const body = table.createTBody();
    const byPlace = new Map<string, HTMLElement>();
    for (const row of rows) {
      const tr = body.insertRow();
      const th = element("th", row);
      th.scope = "row";
      tr.append(th);
      for (const seed of seeds) {
        const td = tr.insertCell();
        byPlace.set(`${seed} ${row}`, td);
      }
    }
    for (const { n, row, seed } of mine) {
      const cell = element("span");
      byPlace.get(`${seed} ${row}`)!.append(cell);
      cells[n] = cell;
    }
    const scroll = element("div", "", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", title);
    scroll.append(table);
    const block = element("div");
    block.append(element("h3", title), scroll);
    return block;
  });
  get("#tables").replaceChildren(...tables);
  const chosen = get<HTMLSelectElement>("#group");
  chosen.replaceChildren(
    ...plan!.groups.map(({ title }, group) => new Option(title, String(group))),
  );
  get<HTMLElement>("#grid").hidden = get<HTMLElement>("#curves").hidden = false;
  say(
    get("#key"),
    `Figures are the test images' ${plan!.figure}. ` +
      (Object.keys(SIGNS) as Status[]).filter((status) => status !== "done")
        .map((status) => `${SIGNS[status]} ${WORDS[status]}`).join(", ") +
      ".",
  );
}

function show(run: RunState): void {
  const cell = cells[run.n]!;
  say(cell, textOf(run));
  cell.className = run.status;
  const line = lineOf(run);
  if (cell.title !== line) cell.title = line;
  cell.setAttribute(
    "aria-label",
    run.status === "done"
      ? textOf(run)
      : `${WORDS[run.status]} ${run.status === "running" ? `${share(run)} %` : ""}`,
  );
  cell.setAttribute("role", "img");
}

function showWorking(): void {
  const shown = runs.filter((run) => run && ["running", "quiet", "stopped"].includes(run.status));
  get<HTMLElement>("#working").hidden = shown.length === 0;
  const body = get<HTMLTableSectionElement>("#working tbody");
  while (body.rows.length > Math.min(shown.length, 100)) body.deleteRow(-1);
  shown.slice(0, 100).forEach((run, i) => {
    const row = body.rows[i] ?? newRow(body);
    const [name, step, loss, best, curve, left] = [...row.cells] as HTMLTableCellElement[];
    const { status, silent, n } = run!;
    say(name!, nameOf(n));
    const bar = get<HTMLProgressElement>("progress", step!);
    bar.max = Math.max(1, run!.steps);
    bar.value = run!.step;
    say(get("span", step!), run!.step === 0 ? "getting ready" : `${run!.step} of ${run!.steps}`);
    say(loss!, run!.loss === null ? "–" : run!.loss.toPrecision(3));
    say(best!, run!.best ?? "–");
    trace(get<SVGElement>("polyline", curve!), run!.trail);
    say(
      left!,
      status === "stopped"
        ? "broken off"
        : status === "quiet"
        ? `no sign for ${duration(silent ?? 0)}`
        : run!.left === null
        ? "–"
        : duration(run!.left),
    );
    left!.className = status;
  });
}

function newRow(body: HTMLTableSectionElement): HTMLTableRowElement {
  const row = body.insertRow();
  for (let i = 0; i < 6; i++) row.insertCell();
  row.cells[1]!.append(element("progress"), element("span"));
  get("progress", row).setAttribute("aria-hidden", "true");
  const trail = drawn("svg", { class: "trail", viewBox: "0 0 100 20", "aria-hidden": "true" });
  trail.setAttribute("preserveAspectRatio", "none");
  trail.append(drawn("polyline", { "vector-effect": "non-scaling-stroke", "stroke-width": 1.5 }));
  row.cells[4]!.append(trail);
  return row;
}

/** Draws a small curve: left to right, low to high. */
function trace(line: SVGElement, trail: readonly (number | null)[]): void {
  const values = trail.filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const points = values.map((value, i) => {
    const x = values.length < 2 ? 50 : (100 * i) / (values.length - 1);
    const y = high === low ? 10 : 18 - (16 * (value - low)) / (high - low);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  line.setAttribute("points", points.join(" "));
}

function showFailures(): void {
  const shown = runs.filter((run) => run && (run.status === "failed" || run.status === "diverged"));
  get<HTMLElement>("#failures").hidden = shown.length === 0;
  const list = get("#failures ul");
  const lines = shown.slice(0, 500).map((run) =>
    `${nameOf(run!.n)} ${WORDS[run!.status]}: ${run!.reason ?? "no reason is told"}`
  );
  while (list.children.length > lines.length) list.lastChild!.remove();
  lines.forEach((line, i) => say(list.children[i] ?? list.appendChild(element("li")), line));
}

function showSummary({ counts, left, report, note }: State): void {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const ended = counts.done + counts.failed + counts.diverged;
  const bar = get<HTMLProgressElement>("#bar");
  bar.max = Math.max(1, all);
  bar.value = ended;
  const parts = (Object.keys(WORDS) as Status[])
    .filter((status) => status !== "done" && counts[status] > 0)
    .map((status) => `${counts[status]} ${WORDS[status]}`);
  const rest = left === null || ended === all ? [] : [`about ${duration(left)} left`];
  if (all > 0) {
    say(get("#summary"), [`${counts.done} of ${all} runs done`, ...parts, ...rest].join(", "));
    document.title = `${ended} of ${all} · ${plan!.folder}`;
  }
  const told = get<HTMLElement>("#note");
  told.hidden = note === null;
  say(told, note ?? "");
  if (all > 0 && ended < all) sawWork = true;
  showReport(report, all > 0 && ended === all);
}

function showReport(report: State["report"], ended: boolean): void {
  const text = report === "whole"
    ? "All runs have ended: the report"
    : report === "older"
    ? "The report as it was last made"
    : ended
    ? `All runs have ended; ${plan!.reportedBy} makes their report.`
    : "";
  const place = get<HTMLElement>("#report");
  place.hidden = text === "";
  if (place.textContent === text) return;
  const link = element("a", text);
  link.href = "/report/index.html";
  place.replaceChildren(report === "none" ? text : link);
  // The report needs no server: whoever has seen the runs end keeps it when this one is gone.
  if (report === "whole" && sawWork) location.assign(link.href);
}

// Curves -------------------------------------------------------------------------------------------

let curves: Curves | null = null;

async function askForCurves(): Promise<void> {
  const group = get<HTMLSelectElement>("#group").value;
  if (group === "" || plan === null) return;
  const answer = await fetch(`/curves?group=${group}`);
  curves = await answer.json();
  draw(Number(group));
}

/** Draws the curves of a table, one line a run, one colour and dash a method. */
function draw(group: number): void {
  if (curves === null || curves.key !== plan?.key) return;
  const measure = get<HTMLSelectElement>("#measure").value as "value" | "loss";
  const factor = measure === "loss" ? 1 : plan!.groups[group]!.factor;
  const lines = curves.runs.map(({ n, points }) => ({
    n,
    row: plan!.cells[n]!.row,
    points: points.flatMap((point) => {
      const value = point[measure];
      return value === null ? [] : [[point.step, factor * value] as const];
    }),
  })).filter(({ points }) => points.length > 0);
  const rows = [
    ...new Set(plan!.cells.filter((cell) => cell.group === group).map(({ row }) => row)),
  ];
  const style = (row: string) => {
    const i = rows.indexOf(row);
    return {
      stroke: COLOURS[i % COLOURS.length]!,
      "stroke-dasharray": DASHES[Math.floor(i / COLOURS.length) % DASHES.length]!,
      ...{ fill: "none", "stroke-width": 1.5, "stroke-opacity": 0.75 },
    };
  };
  const what = measure === "loss" ? "training loss" : `validation ${plan!.groups[group]!.figure}`;
  const chart = get<SVGElement>("#chart");
  const width = Math.max(280, Math.min(960, chart.parentElement!.clientWidth));
  chart.setAttribute("viewBox", `0 0 ${width} 320`);
  chart.setAttribute("aria-label", `${what} of ${lines.length} runs by step`);
  const all = lines.flatMap(({ points }) => points);
  const [x, y] = [all.map(([step]) => step), all.map(([, value]) => value)].map(extent) as [
    Ends,
    Ends,
  ];
  const at = (step: number, value: number) =>
    [
      60 + ((width - 70) * (step - x[0])) / (x[1] - x[0]),
      290 - (270 * (value - y[0])) / (y[1] - y[0]),
    ] as const;
  const parts: SVGElement[] = [];
  const label = (text: string, x: number, y: number, anchor: string) => {
    const made = drawn("text", { x, y, "text-anchor": anchor });
    made.textContent = text;
    return made;
  };
  for (let i = 0; i <= 4; i++) {
    const [step, value] = [x, y].map(([low, high]) => low + ((high - low) * i) / 4) as [
      number,
      number,
    ];
    const [px, py] = at(step, value);
    parts.push(drawn("line", { class: "grid", x1: 60, x2: width - 10, y1: py, y2: py }));
    if (all.length === 0) continue;
    parts.push(label(Number(value.toPrecision(3)).toString(), 54, py + 4, "end"));
    parts.push(label(String(Math.round(step)), px, 308, "middle"));
  }
  for (const { n, row, points } of lines) {
    const line = drawn("polyline", {
      ...style(row),
      points: points.map(([step, value]) => at(step, value).map((p) => p.toFixed(1)).join(","))
        .join(" "),
    });
    const title = drawn("title", {});
    title.textContent = nameOf(n);
    line.append(title);
    parts.push(line);
  }
  chart.replaceChildren(...parts);
  say(
    get("#curves figcaption"),
    all.length === 0
      ? "No run has come to a checkpoint yet."
      : `The ${what} by step; a line is a run.`,
  );
  const drawnRows = rows.filter((row) => lines.some((line) => line.row === row));
  get("#legend").replaceChildren(...drawnRows.map((row) => {
    const entry = element("span");
    const sample = drawn("svg", { viewBox: "0 0 26 10", "aria-hidden": "true" });
    sample.append(drawn("line", { x1: 0, x2: 26, y1: 5, y2: 5, ...style(row) }));
    entry.append(sample, row);
    return entry;
  }));
}

type Ends = readonly [low: number, high: number];

/** From the lowest to the highest, which are never the same. */
function extent(values: readonly number[]): Ends {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return values.length === 0 ? [0, 1] : low === high ? [low - 0.5, high + 0.5] : [low, high];
}

// Asking -------------------------------------------------------------------------------------------

async function ask(): Promise<void> {
  const answer = await fetch(`/state?plan=${encodeURIComponent(plan?.key ?? "")}&after=${version}`);
  if (!answer.ok) throw new Error(answer.statusText);
  const state: State = await answer.json();
  const fresh = state.plan !== null;
  if (state.key === null) {
    [plan, runs] = [null, []];
    for (const id of ["grid", "curves", "working", "failures"]) {
      get<HTMLElement>(`#${id}`).hidden = true;
    }
  }
  if (fresh) {
    plan = state.plan!;
    runs = [];
    say(get("#folder"), plan.folder);
    const { preset, createdAt } = plan;
    say(
      get("#about"),
      `Preset ${preset}, planned ${createdAt.slice(0, 16).replace("T", " ")} UTC.`,
    );
    layOut();
  }
  const changed = fresh || state.version !== version;
  version = state.version;
  for (const run of state.runs) {
    runs[run.n] = run;
    show(run);
  }
  showWorking();
  if (changed) showFailures();
  showSummary(state);
  if (changed) await askForCurves();
  last = new Date().toLocaleTimeString("en-GB");
}

async function keepAsking(): Promise<void> {
  for (;;) {
    try {
      await ask();
    } catch {
      const note = get<HTMLElement>("#note");
      note.hidden = false;
      say(note, `The server has ended or cannot be reached; this is how things stood at ${last}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

addEventListener("resize", () => draw(Number(get<HTMLSelectElement>("#group").value)));
get("#group").addEventListener("change", () => void askForCurves().catch(() => {}));
get("#measure").addEventListener(
  "change",
  () => draw(Number(get<HTMLSelectElement>("#group").value)),
);
void keepAsking();
