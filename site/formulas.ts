/**
 * TeX as MathML, for pages whose policy knows no `style` attribute.
 *
 * @module
 */
import type { TokenizerAndRendererExtension } from "marked";
import temml from "temml";

/** Formulas of a page, and what they need of its style. */
export interface Formulas {
  /**
   * MathML with the TeX as its annotation.
   *
   * @throws {Error} What is wrong with the TeX.
   */
  mathml(tex: string, displayed: boolean): string;
  /** Rules for what {@linkcode Formulas.mathml} gave so far; none without formulas. */
  style(): Promise<string>;
}

/** The formulas of one page. Where the library sets a style on an element, the element gets a class. */
export function formulasOf(): Formulas {
  const classes = new Map<string, string>();
  const classOf = (declarations: string) => {
    const known = classes.get(declarations) ?? `tex-${classes.size}`;
    classes.set(declarations, known);
    return known;
  };
  let used = false;
  return {
    mathml(tex, displayed) {
      used = true;
      const html = temml.renderToString(tex, {
        ...{ displayMode: displayed, annotate: true, throwOnError: true, strict: true },
        ...{ wrap: "none", trust: false },
      });
      return html.replace(/<\w+(?: [\w:-]+="[^"]*")+/g, (tag) => withoutStyle(tag, classOf));
    },
    async style() {
      if (!used) return "";
      // As the attribute would, they prevail over the library's rules.
      const own = [...classes].map(([declarations, name]) =>
        `.${name}{${declarations.replaceAll(";", "!important;")}}`
      );
      return [await libraryStyle(), ...own].join("\n");
    },
  };
}

/** Formulas between `` $` `` and `` `$ `` in Markdown, as GitHub knows them. */
export function formulasInText(formulas: Formulas): TokenizerAndRendererExtension {
  return {
    name: "formula",
    level: "inline",
    start: (text) => text.indexOf("$`"),
    tokenizer(text) {
      const found = /^\$`([^`]+)`\$/.exec(text);
      return found === null ? undefined : { type: "formula", raw: found[0], text: found[1] };
    },
    renderer: ({ text }) => formulas.mathml(text, false),
  };
}

/** A formula on lines of its own; one that is wider than the page is scrolled. */
export function displayed(mathml: string): string {
  return `<div class="scroll formula" tabindex="0" role="group" aria-label="Formula">${mathml}</div>\n`;
}

/** A tag up to its end, its style as a class. */
function withoutStyle(tag: string, classOf: (declarations: string) => string): string {
  const style = / style="([^"]*)"/.exec(tag);
  if (style === null) return tag;
  const bare = tag.replace(style[0], "");
  const name = classOf(style[1]!);
  return / class="/.test(bare)
    ? bare.replace(/ class="/, `$&${name} `)
    : bare.replace(/^<\w+/, `$& class="${name}"`);
}

/** The library's rules, without those that fetch something: a font of script letters, arrows that cancel. */
async function libraryStyle(): Promise<string> {
  const text = await Deno.readTextFile(new URL("Temml-Local.css", import.meta.resolve("temml")));
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/[^{}]*{[^{}]*\burl\([^{}]*}/g, "")
    .trim();
}
