/**
 * The pages of the package's interface, from docstrings: one an entry point, and an overview.
 *
 * @module
 */
import { dirname } from "node:path";
import type { SourcePage, Topic } from "../pages.ts";
import { slugOf } from "../slug.ts";
import {
  type Declaration,
  type Docstring,
  type Entry,
  placeOf,
  readEntries,
  type Symbol,
} from "./doc.ts";
import { MARKS, memberSignatures, signature } from "./signature.ts";

/** Headings in their order, by what is declared. */
const HEADINGS: Readonly<Record<string, string>> = {
  function: "Functions",
  class: "Classes",
  variable: "Constants",
  interface: "Interfaces",
  typeAlias: "Types",
};

/** A symbol where it is documented. */
interface Place {
  readonly symbol: Symbol;
  readonly entry: Entry;
  readonly path: string;
  readonly anchor: string;
}

/** Links from a page to the symbol of a name, if it is documented. */
type LinkOf = (name: string) => string | undefined;

/** All pages of the interface. */
export async function apiPages(): Promise<SourcePage[]> {
  const entries = await readEntries();
  const places = placesOf(entries);
  return [
    overview(entries, places),
    ...entries.map((entry) => entryPage(entry, places)),
  ];
}

const pathOf = ({ module }: Entry) =>
  `api/${module.replace(/(?:\/mod)?\.ts$/, "").replaceAll("/", "-")}.html`;

/**
 * Where every symbol is documented: at the entry point whose folder it is written in; else at the
 * package's own, or the first that exports it.
 */
function placesOf(entries: readonly Entry[]): Map<string, Place> {
  const exported = new Map<string, { symbol: Symbol; entries: Entry[] }>();
  for (const entry of entries) {
    for (const symbol of entry.symbols) {
      const key = placeOf(symbol.declarations[0]!.location);
      const found = exported.get(key) ?? { symbol, entries: [] };
      found.entries.push(entry);
      exported.set(key, found);
    }
  }
  const home = new Map([...exported].map(([key, { symbol, entries }]) => {
    const { filename } = symbol.declarations[0]!.location;
    const own = entries.find(({ module }) =>
      dirname(module) !== "." && filename.startsWith(`${dirname(module)}/`)
    );
    return [key, own ?? entries[0]!];
  }));
  const places = new Map<string, Place>();
  for (const entry of entries) {
    const slugs = new Map<string, number>([[slugOf(entry.specifier, new Map()), 1]]);
    const own = entry.symbols.filter(({ declarations }) =>
      home.get(placeOf(declarations[0]!.location)) === entry
    );
    for (const [heading, symbols] of groupsOf(own)) {
      slugOf(heading, slugs);
      for (const symbol of symbols) {
        const anchor = slugOf(symbol.name, slugs);
        const key = placeOf(symbol.declarations[0]!.location);
        places.set(key, { symbol, entry, path: pathOf(entry), anchor });
      }
    }
  }
  return places;
}

function groupsOf(symbols: readonly Symbol[]): [heading: string, symbols: Symbol[]][] {
  return Object.entries(HEADINGS).flatMap(([kind, heading]) => {
    const own = symbols.filter(({ declarations }) => declarations[0]!.kind === kind)
      .sort((a, b) => a.name.localeCompare(b.name, "en"));
    return own.length === 0 ? [] : [[heading, own]];
  });
}

function overview(entries: readonly Entry[], places: ReadonlyMap<string, Place>): SourcePage {
  const rows = entries.map((entry) => {
    const own = [...places.values()].filter((place) => place.entry === entry).length;
    const link = `[\`${entry.specifier}\`](${pathOf(entry).replace("api/", "")})`;
    return `| ${link} | ${entry.doc.split(/\n\s*\n/)[0]!.replaceAll("\n", " ")} | ${own} |`;
  });
  return {
    path: "api/index.html",
    title: "Library",
    markdown: [
      "# Library",
      "What programs may import, from the docstrings of the code. A name that several entry points " +
      "export is documented once, and linked from the others.",
      ["| Entry point | What it is | Documented there |", "| :-- | :-- | --: |", ...rows].join(
        "\n",
      ),
    ].join("\n\n"),
  };
}

