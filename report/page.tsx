// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * The report as one self-contained page: style, scripts, tables and charts inside, no network.
 *
 * @module
 */
import { renderToString } from "preact-render-to-string";
import type { Chart } from "./charts/chart.ts";
import { pairData, PairPicker } from "./pair_picker.tsx";
import type { DatasetResults } from "./results.ts";
import type { Pairwise } from "./significance.ts";
import type { Store } from "./store.ts";
import { type Finding, headlines, type Lead } from "./summary.ts";
import type { Table } from "./tables/table.ts";
import { TableView } from "./tables/table_view.tsx";

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
  /** Who stands best over all data sets; null for one. */
  readonly overall: string | null;
  readonly cautions: readonly string[];
  /** What has changed since a baseline. */
  readonly changed: Table | null;
  /** The data sets themselves. */
  readonly data: Table;
  /** Figures over all data sets, the most important first. */
  readonly overviews: readonly Table[];
  readonly ranks: Table;
  readonly acrossCharts: readonly DrawnChart[];
  readonly datasets: readonly {
    readonly dataset: DatasetResults;
    readonly results: Table;
    readonly comparisons: Table;
    readonly costs: Table;
    readonly charts: readonly DrawnChart[];
  }[];
  /** The proposed method's studies. */
  readonly studies: readonly { readonly table: Table; readonly chart: DrawnChart | null }[];
  /** Every pair of methods on every tested figure. */
  readonly pairs: readonly Pairwise[];
  readonly anova: Table;
  /** Failed and diverged runs. */
  readonly broken: Table;
  readonly hyperparameters: Table;
  readonly provenance: Table;
}

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
  const { datasets, changed, broken } = content;
  const hasBroken = broken.groups.some((group) => group.rows.length > 0);
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Multi-domain long-tailed recognition: benchmark report</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: style }} />
        <script dangerouslySetInnerHTML={{ __html: inScript(EARLY) }} />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the results</a>
        <header>
          <h1>Multi-domain long-tailed recognition: benchmark report</h1>
          <Progress store={content.store} />
        </header>
        <nav aria-label="Sections">
          <div>
            <div class="links">
              <a href="#brief">In brief</a>
              {hasBroken && <a href="#broken">Failures</a>}
              {changed && <a href="#changed">Changes</a>}
              {content.pairs.length > 0 && <a href="#pairs">Compare</a>}
              {datasets.length > 0 && <a href="#overview">Overview</a>}
              {datasets.map(({ dataset }) => <a href={`#data-${dataset.name}`}>{dataset.title}</a>)}
              {content.studies.length > 0 && <a href="#studies">Studies</a>}
              {datasets.length > 0 && <a href="#tests">Tests</a>}
              {datasets.length > 0 && <a href="#data">Data</a>}
              <a href="#runs">Runs</a>
            </div>
            <button type="button" hidden>Light / dark</button>
          </div>
        </nav>
        <main id="main">
          <Brief content={content} />
          {hasBroken && (
            <section id="broken">
              <h2>Failed and diverged runs</h2>
              <TableView table={broken} files={false} />
            </section>
          )}
          {changed && (
            <section id="changed">
              <h2>Since the baseline</h2>
              <TableView table={changed} />
            </section>
          )}
          {content.pairs.length > 0 && <Pairs content={content} />}
          {datasets.length > 0 && <Overview content={content} />}
          {datasets.map(({ dataset, results, comparisons, costs, charts }) => (
            <section id={`data-${dataset.name}`}>
              <h2>{dataset.title}</h2>
              <TableView table={results} />
              <div class="charts">
                {charts.map((chart) => <ChartView chart={chart} />)}
              </div>
              <details>
                <summary>Every method beside the best</summary>
                <TableView table={comparisons} files={false} />
              </details>
              <details>
                <summary>Cost and calibration</summary>
                <TableView table={costs} />
              </details>
            </section>
          ))}
          {content.studies.length > 0 && (
            <section id="studies">
              <h2>Studies of the proposed method</h2>
              {content.studies.map(({ table, chart }) => (
                <>
                  {chart && <ChartView chart={chart} />}
                  <TableView table={table} />
                </>
              ))}
            </section>
          )}
          {datasets.length > 0 && (
            <section id="tests">
              <h2>Do the methods differ?</h2>
              <TableView table={content.anova} />
            </section>
          )}
          {datasets.length > 0 && (
            <section id="data">
              <h2>The data</h2>
              <TableView table={content.data} />
            </section>
          )}
          <Runs content={content} />
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
  const { findings, store, studies, alpha, cautions, overall } = content;
  const datasets = [...new Set(findings.map((finding) => finding.dataset))];
  const unfinished = store.runs.some((run) => run.state.status === "missing");
  return (
    <section id="brief" aria-labelledby="brief-title">
      <h2 id="brief-title">In brief</h2>
      {findings.length === 0 && (
        <p>
          {studies.length > 0
            ? "These are studies of one method; see below."
            : "No run is finished yet."}
        </p>
      )}
      {findings.length > 0 && unfinished && (
        <p>Runs are still to come: what follows is preliminary.</p>
      )}
      {headlines(findings).map((sentence) => <p>{sentence}</p>)}
      {overall && <p>{overall}</p>}
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
          ± is the standard deviation over seeds. Significant: paired t test over seeds, two-sided,
          Holm-corrected over all methods of the data set, at the level {alpha}.
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
    </section>
  );
}

