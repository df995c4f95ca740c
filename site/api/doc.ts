/**
 * What `deno doc` says of the package's entry points.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import { projectPath } from "../../base/paths.ts";

/** A type as `deno doc` parses it. */
export type DocType =
  | { readonly kind: "keyword" | "typeQuery"; readonly value: string }
  | { readonly kind: "literal"; readonly repr: string; readonly value: { readonly kind: string } }
  | {
    readonly kind: "typeRef";
    readonly value: {
      readonly typeName: string;
      readonly typeParams?: readonly DocType[];
      readonly resolution?: { readonly kind: string };
    };
  }
  | { readonly kind: "array" | "parenthesized" | "rest" | "optional"; readonly value: DocType }
  | { readonly kind: "union" | "intersection" | "tuple"; readonly value: readonly DocType[] }
  | {
    readonly kind: "typeOperator";
    readonly value: { readonly operator: string; readonly tsType: DocType };
  }
  | {
    readonly kind: "indexedAccess";
    readonly value: { readonly objType: DocType; readonly indexType: DocType };
  }
  | { readonly kind: "typeLiteral"; readonly value: Members }
  | {
    readonly kind: "fnOrConstructor";
    readonly value: Callable & { readonly constructor: boolean; readonly tsType: DocType };
  }
  | {
    readonly kind: "mapped";
    readonly value: {
      readonly readonly?: boolean | string;
      readonly optional?: boolean | string;
      readonly typeParam: TypeParameter;
      readonly tsType: DocType;
    };
  }
  | {
    readonly kind: "conditional";
    readonly value: {
      readonly checkType: DocType;
      readonly extendsType: DocType;
      readonly trueType: DocType;
      readonly falseType: DocType;
    };
  }
  | { readonly kind: "infer"; readonly value: { readonly typeParam: TypeParameter } }
  | {
    readonly kind: "typePredicate";
    readonly value: {
      readonly asserts: boolean;
      readonly param: { readonly name?: string };
      readonly type?: DocType;
    };
  }
  | { readonly kind: "this" };

/** A parameter of a type. */
export interface TypeParameter {
  readonly name: string;
  readonly constraint?: DocType;
  readonly default?: DocType;
}

/** A parameter of a function, or a part of one that is taken apart. */
export interface Parameter {
  readonly kind: "identifier" | "rest" | "object" | "array" | "assign" | "keyValue";
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
  readonly tsType?: DocType;
  readonly arg?: Parameter;
  readonly left?: Parameter;
  readonly props?: readonly Parameter[];
}

/** What a call of something looks like. */
export interface Callable {
  readonly typeParams?: readonly TypeParameter[];
  readonly params?: readonly Parameter[];
  readonly returnType?: DocType;
  readonly tsType?: DocType;
}

/** A docstring. */
export interface Docstring {
  readonly doc?: string;
  readonly tags?: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly doc?: string;
  }[];
}

/** A member of a type. */
export interface Member extends Callable {
  readonly name?: string;
  readonly kind?: string;
  readonly jsDoc?: Docstring;
  readonly readonly?: boolean;
  readonly optional?: boolean;
  readonly isStatic?: boolean;
  readonly isAbstract?: boolean;
  readonly accessibility?: string;
  readonly functionDef?: Callable;
}

/** All members of a type. */
export interface Members {
  readonly constructors?: readonly Member[];
  readonly callSignatures?: readonly Member[];
  readonly indexSignatures?: readonly Member[];
  readonly properties?: readonly Member[];
  readonly methods?: readonly Member[];
}

/** Where something is written. */
export interface Location {
  /** From the project's folder. */
  readonly filename: string;
  readonly line: number;
  readonly col: number;
}

/** How a symbol is declared. */
export interface Declaration {
  readonly kind: string;
  readonly location: Location;
  readonly jsDoc?: Docstring;
  readonly def: Members & Callable & {
    readonly kind?: string;
    readonly isAsync?: boolean;
    readonly isAbstract?: boolean;
    readonly extends?: DocType | string | readonly DocType[];
    readonly superTypeParams?: readonly DocType[];
    readonly implements?: readonly DocType[];
  };
}

/** A name that an entry point exports. */
export interface Symbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

/** An entry point of the package. */
export interface Entry {
  /** As programs import it, such as `@mdlt/bench/methods`. */
  readonly specifier: string;
  /** Its module, from the project's folder. */
  readonly module: string;
  readonly doc: string;
  readonly symbols: readonly Symbol[];
}

interface Raw {
  readonly nodes: Readonly<
    Record<string, {
      readonly module_doc?: Docstring;
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly (Declaration & {
          readonly def: { readonly target?: Location };
        })[];
      }[];
    }>
  >;
}

/**
 * All entry points with what they export, however it comes to them.
 *
 * @throws When `deno doc` cannot read them.
 */
export async function readEntries(): Promise<Entry[]> {
  const modules = Object.entries(config.exports)
    .map(([name, path]) => ({ name, module: path.replace("./", "") }));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...modules.map(({ module }) => module)],
    cwd: projectPath(""),
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot document the entry points: ${text(stderr).trim()}`);
  const root = new URL(`file://${projectPath("")}/`).href.replace(/\/+$/, "/");
  const { nodes }: Raw = JSON.parse(text(stdout).replaceAll(root, ""));
  // Of what several modules export, deno doc describes the first and refers the others to it.
  const written = new Map(
    Object.values(nodes).flatMap(({ symbols }) => symbols).flatMap(({ declarations }) =>
      declarations.filter(({ kind }) => kind !== "reference")
        .map((declaration) => [placeOf(declaration.location), declaration])
    ),
  );
  return modules.map(({ name, module }) => {
    const { module_doc, symbols } = nodes[module]!;
    return {
      specifier: config.name + name.slice(1),
      module,
      doc: module_doc?.doc ?? "",
      symbols: symbols.map(({ name, declarations }) => ({
        name,
        declarations: declarations.flatMap((declaration) => {
          const { target } = declaration.def;
          const found = target === undefined ? declaration : written.get(placeOf(target));
          return found === undefined ? [] : [{ ...found, location: counted(found.location) }];
        }),
      })).filter(({ declarations }) => declarations.length > 0),
    };
  });
}

/** A place whose line is counted from 1; `deno doc` counts from 0. */
function counted({ line, ...rest }: Location): Location {
  return { line: line + 1, ...rest };
}

/** A place in the code, as a key. */
export function placeOf({ filename, line, col }: Location): string {
  return `${filename}:${line}:${col}`;
}
