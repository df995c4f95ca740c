// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * The report as one self-contained page: style, scripts, tables and charts inside, no network.
 *
 * @module
 */
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Chart } from "../charts/chart.ts";
import { pairData, PairPicker } from "./pair_picker.tsx";
import type { DatasetResults } from "../analysis/arrange.ts";
import type { Pairwise } from "../analysis/significance.ts";
import type { Store } from "../folder.ts";
import { type Finding, headlines, type Lead, nothingYet, signed } from "../analysis/summary.ts";
import type { Table } from "../tables/table.ts";
import { TableView } from "./table_view.tsx";

/** A chart with its drawing. */
export interface DrawnChart extends Chart {
  readonly svg: string;
  /** Whether there is a PNG of it beside the SVG. */
  readonly hasPng: boolean;
}

/** Everything that is on the page. */
export interface PageContent {
  readonly store: Store;
  readonly findings: readonly Finding[];
  /** Level of significance. */
  readonly alpha: number;
  /** Whether the methods differ at all; null where that cannot be said. */
  readonly overall: string | null;
  readonly cautions: readonly string[];
  /** What has changed since a baseline: in a sentence and in full. */
  readonly changed: string | null;
  readonly changes: Table | null;
  /** The data sets themselves. */
  readonly data: Table;
  /** Figures over all data sets, the most important first. */
  readonly overviews: readonly Table[];
  readonly ranks: Table;
  readonly acrossCharts: readonly DrawnChart[];
  readonly datasets: readonly {
    readonly dataset: DatasetResults;
    readonly results: Table;
    readonly domains: Table;
    readonly comparisons: Table;
    readonly costs: Table;
    readonly charts: readonly DrawnChart[];
  }[];
  /** Studies of methods. */
  readonly studies: readonly { readonly table: Table; readonly chart: DrawnChart | null }[];
  /** Every pair of methods on every tested figure. */
  readonly pairs: readonly Pairwise[];
  readonly anova: Table;
  /** Failed and diverged runs. */
  readonly broken: Table;
  readonly hyperparameters: Table;
  readonly provenance: Table;
}

const TITLE = "Multi-domain long-tailed recognition: benchmark report";

/** What the browser may load: nothing but what is in the page. Vega builds functions from text. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; " +
  "style-src 'unsafe-inline'; img-src data: blob:";

/** Sets the remembered theme before anything is painted. */
const EARLY = `try { const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme; } catch { /* no storage here */ }`;

/** Makes the page. Reads its own style and scripts and the chart library's browser builds. */
export async function renderPage(content: PageContent): Promise<string> {
  const own = (name: string) => Deno.readTextFile(new URL(name, import.meta.url));
  const [style, script, ...libraries] = await Promise.all([
    own("page.css"),
    own("page.js"),
    ...["vega", "vega-lite", "vega-embed"].map((name) =>
      Deno.readTextFile(new URL(`${name}.min.js`, import.meta.resolve(name)))
    ),
  ]);
  const page = <Page content={content} style={style} script={script} libraries={libraries} />;
  return `<!doctype html>\n${renderToString(page)}\n`;
}

function Page({ content, style, script, libraries }: {
  content: PageContent;
  style: string;
  script: string;
  libraries: readonly string[];
}) {
  const sections = sectionsOf(content);
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{TITLE}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: style }} />
        <script dangerouslySetInnerHTML={{ __html: inScript(EARLY) }} />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the results</a>
        <header>
          <h1>{TITLE}</h1>
          <Progress store={content.store} />
        </header>
        <nav aria-label="Sections">
          <div>
            <div class="links">
              {sections.map(({ id, link }) => <a href={`#${id}`}>{link}</a>)}
            </div>
            <button type="button" hidden>Light / dark</button>
          </div>
        </nav>
        <main id="main">
          {sections.map(({ id, title, view }) => (
            <section id={id} aria-labelledby={`${id}-title`}>
              <h2 id={`${id}-title`}>{title}</h2>
              {view}
            </section>
          ))}
        </main>
        <footer>
          <p>
            Accuracy is the share of images that are classified correctly, macro-F1 the plain mean
            of the classes' F1. Both are computed for each domain; average is their mean over
            domains, worst their least. Every figure of this page can be computed again from the
            records beside it.
          </p>
        </footer>
        {libraries.map((library) => (
          <script
            type="text/plain"
            data-library
            dangerouslySetInnerHTML={{ __html: inScript(library) }}
          />
        ))}
        <script type="module" dangerouslySetInnerHTML={{ __html: inScript(script) }} />
      </body>
    </html>
  );
}

