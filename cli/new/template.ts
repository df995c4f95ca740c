/**
 * What a template of `deno task new` is.
 *
 * @module
 */
import type { Definition } from "../../base/definition.ts";

/** The specifier of a module of the suite, given by its path in the repository. */
export type Specifier = (path: string) => string;

/** A definition that can be written by `deno task new`, ready to run, to be changed. */
export interface Template {
  /** What it defines, as on the command line. */
  readonly kind: string;
  /** The folder of its files in the repository. */
  readonly folder: string;
  /** The folder of their tests. */
  readonly tests: string;
  readonly extension: "ts" | "tsx";
  /** Where definitions of the kind are listed: a file, and the name of its list. */
  readonly registry: { readonly file: string; readonly list: string };
  /** Joins the words of a name; names are one word when left out. */
  readonly separator?: "-" | "_";
  /** Definitions whose names are taken. */
  readonly taken: readonly Definition[];
  /** The definition's file. */
  source(name: Name, from: Specifier): string;
  /**
   * Its test.
   *
   * @param own The specifier of the definition's file.
   */
  test(name: Name, own: string, from: Specifier): string;
  /** The command that shows it at work, without `--plugin`. */
  tryIt(name: string): string;
}

/** The forms of a name. */
export interface Name {
  /** On the command line: `two-words`. */
  readonly name: string;
  /** In code: `twoWords`. */
  readonly identifier: string;
  /** Of its file, without an extension: `two_words`. */
  readonly file: string;
  /** For people: `Two words`. */
  readonly title: string;
}

/** All forms of a name. */
export function formsOf(name: string): Name {
  const words = name.split(/[-_]/);
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return {
    name,
    identifier: words[0]! + words.slice(1).map(capital).join(""),
    file: words.join("_"),
    title: capital(words.join(" ")),
  };
}
