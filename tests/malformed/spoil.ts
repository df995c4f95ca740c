/**
 * How files get damaged: by disks, by transfers, by hands and by intent.
 *
 * @module
 */
import { stream } from "../../base/random.ts";

type Random = ReturnType<typeof stream>;

/** Numbers that sizes, counts and offsets must not be. */
const ODD = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** What stands in texts and must not be believed. */
const TEXTS = [
  ...["", "\0", '"', "'", "\\", "\n", "\r\n", ",", ";", "\t", "\uFEFF", "../../x", "/etc/passwd"],
  ...[
    "-1",
    "1e309",
    "NaN",
    "null",
    "true",
    "{",
    "}",
    "[",
    "]",
    "[[[[[[[[",
    "9".repeat(400),
    "é",
    "💥",
  ],
];

/** Values that a field of JSON must not have. */
const VALUES: readonly unknown[] = [
  ...[null, true, -1, 0, 0.5, 1e300, Number.MAX_SAFE_INTEGER, "", "../../x", "constructor", "<b>"],
  ...["__proto__", "x".repeat(5000), [], {}, [[]], [null], { type: "b" }, "\u001b[2J", "=1+1"],
];

/** A damaged form of one of some sound files; the same for the same number. */
export function spoil(sound: readonly Uint8Array[], number: number): Uint8Array {
  const random = stream(1, "malformed", number);
  const bytes = sound[random.integer(sound.length)]!;
  const ways = [cut, flip, replace, odd, remove, repeat, swap, cross, text, json, whole];
  let spoilt = bytes;
  for (let times = 1 + random.integer(3); times > 0; times--) {
    spoilt = ways[random.integer(ways.length)]!(spoilt, random, sound);
  }
  return spoilt;
}

type Way = (bytes: Uint8Array, random: Random, sound: readonly Uint8Array[]) => Uint8Array;

const place = (bytes: Uint8Array, random: Random) => random.integer(bytes.length + 1);

const cut: Way = (bytes, random) => bytes.slice(0, place(bytes, random));

const flip: Way = (bytes, random) => {
  const out = bytes.slice();
  for (let hits = 1 + random.integer(4); hits > 0 && out.length > 0; hits--) {
    out[random.integer(out.length)]! ^= 1 << random.integer(8);
  }
  return out;
};

const replace: Way = (bytes, random) => {
  const out = bytes.slice();
  for (let hits = 1 + random.integer(8); hits > 0 && out.length > 0; hits--) {
    out[random.integer(out.length)] = random.integer(256);
  }
  return out;
};

/** A number of one to eight bytes, in either order, as sizes and offsets have it. */
const odd: Way = (bytes, random) => {
  const out = bytes.slice(), width = [1, 2, 4, 8][random.integer(4)]!;
  if (out.length < width) return out;
  const number = BigInt(ODD[random.integer(ODD.length)]!) << BigInt(8 * random.integer(width));
  const digits = Array.from({ length: width }, (_, i) => Number(number >> BigInt(8 * i) & 255n));
  out.set(
    random.integer(2) === 0 ? digits : digits.reverse(),
    random.integer(out.length - width + 1),
  );
  return out;
};

const remove: Way = (bytes, random) => {
  const [from, to] = span(bytes, random);
  return join(bytes.subarray(0, from), bytes.subarray(to));
};

const repeat: Way = (bytes, random) => {
  const [from, to] = span(bytes, random), times = 1 + random.integer(20);
  const part = bytes.subarray(from, Math.min(to, from + 4096));
  return join(bytes.subarray(0, from), ...Array(times).fill(part), bytes.subarray(from));
};

const swap: Way = (bytes, random) => {
  const [from, to] = span(bytes, random);
  return join(bytes.subarray(0, from), bytes.subarray(to), bytes.subarray(from, to));
};

/** The beginning of one file and the end of another. */
const cross: Way = (bytes, random, sound) => {
  const other = sound[random.integer(sound.length)]!;
  return join(bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random)));
};

const text: Way = (bytes, random) => {
  const at = place(bytes, random),
    part = new TextEncoder().encode(TEXTS[random.integer(TEXTS.length)]);
  const over = random.integer(2) === 0 ? 0 : part.length;
  return join(bytes.subarray(0, at), part, bytes.subarray(at + over));
};

/** One field of JSON with another value, taken away, or under another name. */
const json: Way = (bytes, random) => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return flip(bytes, random, []);
  }
  const places: [parent: Record<string, unknown>, key: string][] = [];
  const walk = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk(child);
    }
  };
  walk(value);
  if (places.length === 0) return bytes;
  const [parent, key] = places[random.integer(places.length)]!;
  const kind = random.integer(5);
  if (kind === 0) delete parent[key];
  else if (kind === 1) parent[`${key}x`] = parent[key];
  else parent[key] = VALUES[random.integer(VALUES.length)];
  return new TextEncoder().encode(JSON.stringify(value));
};

/** Nothing at all, noise, or a great deal of one byte. */
const whole: Way = (_, random) => {
  const length = [0, 1, 8, 512, 70_000][random.integer(5)]!;
  const byte = random.integer(3) === 0
    ? undefined
    : [0, 0xff, 0x20, 0x5b, 0x7b][random.integer(5)]!;
  return Uint8Array.from({ length }, () => byte ?? random.integer(256));
};

function span(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = place(bytes, random);
  return [from, Math.min(bytes.length, from + 1 + random.integer(Math.max(1, bytes.length >> 1)))];
}

function join(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