/** A part of the page that the navigation leads to. */
interface Section {
  readonly id: string;
  /** Its title in the navigation. */
  readonly link: string;
  readonly title: string;
  readonly view: VNode;
}

/** The sections of the page that have something to show, in their order. */
function sectionsOf(content: PageContent): Section[] {
  const { datasets, changes, broken, studies, pairs } = content;
  const section = (id: string, link: string, title: string, view: VNode, shown = true) =>
    shown ? [{ id, link, title, view }] : [];
  const compared = pairs.some((figure) => figure.pairs.length > 0);
  return [
    ...section("brief", "In brief", "In brief", <Brief content={content} />),
    ...section(
      "pairs",
      "Compare",
      "Any two methods",
      <Pairs content={content} />,
      compared,
    ),
    ...section(
      "failures",
      "Failures",
      "Failed and diverged runs",
      <TableView table={broken} files={false} />,
      broken.groups.some((group) => group.rows.length > 0),
    ),
    ...section(
      "changed",
      "Changes",
      "Since the baseline",
      <>{changes && <TableView table={changes} />}</>,
      changes !== null,
    ),
    ...section(
      "overview",
      "All data sets",
      "All data sets",
      <Overview content={content} />,
      datasets.length > 1, // one alone has its own table
    ),
    ...datasets.flatMap((dataset) =>
      section(
        `data-${dataset.dataset.name}`,
        dataset.dataset.title,
        dataset.dataset.title,
        <DatasetView {...dataset} />,
      )
    ),
    ...section("tests", "Who beats whom", "Who beats whom", <Tests content={content} />, compared),
    ...section(
      "studies",
      "Studies",
      "Studies",
      <Studies content={content} />,
      studies.length > 0,
    ),
    ...section("data", "Data", "The data", <TableView table={content.data} />, datasets.length > 0),
    ...section("runs", "Runs", "How it was run", <Runs content={content} />),
  ];
}

function Progress({ store }: { store: Store }) {
  const count = (status: string) => store.runs.filter((run) => run.state.status === status).length;
  const [done, failed, diverged, missing] = ["done", "failed", "diverged", "missing"].map(count);
  const parts = [
    ...(failed ? [`${failed} failed`] : []),
    ...(diverged ? [`${diverged} diverged`] : []),
    ...(missing ? [`${missing} not run yet`] : []),
  ];
  return (
    <p class="state">
      <b>{done} of {store.runs.length} runs</b>{" "}
      {parts.length > 0 ? `have a result; ${parts.join(", ")}` : "have a result"}. Preset{" "}
      {store.manifest.preset}, planned {store.manifest.createdAt.slice(0, 10)}.
    </p>
  );
}

