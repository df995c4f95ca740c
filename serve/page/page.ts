/**
 * The live page: the same for every folder, since what it shows is asked for by its script.
 *
 * @module
 */
import { browserScript, pagePolicy, pageStyle } from "../../base/page.ts";

/** A page with the policy that it is given out with. */
export interface Page {
  readonly type: string;
  readonly policy: string;
  readonly text: string;
}

/** Makes the page. */
export async function livePage(): Promise<Page> {
  const [style, client] = await Promise.all([
    import("./page.css", { with: { type: "text" } }).then((text) => pageStyle(text.default)),
    import("./client.ts", { with: { type: "text" } }).then((text) => text.default as string),
  ]);
  const script = browserScript(client);
  const policy = pagePolicy([script], style, [
    "connect-src 'self'",
    "img-src data:",
    "frame-ancestors 'none'",
  ]);
  return { type: "text/html; charset=utf-8", policy, text: html(style, script) };
}

const html = (style: string, script: string) =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Benchmark</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the runs</a>
<header>
<h1>Benchmark <span id="folder"></span></h1>
<p id="about"></p>
<progress id="bar" max="1" value="0" aria-label="Runs that have ended"></progress>
<p id="summary" role="status"></p>
<p id="note" hidden></p>
<p id="report" hidden></p>
</header>
<main id="main">
<section id="working" aria-labelledby="working-title" hidden>
<h2 id="working-title">At work</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="working-title"><table>
<thead><tr><th scope="col">Run</th><th scope="col">Step</th><th scope="col">Loss</th>
<th scope="col">Best on validation</th><th scope="col">Curve</th><th scope="col">Left</th></tr></thead>
<tbody></tbody></table></div>
</section>
<section id="failures" aria-labelledby="failures-title" hidden>
<h2 id="failures-title">Without a result</h2>
<ul></ul>
</section>
<section id="grid" aria-labelledby="grid-title" hidden>
<h2 id="grid-title">All runs</h2>
<p id="key"></p>
<div id="tables"></div>
</section>
<section id="curves" aria-labelledby="curves-title" hidden>
<h2 id="curves-title">Curves</h2>
<p><label>Of <select id="group"></select></label>
<label>show <select id="measure"><option value="value">validation figure</option>
<option value="loss">training loss</option></select></label></p>
<figure><svg id="chart" role="img" viewBox="0 0 720 320"></svg><figcaption></figcaption></figure>
<div id="legend"></div>
</section>
<noscript><p>This page is drawn by its own script, which this browser does not run.</p></noscript>
</main>
<script type="module">${script}</script>
</body>
</html>
`;
