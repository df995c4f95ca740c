/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * The report as one self-contained page: style, scripts, tables and charts inside, no network.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { renderToString } from "preact-render-to-string";
import { pagePolicy } from "../../base/page.ts";
import { heading, type Metric } from "../../metrics/mod.ts";
import type { Chart } from "../charts/chart.ts";
import type { ReportContext } from "../context.ts";
import type { Store } from "../folder.ts";
import type { Section } from "../section.ts";
import { type Assets, readAssets } from "./assets.ts";
import { type Drawing, Drawings, widthsOf } from "./chart_view.tsx";
import { inScript } from "./embed.ts";

/** A section as the page shows it. */
export interface PageSection extends Section {
  readonly id: string;
  readonly title: string;
  readonly link: string;
}

const TITLE = "Multi-domain long-tailed recognition: benchmark report";

/**
 * What the browser may run and load: the page's own scripts and style, told by their hashes, and
 * nothing that data might bring.
 */
function policyOf({ style, script, libraries }: Assets): string {
  return pagePolicy([EARLY, script, ...libraries].map(inScript), style, ["img-src data: blob:"]);
}

/** Sets the remembered theme before anything is painted. */
const EARLY = `try { const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme; } catch { /* no storage here */ }`;

/**
 * Makes the page, with all that it needs inside.
 *
 * @param texts Files of tables, which the page hands out.
 */
export async function renderPage(
  { store, metrics }: ReportContext,
  sections: readonly PageSection[],
  drawings: ReadonlyMap<Chart, Drawing>,
  texts: Readonly<Record<string, string>>,
): Promise<string> {
  const read = await readAssets();
  const assets = { ...read, style: `${read.style}\n${widthsOf(drawings.values())}` };
  const shown = sections.filter(({ view }) => view !== null);
  const page = (
    <Drawings.Provider value={drawings}>
      <Page
        store={store}
        metrics={metrics.tested}
        sections={shown}
        assets={assets}
        archive={packed(texts)}
      />
    </Drawings.Provider>
  );
  return `<!doctype html>\n${renderToString(page)}\n`;
}

/** Texts as one part of the page. */
function packed(texts: Readonly<Record<string, string>>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(texts));
  return gzipSync(bytes, { level: 9 }).toString("base64");
}

function Page({ store, metrics, sections, assets, archive }: {
  store: Store;
  metrics: readonly Metric[];
  sections: readonly PageSection[];
  assets: Assets;
  archive: string;
}) {
  const { style, script, libraries } = assets;
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policyOf(assets)} />
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
          <Progress store={store} />
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
            {metrics.map((metric) => `${heading(metric)}: ${metric.description} `)}
            Figures are computed for each domain; average is their mean over domains, worst that of
            the worst domain. Every figure of this page can be computed again from the records
            beside it.
          </p>
        </footer>
        <script
          type="text/plain"
          data-archive
          dangerouslySetInnerHTML={{ __html: archive }}
        />
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
  const runs = [...store.runs, ...store.unseen];
  const refused = store.refused.length;
  const count = (status: string) => runs.filter((run) => run.state.status === status).length;
  const [done, failed, diverged, missing] = ["done", "failed", "diverged", "missing"].map(count);
  const parts = [
    ...(failed ? [`${failed} failed`] : []),
    ...(diverged ? [`${diverged} diverged`] : []),
    ...(missing ? [`${missing} not run yet`] : []),
    ...(refused ? [`${refused} cannot be used, as the plan has them`] : []),
  ];
  return (
    <p class="state">
      <b>{done} of {runs.length + refused} runs</b>{" "}
      {parts.length > 0 ? `have a result; ${parts.join(", ")}` : "have a result"}. Preset{" "}
      {store.manifest.preset}, planned {store.manifest.createdAt.slice(0, 10)}.
    </p>
  );
}