function Brief({ content }: { content: PageContent }) {
  const { findings, store, alpha, cautions, overall, changed } = content;
  const datasets = [...new Set(findings.map((finding) => finding.dataset))];
  const unfinished = store.runs.some((run) => run.state.status === "missing");
  const sentences = [
    ...(findings.length === 0 ? [nothingYet(store)] : []),
    ...(findings.length > 0 && unfinished
      ? ["Runs are still to come: what follows is preliminary."]
      : []),
    ...headlines(findings),
    ...(overall ? [overall] : []),
    ...(changed ? [changed] : []),
  ];
  return (
    <>
      <div class="lead">{sentences.map((sentence) => <p>{sentence}</p>)}</div>
      <ul class="cards">
        {datasets.map((dataset) => (
          <li>
            <h3>
              <a href={`#data-${dataset.name}`}>{dataset.title}</a>
            </h3>
            <dl>
              {findings.filter((finding) => finding.dataset === dataset).map((finding) => (
                <div>
                  <dt>
                    Best {finding.domain === "worst" ? "worst-domain" : "average"} macro-F1
                  </dt>
                  <dd>
                    <strong>{finding.best}</strong>{" "}
                    <span>
                      {finding.score.mean.toFixed(1)} %
                      {finding.score.sd !== null && ` ± ${finding.score.sd.toFixed(1)}`}
                    </span>
                    <LeadView lead={finding.second} />
                    <LeadView lead={finding.reference} />
                    {finding.tested > 0 && <p>{levelSentence(finding)}</p>}
                    {finding.domain === "worst" && finding.hardest && (
                      <p>
                        Hardest for it: {finding.hardest.class} in {finding.hardest.domain} (F1{" "}
                        {finding.hardest.f1.toFixed(2)})
                      </p>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
      {findings.length > 0 && (
        <p class="caption">
          ± is the standard deviation over seeds. Significant: below the level {alpha}{" "}
          by Tukey's honestly significant differences over all pairs of methods, blocked by seed; by
          a paired t test, Holm-corrected over all pairs, where a method lacks seeds.
        </p>
      )}
      {cautions.length > 0 && (
        <div class="cautions">
          <h3>To be aware of</h3>
          <ul>
            {cautions.map((caution) => <li>{caution}</li>)}
          </ul>
        </div>
      )}
    </>
  );
}

function LeadView({ lead }: { lead: Lead | null }) {
  if (!lead) return null;
  return (
    <p>
      {signed(lead.points)} points over {lead.over}:{" "}
      <span class={lead.significant ? "yes" : "no"}>{lead.verdict}</span>
    </p>
  );
}

function levelSentence({ level, tested }: Finding): string {
  if (level.length === 0) return `Significantly better than all ${tested} others`;
  const named = [...level.slice(0, 2), ...(level.length > 2 ? ["…"] : [])];
  return `Not significantly worse: ${level.length} of ${tested} (${named.join(", ")})`;
}

function Pairs({ content: { pairs, alpha } }: { content: PageContent }) {
  return (
    <>
      <PairPicker alpha={alpha} />
      <p class="caption">
        Differences are means over the seeds that both methods have. Tukey's HSD is blocked by seed
        and takes methods that lack no seed; the paired t test is Holm-corrected over all pairs. All
        pairs: <a href="tables/pairs.csv">CSV</a>
      </p>
      <script
        type="application/json"
        dangerouslySetInnerHTML={{ __html: inScript(JSON.stringify(pairData(pairs))) }}
      />
    </>
  );
}

function Overview({ content: { overviews: [first, ...others] } }: { content: PageContent }) {
  return (
    <>
      <TableView table={first!} />
      {others.map((table) => <Folded table={table} />)}
    </>
  );
}

/** A table that opens when it is asked for. */
function Folded({ table, title = table.title, files = true, print = false }: {
  table: Table;
  title?: string;
  files?: boolean;
  /** Whether it is opened for paper. */
  print?: boolean;
}) {
  return (
    <details class={print ? "print" : undefined}>
      <summary>{title}</summary>
      <TableView table={table} files={files} />
    </details>
  );
}

/** Height of a chart's title and caption, about. */
const WORDS = 150;

/** Charts in two columns (on narrow screens one below the other) of about the same height. */
function Charts({ charts }: { charts: readonly DrawnChart[] }) {
  const columns: [DrawnChart[], DrawnChart[]] = [[], []];
  const heights = [0, 0];
  for (const chart of charts) {
    const shorter = heights[0]! <= heights[1]! ? 0 : 1;
    columns[shorter].push(chart);
    heights[shorter]! += sizeOf(chart.svg).height + WORDS;
  }
  return (
    <div class="charts">
      {columns.filter((column) => column.length > 0).map((column) => (
        <div>{column.map((chart) => <ChartView chart={chart} />)}</div>
      ))}
    </div>
  );
}

function DatasetView(
  { results, domains, comparisons, costs, charts }: PageContent["datasets"][number],
) {
  return (
    <>
      <TableView table={results} />
      <Folded table={domains} title="By domain" />
      <Folded table={comparisons} title="Every method beside the best" files={false} />
      <Folded table={costs} title="Cost and calibration" />
      <Charts charts={charts} />
    </>
  );
}

function Tests({ content: { acrossCharts, ranks, anova } }: { content: PageContent }) {
  return (
    <>
      <Charts charts={acrossCharts} />
      <TableView table={ranks} />
      <TableView table={anova} />
    </>
  );
}

/** A study's table with more rows than these is folded below its chart. */
const LONG_STUDY = 12;

function Studies({ content: { studies } }: { content: PageContent }) {
  return (
    <>
      {studies.map(({ table, chart }) => (
        <>
          {chart && <Charts charts={[chart]} />}
          {chart && table.groups.flatMap(({ rows }) => rows).length > LONG_STUDY
            ? <Folded table={table} />
            : <TableView table={table} />}
        </>
      ))}
    </>
  );
}

function ChartView({ chart }: { chart: DrawnChart }) {
  return (
    <figure id={`chart-${chart.name}`} style={`--width: ${sizeOf(chart.svg).width}px`}>
      <h3>{chart.title}</h3>
      <div
        class="drawn"
        dangerouslySetInnerHTML={{ __html: withOwnIds(chart.svg, chart.name) }}
      />
      <figcaption>
        {chart.description}{" "}
        <span class="files">
          <a href={`charts/${chart.name}.svg`}>SVG</a>
          {chart.hasPng && <a href={`charts/${chart.name}.png`}>PNG</a>}
          <a href={`charts/${chart.name}.vl.json`}>Vega-Lite</a>
        </span>
      </figcaption>
      <script
        type="application/json"
        dangerouslySetInnerHTML={{ __html: inScript(JSON.stringify(chart.spec)) }}
      />
    </figure>
  );
}

function Runs({ content: { store, hyperparameters, provenance } }: { content: PageContent }) {
  const { command, preset, createdAt, environment } = store.manifest;
  const facts = { command: command.join(" "), preset, "planned at": createdAt, ...environment };
  return (
    <>
      <dl class="settings">
        {Object.entries(facts).filter(([, value]) => value !== null).map(([key, value]) => (
          <>
            <dt>{key}</dt>
            <dd>{String(value)}</dd>
          </>
        ))}
      </dl>
      <Folded table={hyperparameters} print />
      <Folded table={provenance} title="Every run" />
    </>
  );
}

/**
 * Text that may stand between script tags: neither data nor a library can end the element or open
 * a comment. `<` only ever stands in strings there, where the escape means the same.
 */
function inScript(text: string): string {
  return text.replaceAll(/<(?=\/script|!--)/gi, "\\u003c");
}

/** The size that a drawing was made for. */
function sizeOf(svg: string): { width: number; height: number } {
  const of = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(svg)?.[1] ?? 0);
  return { width: of("width"), height: of("height") };
}

/** Keeps the ids of one drawing apart from those of the others on the page. */
function withOwnIds(svg: string, name: string): string {
  return svg
    .replaceAll(/ id="([^"]+)"/g, ` id="${name}-$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${name}-$1)`)
    .replaceAll(/href="#([^"]+)"/g, `href="#${name}-$1"`);
}
