// What the report's page can do beyond being read: theme, sorting, filtering, live charts.
// It runs in the browser, inlined, and works without a network.

const root = document.documentElement;

// Theme -------------------------------------------------------------------------------------------

const dark = () =>
  root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;

const toggle = document.querySelector("nav button");
toggle.hidden = false;
toggle.addEventListener("click", () => {
  root.dataset.theme = dark() ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Some browsers keep no storage for local files: the choice then lasts as long as the page.
  }
});

// Navigation --------------------------------------------------------------------------------------

const links = new Map(
  [...document.querySelectorAll("nav a")].map((link) => [link.getAttribute("href").slice(1), link]),
);

/** Marks the section that is read: the last one that begins above the window's upper edge, about. */
function markSection() {
  const begun = [...links.keys()].filter((id) =>
    document.getElementById(id).getBoundingClientRect().top < 120
  );
  const current = links.get(begun.at(-1) ?? [...links.keys()][0]);
  if (current.hasAttribute("aria-current")) return;
  for (const link of links.values()) link.removeAttribute("aria-current");
  current.setAttribute("aria-current", "true");
  const { parentElement: list } = current; // on a phone it is scrolled sideways
  list.scrollTo({ left: current.offsetLeft - list.offsetLeft - 16 });
}
addEventListener("scroll", markSection, { passive: true });
markSection();

// Tables ------------------------------------------------------------------------------------------

/** What a cell is sorted by: its number where it has one, else its text; empty cells come last. */
function sortKey(row, column) {
  const cell = row.cells[column];
  if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
  const text = cell.textContent.trim();
  return text === "–" || text === "missing" ? null : text;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

for (const table of document.querySelectorAll("table")) {
  const headers = [...table.querySelectorAll("th[aria-sort]")];
  const bodies = [...table.tBodies].map((body) => ({ body, rows: [...body.rows] }));
  const rows = bodies.flatMap((part) => part.rows).filter((row) => !row.matches(".group"));
  const groups = bodies.flatMap((part) => part.rows).filter((row) => row.matches(".group"));

  const filter = table.closest(".table").querySelector(".filter input");
  let sorted = false;

  const restore = () => bodies.forEach(({ body, rows }) => body.append(...rows));

  /** Hides the rows that are not asked for, and headings without rows. */
  const show = () => {
    const wanted = filter?.value.trim().toLowerCase() ?? "";
    for (const row of rows) {
      const text = `${row.textContent} ${row.dataset.names ?? ""}`.toLowerCase();
      row.hidden = !text.includes(wanted);
    }
    for (const part of bodies) {
      const [first, ...others] = part.rows;
      if (groups.includes(first)) first.hidden = sorted || others.every((row) => row.hidden);
    }
  };

  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => {
      // Numbers are asked for from the largest, names from the first; the third click undoes both.
      const first = header.matches(".text") ? "ascending" : "descending";
      const second = first === "ascending" ? "descending" : "ascending";
      const now = header.getAttribute("aria-sort");
      const next = now === "none" ? first : now === first ? second : "none";
      headers.forEach((other) => other.setAttribute("aria-sort", "none"));
      header.setAttribute("aria-sort", next);
      sorted = next !== "none";
      show();
      if (!sorted) return restore();
      const sign = next === "ascending" ? 1 : -1;
      const keyed = rows.map((row) => ({ row, key: sortKey(row, column) }));
      keyed.sort((a, b) =>
        a.key === null || b.key === null
          ? (a.key === null ? 1 : 0) - (b.key === null ? 1 : 0)
          : sign * compare(a.key, b.key)
      );
      bodies[0].body.append(...keyed.map(({ row }) => row));
    });
  });

  filter?.addEventListener("input", show);
}

// Any two methods ---------------------------------------------------------------------------------