function LeadView({ lead }: { lead: Lead | null }) {
  if (!lead) return null;
  return (
    <p>
      {lead.points < 0 ? "−" : "+"}
      {Math.abs(lead.points).toFixed(1)} points over {lead.over}:{" "}
      <span class={lead.significant ? "yes" : "no"}>{lead.verdict}</span>
    </p>
  );
}

function Pairs({ content: { pairs, alpha } }: { content: PageContent }) {
  return (
    <section id="pairs">
      <h2>Any two methods</h2>
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
    </section>
  );
}

function Overview(
  { content: { datasets, overviews, ranks, acrossCharts } }: { content: PageContent },
) {
  const [first, ...others] = overviews;
  const several = datasets.length > 1; // one alone has its own table
  return (
    <section id="overview">
      <h2>{several ? "All data sets" : "Who beats whom"}</h2>
      {several && <TableView table={first!} />}
      {several && others.map((table) => (
        <details>
          <summary>{table.title}</summary>
          <TableView table={table} />
        </details>
      ))}
      <div class="charts">
        {acrossCharts.map((chart) => <ChartView chart={chart} />)}
      </div>
      <TableView table={ranks} />
    </section>
  );
}

function ChartView({ chart }: { chart: DrawnChart }) {
  return (
    <figure id={`chart-${chart.name}`}>
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
    <section id="runs">
      <h2>How it was run</h2>
      <dl class="settings">
        {Object.entries(facts).map(([key, value]) => (
          <>
            <dt>{key}</dt>
            <dd>{value === null ? "–" : String(value)}</dd>
          </>
        ))}
      </dl>
      <details class="print">
        <summary>Hyperparameters</summary>
        <TableView table={hyperparameters} />
      </details>
      <details>
        <summary>Every run</summary>
        <TableView table={provenance} />
      </details>
    </section>
  );
}

/**
 * Text that may stand between script tags: neither data nor a library can end the element or open
 * a comment. `<` only ever stands in strings there, where the escape means the same.
 */
function inScript(text: string): string {
  return text.replaceAll(/<(?=\/script|!--)/gi, "\\u003c");
}

/** Keeps the ids of one drawing apart from those of the others on the page. */
function withOwnIds(svg: string, name: string): string {
  return svg
    .replaceAll(/ id="([^"]+)"/g, ` id="${name}-$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${name}-$1)`)
    .replaceAll(/href="#([^"]+)"/g, `href="#${name}-$1"`);
}
