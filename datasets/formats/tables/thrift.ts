/**
 * Whether a Thrift struct is sound: looked at before a library reads it, which takes the lengths
 * that stand there for true.
 *
 * Source: Apache Thrift, "Thrift Compact protocol encoding".
 *
 * @module
 */

const STOP = 0, TRUE = 1, FALSE = 2, BYTE = 3, DOUBLE = 7, BINARY = 8, LIST = 9, STRUCT = 12;
/** Numbers of 16, 32 and 64 bits. */
const INTEGERS: readonly number[] = [4, 5, 6];

/** Deeper than any struct of ours is nested. */
const DEEPEST = 32;

/**
 * Walks over a struct of Thrift's compact protocol.
 *
 * @returns Where it ends.
 * @throws {RangeError} When it is cut short, or has a list that is longer than the bytes left.
 */
export function endOfStruct(bytes: Uint8Array, start: number): number {
  const walk = new Walk(bytes, start);
  walk.value(STRUCT, 0);
  return walk.at;
}

class Walk {
  constructor(readonly bytes: Uint8Array, public at: number) {}

  value(type: number, depth: number): void {
    if (depth > DEEPEST) throw new RangeError("its description is nested too deeply");
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) this.#skip(1);
    else if (type === DOUBLE) this.#skip(8);
    else if (INTEGERS.includes(type)) this.#varint();
    else if (type === BINARY) this.#skip(this.#varint());
    else if (type === LIST) this.#list(depth);
    else if (type === STRUCT) this.#struct(depth);
    else throw new RangeError(`its description has a value of type ${type}`);
  }

  #struct(depth: number): void {
    for (;;) {
      const head = this.#byte();
      const type = head & 0x0f;
      if (type === STOP) return;
      if (head >> 4 === 0) this.#varint(); // the number of the field
      this.value(type, depth + 1);
    }
  }

  #list(depth: number): void {
    const head = this.#byte();
    const short = head >> 4;
    const [size, type] = [short === 15 ? this.#varint() : short, head & 0x0f];
    // Every element takes a byte; lists of truth values, which Parquet has none of, may take none.
    if (size > this.bytes.length - this.at || type === TRUE || type === FALSE) {
      throw new RangeError("its description has a list that is longer than the file");
    }
    for (let i = 0; i < size; i++) this.value(type, depth + 1);
  }

  #byte(): number {
    this.#skip(1);
    return this.bytes[this.at - 1]!;
  }

  #skip(count: number): void {
    this.at += count;
    if (this.at > this.bytes.length) throw new RangeError("its description is cut short");
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("its description has a number without end");
  }
}