const picker = document.querySelector(".picker");
if (picker) {
  const all = JSON.parse(document.querySelector("#pairs script").textContent);
  const [method, other, figure, dataset] = picker.querySelectorAll("select");
  const answer = picker.querySelector("output");
  const alpha = Number(picker.dataset.alpha);
  const showP = (p) => p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
  const verdict = (p) => `${p < alpha ? "significant" : "not significant"}, ${showP(p)}`;

  /** Fills a list and keeps what was chosen where it is still there. */
  const fill = (select, names, preferred) => {
    const kept = names.includes(select.value) ? select.value : preferred;
    select.replaceChildren(...names.map((name) => new Option(name, name)));
    select.value = kept;
  };

  const show = () => {
    const own = all.filter((entry) => entry.dataset === dataset.value);
    fill(figure, own.map((entry) => entry.figure), own[0].figure);
    const { methods, pairs, least, best, second } = own.find((entry) =>
      entry.figure === figure.value
    );
    fill(method, methods, best);
    fill(other, methods, second);
    const [a, b] = [methods.indexOf(method.value), methods.indexOf(other.value)];
    if (a === b) return answer.replaceChildren("Choose two different methods.");
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    // Pairs in the order (0, 1), (0, 2), …, (1, 2), …
    const place = low * methods.length - (low * (low + 1)) / 2 + high - low - 1;
    const [difference, tukey, holm, effect, seeds] = pairs[place];
    const points = a < b ? difference : -difference;
    const significant = tukey === null ? holm !== null && holm < alpha : tukey < alpha;
    const signed = `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(1)} points`;
    const head = document.createElement("strong");
    head.textContent = tukey === null && holm === null
      ? `No test can be computed: ${signed}.`
      : significant
      ? `${points > 0 ? "Yes, significantly" : "No, significantly worse"}: ${signed}.`
      : `Not significantly: ${signed}.`;
    const details = [
      tukey === null
        ? `Tukey's HSD: not computable${
          typeof least === "string" ? ` (${least})` : ", as one of the two lacks seeds"
        }.`
        : `Tukey's HSD: ${verdict(tukey)}; significant from ${least.toFixed(1)} points on.`,
      holm === null
        ? "Paired t test: not computable."
        : `Paired t test over ${seeds} seeds, corrected: ${verdict(holm)}; Cohen's d = ${
          Math.abs(effect).toFixed(2)
        }.`,
    ];
    answer.replaceChildren(head, ` ${details.join(" ")}`);
  };

  fill(dataset, [...new Set(all.map((entry) => entry.dataset))], all[0].dataset);
  figure.append(new Option("worst-domain macro-F1", "worst-domain macro-F1"));
  picker.addEventListener("change", show);
  show();
  picker.hidden = false;
}

// Charts ------------------------------------------------------------------------------------------

/** Starts the chart library, once, when the first chart comes into view. */
function startCharts() {
  if (globalThis.vegaEmbed) return;
  for (const source of document.querySelectorAll("script[data-library]")) {
    const script = document.createElement("script");
    script.textContent = source.textContent;
    document.head.append(script);
  }
}

async function enliven(figure) {
  const drawn = figure.querySelector(".drawn");
  const live = document.createElement("div");
  live.className = "live";
  live.hidden = true;
  drawn.after(live);
  try {
    startCharts();
    const spec = JSON.parse(figure.querySelector("script").textContent);
    await globalThis.vegaEmbed(live, spec, {
      renderer: "svg",
      actions: { export: true, source: false, compiled: false, editor: false },
      tooltip: { theme: dark() ? "dark" : "light" },
    });
    live.hidden = false;
    drawn.hidden = true; // still there for print
    figure.dataset.state = "live";
  } catch (error) {
    live.remove(); // the drawn chart stays
    throw error;
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    enliven(target);
  }
}, { rootMargin: "200px" });
for (const figure of document.querySelectorAll("figure")) seen.observe(figure);

// A closed section prints as nothing: open all for paper.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.print")) details.open = true;
});
