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
  const machine = new Machine(bytes, start, file, rules);
  if (machine.byte() !== 0x80 || machine.byte() > 5) {
    throw machine.damaged("it is not of a protocol from 2 to 5");
  }
  for (;;) {
    const code = machine.byte();
    const name = String.fromCharCode(code);
    if (name === STOP) return { value: machine.pop(), end: machine.at };
    const instruction = INSTRUCTIONS[name];
    if (instruction === undefined) {
      throw new DataError(
        `${file} is refused: its pickle has the instruction 0x${code.toString(16)}, which no ` +
          `file of plain tensors needs.`,
      );
    }
    instruction(machine);
  }
}

const STOP = ".";
const MARK = Symbol("mark");

/** What each instruction does, by its letter; CPython's name of it behind. */
const INSTRUCTIONS: Readonly<Record<string, (machine: Machine) => void>> = {
  "(": (m) => m.push(MARK), // MARK
  "N": (m) => m.push(null), // NONE
  "\x88": (m) => m.push(true), // NEWTRUE
  "\x89": (m) => m.push(false), // NEWFALSE
  "K": (m) => m.push(m.byte()), // BININT1
  "M": (m) => m.push(m.view.getUint16(m.take(2), true)), // BININT2
  "J": (m) => m.push(m.view.getInt32(m.take(4), true)), // BININT
  "\x8a": (m) => m.push(m.long(m.byte())), // LONG1
  "G": (m) => m.push(m.view.getFloat64(m.take(8))), // BINFLOAT
  "\x8b": (m) => m.push(m.long(m.word())), // LONG4
  "X": (m) => m.push(m.text(m.word())), // BINUNICODE
  "\x8c": (m) => m.push(m.text(m.byte())), // SHORT_BINUNICODE
  "\x8d": (m) => m.push(m.text(m.size())), // BINUNICODE8
  "T": (m) => m.push(m.text(m.word())), // BINSTRING
  "B": (m) => m.push(m.raw(m.word())), // BINBYTES
  "C": (m) => m.push(m.raw(m.byte())), // SHORT_BINBYTES
  "\x8e": (m) => m.push(m.raw(m.size())), // BINBYTES8
  "\x95": (m) => m.take(8), // FRAME
  "\x94": (m) => m.keep(m.kepts), // MEMOIZE
  "\x93": (m) => m.push(m.stackName()), // STACK_GLOBAL
  "0": (m) => m.pop(), // POP
  "2": (m) => m.copy(), // DUP
  "U": (m) => m.push(m.text(m.byte())), // SHORT_BINSTRING
  "}": (m) => m.push(new Map()), // EMPTY_DICT
  "]": (m) => m.push([]), // EMPTY_LIST
  ")": (m) => m.push([]), // EMPTY_TUPLE
  "t": (m) => m.push(m.sinceMark()), // TUPLE
  "l": (m) => m.push(m.sinceMark()), // LIST
  "\x85": (m) => m.push(m.popped(1)), // TUPLE1
  "\x86": (m) => m.push(m.popped(2)), // TUPLE2
  "\x87": (m) => m.push(m.popped(3)), // TUPLE3
  "a": (m) => m.append(m.popped(1)), // APPEND
  "e": (m) => m.append(m.sinceMark()), // APPENDS
  "s": (m) => m.set(m.popped(2)), // SETITEM
  "u": (m) => m.set(m.sinceMark()), // SETITEMS
  "q": (m) => m.keep(m.byte()), // BINPUT
  "r": (m) => m.keep(m.word()), // LONG_BINPUT
  "h": (m) => m.push(m.kept(m.byte())), // BINGET
  "j": (m) => m.push(m.kept(m.word())), // LONG_BINGET
  "c": (m) => m.push(m.name()), // GLOBAL
  "R": (m) => m.push(m.call()), // REDUCE
  "b": (m) => m.pop(), // BUILD: notes of a dictionary, such as torch's on versions: not needed
  "Q": (m) => m.push(m.rules.persistent(m.pop())), // BINPERSID
};

