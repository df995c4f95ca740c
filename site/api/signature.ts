/**
 * Declarations as TypeScript writes them. Names that may be of the package stand between two marks.
 *
 * @module
 */
import type {
  Callable,
  Declaration,
  DocType,
  Member,
  Members,
  Parameter,
  TypeParameter,
} from "./doc.ts";

/** Before and after a name that may be looked up; no source has them. */
export const MARKS = ["\u0002", "\u0003"] as const;

const marked = (name: string) => `${MARKS[0]}${name}${MARKS[1]}`;

/** How a symbol is declared, without its members. */
export function signature(name: string, { kind, def }: Declaration): string {
  switch (kind) {
    case "function":
      return `${def.isAsync ? "async " : ""}function ${name}${call(def)}`;
    case "variable":
      return `${def.kind ?? "const"} ${name}${annotation(def.tsType)}`;
    case "typeAlias":
      return `type ${name}${parameters(def.typeParams)} = ${typeText(def.tsType!)}`;
    case "class":
      return `${def.isAbstract ? "abstract " : ""}class ${name}${parameters(def.typeParams)}` +
        heritage("extends", superclass(def)) + heritage("implements", def.implements);
    case "interface":
      return `interface ${name}${parameters(def.typeParams)}` +
        heritage("extends", def.extends as readonly DocType[] | undefined);
    default:
      throw new Error(`Cannot document ${name}: no form is known for a ${kind}`);
  }
}

/** The superclass, which `deno doc` gives by its name. */
function superclass({ extends: name, superTypeParams }: Declaration["def"]): DocType[] {
  return typeof name !== "string" ? [] : [{
    kind: "typeRef",
    value: { typeName: name, ...(superTypeParams && { typeParams: superTypeParams }) },
  }];
}

function heritage(word: string, types: readonly DocType[] = []): string {
  return types.length === 0 ? "" : ` ${word} ${types.map(typeText).join(", ")}`;
}

/** The members of a type that others may use: how each is declared, with its docstring. */
export function memberSignatures(members: Members): { text: string; member: Member }[] {
  const { constructors, callSignatures, indexSignatures, properties, methods } = members;
  const all: [readonly Member[] | undefined, (member: Member) => string][] = [
    [constructors, (member) => `new ${call(member)}`],
    [callSignatures, (member) => call(member)],
    [
      indexSignatures,
      ({ params = [], ...member }) =>
        `${modifiers(member)}[${params.map(parameter).join(", ")}]${annotation(member.tsType)}`,
    ],
    [
      properties,
      (member) =>
        `${modifiers(member)}${member.name}${member.optional ? "?" : ""}${
          annotation(member.tsType)
        }`,
    ],
    [methods, method],
  ];
  return all.flatMap(([members = [], text]) =>
    members.filter(({ accessibility }) => accessibility !== "private")
      .map((member) => ({ text: text(member), member }))
  );
}

function method(member: Member): string {
  const { name, kind, optional, functionDef = member } = member;
  const accessor = kind === "getter" ? "get " : kind === "setter" ? "set " : "";
  const shown = name!.replace(/^\[(.*)\]$/, "[$1]");
  return `${modifiers(member)}${accessor}${shown}${optional ? "?" : ""}${call(functionDef)}`;
}

function modifiers({ isStatic, isAbstract, accessibility, readonly }: Member): string {
  return [
    accessibility === "protected" ? "protected " : "",
    isStatic ? "static " : "",
    isAbstract ? "abstract " : "",
    readonly ? "readonly " : "",
  ].join("");
}

function call({ typeParams, params = [], returnType, tsType }: Callable): string {
  return `${parameters(typeParams)}(${params.map(parameter).join(", ")})` +
    annotation(returnType ?? tsType);
}

function annotation(type: DocType | undefined): string {
  return type === undefined ? "" : `: ${typeText(type)}`;
}

function parameters(all: readonly TypeParameter[] = []): string {
  return all.length === 0 ? "" : `<${all.map(typeParameter).join(", ")}>`;
}