function entryPage(entry: Entry, places: ReadonlyMap<string, Place>): SourcePage {
  const path = pathOf(entry);
  const linkTo = (place: Place) =>
    `${place.path === path ? "" : place.path.replace("api/", "")}#${place.anchor}`;
  const linkOf: LinkOf = (name) => {
    const found = [...places.values()].filter(({ symbol }) => symbol.name === name);
    const place = found.find(({ path: other }) => other === path) ?? found[0];
    return place && linkTo(place);
  };
  const placed = entry.symbols.map((symbol) =>
    places.get(placeOf(symbol.declarations[0]!.location))!
  );
  const own = placed.filter((place) => place.path === path);
  const groups = groupsOf(own.map(({ symbol }) => symbol));
  const anchors = new Map(own.map(({ symbol, anchor }) => [symbol, anchor]));
  const list = (symbols: readonly { name: string; link: string }[]) =>
    symbols.map(({ name, link }) => `[\`${name}\`](${link})`).join(", ");
  const elsewhere = placed.filter((place) => place.path !== path)
    .map((place) => ({ name: place.symbol.name, link: linkTo(place) }));
  return {
    path,
    title: entry.specifier,
    topics: own.map(({ symbol, anchor }) => topicOf(symbol, anchor, entry)),
    markdown: [
      `# ${entry.specifier}`,
      words(entry.doc, linkOf),
      ...groups.map(([heading, symbols]) =>
        `**${heading}:** ${
          list(symbols.map((symbol) => ({ name: symbol.name, link: `#${anchors.get(symbol)}` })))
        }`
      ),
      ...(elsewhere.length === 0 ? [] : [`**Documented elsewhere:** ${list(elsewhere)}`]),
      ...groups.flatMap(([heading, symbols]) => [
        `## ${heading}`,
        ...symbols.flatMap((symbol) => symbolParts(symbol, linkOf)),
      ]),
    ].join("\n\n"),
  };
}

function symbolParts({ name, declarations }: Symbol, linkOf: LinkOf): string[] {
  const { filename, line } = declarations[0]!.location;
  return [
    `### \`${name}\``,
    `<small>${filename}, line ${line}</small>`,
    ...declarations.flatMap((declaration) => declarationParts(name, declaration, linkOf)),
  ];
}

function declarationParts(name: string, declaration: Declaration, linkOf: LinkOf): string[] {
  const { kind, def, jsDoc = {} } = declaration;
  const alias = def.tsType?.kind === "typeLiteral" ? def.tsType.value : undefined;
  const members = kind === "typeAlias" && alias !== undefined ? alias : def;
  const lines = memberSignatures(members).map(({ text, member }) => {
    const said = [words(member.jsDoc?.doc ?? "", linkOf), ...tagLines(member.jsDoc, linkOf)]
      .filter((part) => part !== "").join("\n\n");
    const below = said === "" ? "" : `\n\n${said.replaceAll(/^(?=.)/gm, "  ")}`;
    return `- ${code(text, linkOf)}${below}`;
  });
  const head = kind === "typeAlias" && alias !== undefined
    ? `type ${name}`
    : signature(name, declaration);
  return [
    `> ${code(head, linkOf)}`,
    words(jsDoc.doc ?? "", linkOf),
    tagLines(jsDoc, linkOf).join("\n"),
    lines.join("\n\n"),
  ].filter((part) => part !== "");
}

/** What a docstring says of parameters and errors, as items of a list. */
function tagLines({ tags = [] }: Docstring = {}, linkOf: LinkOf): string[] {
  const text = (doc: string | undefined) =>
    words(doc ?? "", linkOf).trim().replaceAll(/\s*\n\s*/g, " ");
  return tags.flatMap(({ kind, name, doc }) =>
    kind === "param"
      ? [`- \`${name}\`: ${text(doc)}`]
      : kind === "throws"
      ? [`- Throws: ${text(doc)}`]
      : kind === "returns" || kind === "return"
      ? [`- Returns: ${text(doc)}`]
      : []
  );
}

/** Code as Markdown, in which names that are documented are links. */
function code(text: string, linkOf: LinkOf): string {
  const [before, after] = MARKS;
  const parts = text.split(before).flatMap((part, i) => {
    if (i === 0) return [{ text: part, link: undefined }];
    const [name, rest] = part.split(after) as [string, string];
    return [{ text: name, link: linkOf(name) }, { text: rest, link: undefined }];
  });
  // Neighbours without a link are one piece: code spans must not touch.
  const pieces: { text: string; link: string | undefined }[] = [];
  for (const part of parts) {
    const last = pieces.at(-1);
    if (last !== undefined && last.link === undefined && part.link === undefined) {
      last.text += part.text;
    } else if (part.text !== "") pieces.push({ ...part });
  }
  return pieces.map(({ text, link }) =>
    link === undefined ? span(text) : `[${span(text)}](${link})`
  )
    .join("");
}

/** A code span; Markdown takes a space off both ends where there is one at both. */
function span(text: string): string {
  const padded = /^ .* $|^`|`$/.test(text) ? ` ${text} ` : text;
  return text.includes("`") ? `\`\`${padded}\`\`` : `\`${padded}\``;
}

/** A docstring's text, with its links. */
function words(doc: string, linkOf: LinkOf): string {
  return doc.trim().replaceAll(/\{@link(?:code)?\s+([^}\s|]+)[^}]*\}/g, (_, name: string) => {
    const link = linkOf(name.split(".")[0]!);
    return link === undefined ? `\`${name}\`` : `[\`${name}\`](${link})`;
  });
}

function topicOf({ name, declarations }: Symbol, anchor: string, { specifier }: Entry): Topic {
  const texts = declarations.flatMap(({ jsDoc, def }) => [
    jsDoc?.doc ?? "",
    ...memberSignatures(def).flatMap(({ member }) => [member.name ?? "", member.jsDoc?.doc ?? ""]),
  ]);
  return { anchor, title: `${name} (${specifier})`, text: texts.join(" ") };
}
