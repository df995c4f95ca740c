/**
 * Python pickles, as far as files of plain tensors need them.
 *
 * A pickle is a program. Of its instructions only those are known here that build numbers, texts,
 * lists and dictionaries; a name that it wants to call must be among those that the caller gives a
 * harmless meaning. Everything else is refused. Source: CPython, `Lib/pickletools.py`.
 *
 * @module
 */
import { DataError } from "../../base/errors.ts";
import { broken } from "./bytes.ts";

/** A name of a pickle, as `module.name`. */
export class PickleName {
  constructor(readonly name: string) {}
}

/** What a pickle may use besides plain values. */
export interface PickleRules {
  /** Names that may appear; the ones with a function may be called, and that function answers. */
  readonly names: ReadonlyMap<string, ((args: readonly unknown[]) => unknown) | null>;
  /** What stands for something that is kept outside of the pickle. */
  persistent(id: unknown): unknown;
}

const MARK = Symbol("mark");

/**
 * Runs a pickle.
 *
 * Dictionaries come as maps, tuples and lists as arrays, whole numbers that a double cannot hold as
 * bigints.
 *
 * @param start Where in `bytes` it begins; @param file for messages.
 * @returns Its value and where it ends.
 * @throws {DataError} When it is damaged or asks for anything that is not needed for plain data.
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  file: string,
  rules: PickleRules,
): { value: unknown; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  let at = start;
  const damaged = (reason: string) => broken(file, `its pickle is damaged: ${reason}`);
  /** Moves on by so many bytes and says where they were. */
  const take = (count: number): number => {
    if (at + count > bytes.length) throw damaged("it is cut short");
    at += count;
    return at - count;
  };
  const text = (length: number) => {
    const from = take(length);
    return new TextDecoder().decode(bytes.subarray(from, from + length));
  };
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw damaged("a name has no end");
    const found = text(end - at);
    at++;
    return found;
  };
  const pop = (): unknown => {
    const value = stack.pop();
    if (value === undefined || value === MARK) throw damaged("it takes a value that is not there");
    return value;
  };
  const sinceMark = (): unknown[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged("it takes values back to a mark that is not there");
    return stack.splice(mark).slice(1);
  };
  const top = <T>(kind: new (...args: never[]) => T): T => {
    const value = stack.at(-1);
    if (!(value instanceof kind)) throw damaged(`it takes something else for a ${kind.name}`);
    return value;
  };
  const tuple = (count: number) => stack.push(Array.from({ length: count }, pop).reverse());
  const set = (values: readonly unknown[]) => {
    const target = top(Map);
    if (values.length % 2 !== 0) throw damaged("a key has no value");
    for (let i = 0; i < values.length; i += 2) target.set(values[i], values[i + 1]);
  };
  const remembered = (key: number) => {
    if (!memo.has(key)) throw damaged("it recalls a value that it has not kept");
    stack.push(memo.get(key));
  };
  const call = () => {
    const args = pop(), callee = pop();
    if (!(callee instanceof PickleName) || !Array.isArray(args)) throw damaged("a call of nothing");
    const answer = rules.names.get(callee.name);
    if (!answer) throw refused(callee.name);
    stack.push(answer(args));
  };
  const refused = (name: string) =>
    new DataError(
      `${file} is refused: it asks to call ${name}, which no file of plain tensors needs.`,
    );
  const name = () => {
    const full = `${line()}.${line()}`;
    if (!rules.names.has(full)) throw refused(full);
    stack.push(new PickleName(full));
  };
  const long = (length: number) => {
    const from = take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[from + i]!);
    value = BigInt.asIntN(8 * length, value);
    stack.push(Number.isSafeInteger(Number(value)) ? Number(value) : value);
  };

  const first = take(2);
  if (bytes[first] !== 0x80 || bytes[first + 1]! > 2) throw damaged("it is not of protocol 2");
  for (;;) {
    const code = bytes[take(1)]!;
    switch (String.fromCharCode(code)) {
      case ".":
        return { value: pop(), end: at };
      case "(":
        stack.push(MARK);
        break;
      case "N":
        stack.push(null);
        break;
      case "\x88":
        stack.push(true);
        break;
      case "\x89":
        stack.push(false);
        break;
      case "K":
        stack.push(bytes[take(1)]!);
        break;
      case "M":
        stack.push(view.getUint16(take(2), true));
        break;
      case "J":
        stack.push(view.getInt32(take(4), true));
        break;
      case "\x8a":
        long(bytes[take(1)]!);
        break;
      case "G":
        stack.push(view.getFloat64(take(8)));
        break;
      case "X":
        stack.push(text(view.getUint32(take(4), true)));
        break;
      case "U":
        stack.push(text(bytes[take(1)]!));
        break;
      case "}":
        stack.push(new Map());
        break;
      case "]":
      case ")":
        stack.push([]);
        break;
      case "t":
      case "l":
        stack.push(sinceMark());
        break;
      case "\x85":
        tuple(1);
        break;
      case "\x86":
        tuple(2);
        break;
      case "\x87":
        tuple(3);
        break;
      case "a": {
        const value = pop();
        top(Array).push(value);
        break;
      }
      case "e": {
        const values = sinceMark();
        top(Array).push(...values);
        break;
      }
      case "s": {
        const value = pop(), key = pop();
        set([key, value]);
        break;
      }
      case "u":
        set(sinceMark());
        break;
      case "q":
        memo.set(bytes[take(1)]!, stack.at(-1));
        break;
      case "r":
        memo.set(view.getUint32(take(4), true), stack.at(-1));
        break;
      case "h":
        remembered(bytes[take(1)]!);
        break;
      case "j":
        remembered(view.getUint32(take(4), true));
        break;
      case "c":
        name();
        break;
      case "R":
        call();
        break;
      case "b":
        pop(); // attributes of a dictionary, such as torch's notes on versions: not needed
        break;
      case "Q":
        stack.push(rules.persistent(pop()));
        break;
      default:
        throw new DataError(
          `${file} is refused: its pickle has the instruction 0x${code.toString(16)}, which no ` +
            `file of plain tensors needs.`,
        );
    }
  }
}
