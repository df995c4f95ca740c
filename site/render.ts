/**
 * A page of the site as HTML: one file that asks for nothing, with a policy by hashes.
 *
 * @module
 */
import { dirname, extname, join, relative } from "node:path";
import { Marked, type Tokens } from "marked";
import { pagePolicy, pageStyle } from "../base/page.ts";
import { projectPath } from "../base/paths.ts";
import { escapeHtml } from "./escape.ts";
import { displayed, formulasInText, formulasOf } from "./formulas.ts";
import { pathOf, type SourcePage, type Topic } from "./pages.ts";
import { slugOf } from "./slug.ts";

/** A page that is ready to be written. */
export interface RenderedPage {
  readonly path: string;
  readonly title: string;
  readonly html: string;
  /** Its words, for the search. */
  readonly text: string;
  /** Parts of it that the search finds by themselves. */
  readonly topics: readonly Topic[];
}

/** What the navigation shows, by heading. */
export type Navigation = Readonly<Record<string, readonly Pick<SourcePage, "path" | "title">[]>>;

/** Makes a page. `pages` tells which links lead to pages of the site. */
export async function renderPage(
  page: SourcePage,
  navigation: Navigation,
  pages: ReadonlySet<string>,
): Promise<RenderedPage> {
  const { path, title, markdown, legend = "", source } = page;
  const marked = new Marked({ gfm: true });
  const slugs = new Map<string, number>();
  const formulas = formulasOf();
  marked.use({
    extensions: [formulasInText(formulas)],
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const inner = this.parser.parseInline(tokens);
        return `<h${depth} id="${slugOf(plain(inner), slugs)}">${inner}</h${depth}>\n`;
      },
      table(token: Tokens.Table): string {
        const row = (cells: readonly Tokens.TableCell[], kind: string) => {
          const made = cells.map(({ tokens, text, align }) => {
            const tag = text === "" ? "td" : kind; // a heading has words
            const look = align === "right" ? ' class="number"' : "";
            return `<${tag}${look}>${this.parser.parseInline(tokens)}</${tag}>`;
          });
          return `<tr>${made.join("")}</tr>`;
        };
        return `<div class="scroll" tabindex="0" role="group" aria-label="Table"><table><thead>${
          row(token.header, "th")
        }</thead><tbody>${
          token.rows.map((cells) => row(cells, "td")).join("")
        }</tbody></table></div>\n`;
      },
      code({ text, lang }: Tokens.Code): string {
        if (lang === "drawings") {
          return `<div class="drawings">${
            text.split("\n").map((number) => page.drawings?.[Number(number)] ?? "").join("")
          }</div>\n`;
        }
        if (lang === "math") return displayed(formulas.mathml(text, true));
        return `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`;
      },
      link({ href, tokens }: Tokens.Link): string {
        const inner = this.parser.parseInline(tokens);
        const target = targetOf(href, page, pages);
        return target === null ? inner : `<a href="${escapeHtml(target)}">${inner}</a>`;
      },
      // What Markdown lets through as HTML here are comments and little else.
      html({ text }: Tokens.HTML | Tokens.Tag): string {
        return /^<(img|br|picture|\/?(p|u|small|sub|sup|kbd|details|summary))\b/.test(
            text.trim(),
          ) &&
            !/\son\w+=|style=/i.test(text)
          ? text
          : "";
      },
    },
  });
  const said = await withImages(await marked.parse(markdown), source);
  const body = said + await marked.parse(legend);
  const { parent } = page;
  const style = [await siteStyle(), await formulas.style()].join("\n").trimEnd();
  const html = layOut({
    path,
    title,
    body,
    style,
    navigation,
    scripts: [],
    ...(parent && { parent }),
  });
  const { topics = [] } = page;
  return { path, title, html, text: topics.length > 0 ? "" : plain(said), topics };
}

/** The style of every page. */
export async function siteStyle(): Promise<string> {
  const { default: own } = await import("./site.css", { with: { type: "text" } });
  return await pageStyle(own);
}

/** Where a link leads from a page: to a page of the site, elsewhere on the web, or nowhere (null). */
export function targetOf(
  href: string,
  { path, source }: SourcePage,
  pages: ReadonlySet<string>,
): string | null {
  if (/^(https?:|#)/.test(href)) return href;
  if (/^[a-z]+:/i.test(href)) return null;
  const [file, anchor] = href.split("#") as [string, string | undefined];
  const written = source === undefined
    ? []
    : ["", "/README.md"].map((rest) =>
      pathOf(`${join(dirname(source), file).replace(/\/$/, "")}${rest}`)
    );
  // What is nowhere in the site is code, of the repository.
  const found = [...written, join(dirname(path), file)].find((target) => pages.has(target));
  if (found === undefined) return null;
  return (relative(dirname(path), found) || found) + (anchor === undefined ? "" : `#${anchor}`);
}

/** Pictures become part of the page. */
async function withImages(html: string, source: string | undefined): Promise<string> {
  let made = html;
  for (
    const [whole, before, name] of html.matchAll(
      /(<(?:img|source)[^>]*?(?:src|srcset)=")([^":]+)"/g,
    )
  ) {
    const file = projectPath(join(dirname(source ?? ""), name!));
    const bytes = await Deno.readFile(file);
    const type = extname(name!) === ".svg" ? "svg+xml" : extname(name!).slice(1);
    made = made.replace(whole, `${before}data:image/${type};base64,${bytes.toBase64()}"`);
  }
  return made;
}

/** The whole page. */
export function layOut({ path, parent, title, body, style, navigation, scripts }: {
  path: string;
  parent?: string;
  title: string;
  body: string;
  style: string;
  navigation: Navigation;
  scripts: readonly string[];
}): string {
  const to = (target: string) => relative(dirname(path), target) || target;
  const policy = pagePolicy(scripts, style, ["img-src data:"]);
  const links = Object.entries(navigation).map(([heading, pages]) => {
    const shown = pages.some((page) => page.path === (parent ?? path));
    const open = shown ? " open" : "";
    const items = pages.map((page) => {
      const here = page.path === path
        ? ' aria-current="page"'
        : page.path === parent
        ? ' aria-current="true"'
        : "";
      return `<li><a href="${to(page.path)}"${here}>${escapeHtml(page.title)}</a></li>`;
    });
    return `<details${open}><summary>${heading}</summary><ul>${items.join("")}</ul></details>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · MDLT bench</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the page</a>
<nav aria-label="Pages"><p><a href="${to("index.html")}">MDLT bench</a> · <a href="${
    to("search.html")
  }">Search</a></p>${links.join("")}</nav>
<main id="main">
${body}
</main>
${scripts.map((text) => `<script type="module">${text}</script>`).join("\n")}
</body>
</html>
`;
}

/** The text of some HTML, without formulas and charts. */
function plain(html: string): string {
  return html.replace(/<math[\s\S]*?<\/math>|<figure>[\s\S]*?<\/figure>|<[^>]+>/g, " ")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&").replace(/\s+/g, " ").trim();
}