/** The bytes that are still to be read, the stack, and the values that were kept for later. */
class Machine {
  readonly view: DataView;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly file: string,
    readonly rules: PickleRules,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  damaged(reason: string): DataError {
    return broken(this.file, `its pickle is damaged: ${reason}`);
  }

  /** Moves on by so many bytes and says where they were. */
  take(count: number): number {
    if (this.at + count > this.bytes.length) throw this.damaged("it is cut short");
    this.at += count;
    return this.at - count;
  }

  byte(): number {
    return this.bytes[this.take(1)]!;
  }

  /** 32 bits. */
  word(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** A length of 64 bits. */
  size(): number {
    const size = this.view.getBigUint64(this.take(8), true);
    if (size > BigInt(this.bytes.length)) throw this.damaged("it is cut short");
    return Number(size);
  }

  raw(length: number): Uint8Array {
    const from = this.take(length);
    return this.bytes.slice(from, from + length);
  }

  text(length: number): string {
    const from = this.take(length);
    return new TextDecoder().decode(this.bytes.subarray(from, from + length));
  }

  /** A whole number of so many bytes. */
  long(length: number): number | bigint {
    const from = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = value << 8n | BigInt(this.bytes[from + i]!);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw this.damaged("a name has no end");
    const found = this.text(end - this.at);
    this.at++;
    return found;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) {
      throw this.damaged("it takes a value that is not there");
    }
    return value;
  }

  /** The topmost values, the lowest first, off the stack. */
  popped(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** The values down to the last mark, off the stack. */
  sinceMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.damaged("it takes values back to a mark that is not there");
    return this.#stack.splice(mark).slice(1);
  }

  #top<T>(kind: new (...args: never[]) => T): T {
    const value = this.#stack.at(-1);
    if (!(value instanceof kind)) throw this.damaged(`it takes something else for a ${kind.name}`);
    return value;
  }

  /** Adds values to the list on top. */
  append(values: readonly unknown[]): void {
    this.#top(Array).push(...values);
  }

  /** Sets keys and values, by turns, in the dictionary on top. */
  set(values: readonly unknown[]): void {
    const target = this.#top(Map);
    if (values.length % 2 !== 0) throw this.damaged("a key has no value");
    for (let i = 0; i < values.length; i += 2) target.set(values[i], values[i + 1]);
  }

  keep(key: number): void {
    this.#memo.set(key, this.#stack.at(-1));
  }

  kept(key: number): unknown {
    if (!this.#memo.has(key)) throw this.damaged("it recalls a value that it has not kept");
    return this.#memo.get(key);
  }

  /** How many values were kept. */
  get kepts(): number {
    return this.#memo.size;
  }

  copy(): void {
    const value = this.pop();
    this.push(value);
    this.push(value);
  }

  name(): PickleName {
    return this.#nameOf(this.#line(), this.#line());
  }

  /** A name whose parts lie on the stack. */
  stackName(): PickleName {
    const [module, name] = this.popped(2);
    return this.#nameOf(String(module), String(name));
  }

  #nameOf(module: string, name: string): PickleName {
    const full = `${module}.${name}`;
    if (!this.rules.names.has(full)) throw this.#refused(full);
    return new PickleName(full);
  }

  /** Calls what is named below the top with the arguments on top. */
  call(): unknown {
    const args = this.pop(), callee = this.pop();
    if (!(callee instanceof PickleName) || !Array.isArray(args)) {
      throw this.damaged("a call of nothing");
    }
    const answer = this.rules.names.get(callee.name);
    if (!answer) throw this.#refused(callee.name);
    return answer(args);
  }

  #refused(name: string): DataError {
    return new DataError(
      `${this.file} is refused: it asks to call ${name}, which no file of plain tensors needs; save ` +
        `the tensors alone, as torch.save(model.state_dict(), FILE) does.`,
    );
  }
}