function typeParameter({ name, constraint, default: usual }: TypeParameter): string {
  return name + (constraint === undefined ? "" : ` extends ${typeText(constraint)}`) +
    (usual === undefined ? "" : ` = ${typeText(usual)}`);
}

function parameter(given: Parameter): string {
  const { kind, name, key, optional, tsType, arg, left, props = [] } = given;
  const may = optional ? "?" : "";
  switch (kind) {
    case "identifier":
      return `${name}${may}${annotation(tsType)}`;
    case "rest":
      return `...${parameter(arg!)}${annotation(tsType)}`;
    case "assign":
      return left === undefined ? key! : parameter({ ...left, optional: true });
    case "keyValue":
      return key!;
    case "object":
      return `{ ${props.map(parameter).join(", ")} }${may}${annotation(tsType)}`;
    case "array":
      return `[…]${may}${annotation(tsType)}`;
  }
}

/** A type. */
export function typeText(type: DocType): string {
  switch (type.kind) {
    case "keyword":
      return type.value;
    case "typeQuery":
      return `typeof ${marked(type.value)}`;
    case "literal":
      return type.value.kind === "string" ? JSON.stringify(type.repr) : type.repr;
    case "typeRef": {
      const { typeName, typeParams = [], resolution } = type.value;
      const name = resolution?.kind === "typeParam" ? typeName : marked(typeName);
      return name + (typeParams.length === 0 ? "" : `<${typeParams.map(typeText).join(", ")}>`);
    }
    case "array":
      return `${typeText(type.value)}[]`;
    case "parenthesized":
      return `(${typeText(type.value)})`;
    case "rest":
      return `...${typeText(type.value)}`;
    case "optional":
      return `${typeText(type.value)}?`;
    case "union":
      return type.value.map(typeText).join(" | ");
    case "intersection":
      return type.value.map(typeText).join(" & ");
    case "tuple":
      return `[${type.value.map(typeText).join(", ")}]`;
    case "typeOperator":
      return `${type.value.operator} ${typeText(type.value.tsType)}`;
    case "indexedAccess":
      return `${typeText(type.value.objType)}[${typeText(type.value.indexType)}]`;
    case "typeLiteral":
      return literal(type.value);
    case "this":
      return "this";
    default:
      return composed(type);
  }
}

/** A type that says how it is made of others. */
function composed(
  type: Extract<
    DocType,
    { kind: "fnOrConstructor" | "mapped" | "conditional" | "infer" | "typePredicate" }
  >,
): string {
  switch (type.kind) {
    case "fnOrConstructor": {
      const { constructor, typeParams, params = [], tsType } = type.value;
      return `${constructor ? "new " : ""}${parameters(typeParams)}(${
        params.map(parameter).join(", ")
      }) => ${typeText(tsType)}`;
    }
    case "mapped": {
      const { readonly, optional, typeParam, tsType } = type.value;
      const sign = (given: boolean | string | undefined, word: string) =>
        !given ? "" : given === true ? word : `${given}${word}`;
      return `{ ${sign(readonly, "readonly ")}[${typeParam.name} in ${
        typeText(typeParam.constraint!)
      }]${sign(optional, "?")}: ${typeText(tsType)} }`;
    }
    case "conditional": {
      const { checkType, extendsType, trueType, falseType } = type.value;
      return `${typeText(checkType)} extends ${typeText(extendsType)} ? ${typeText(trueType)} : ${
        typeText(falseType)
      }`;
    }
    case "infer":
      return `infer ${typeParameter(type.value.typeParam)}`;
    case "typePredicate": {
      const { asserts, param, type: is } = type.value;
      return `${asserts ? "asserts " : ""}${param.name ?? "this"}` +
        (is === undefined ? "" : ` is ${typeText(is)}`);
    }
  }
}

function literal(members: Members): string {
  const all = memberSignatures(members).map(({ text }) => text);
  return all.length === 0 ? "{}" : `{ ${all.join("; ")} }`;
}
