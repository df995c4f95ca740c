/**
 * Files of tensors that torch wrote: a zip since version 1.6, before that a row of pickles.
 *
 * The older form is five pickles of whichever protocol (magic number, protocol, machine, the object, the keys of its
 * storages) and then every storage: its length and its raw numbers. The zip has the object as
 * `data.pkl` and every storage as a file `data/<key>`. No part of a pickle can do anything here, see
 * `pickle.ts`.
 *
 * @module
 */
import { broken, type NumberArray } from "./bytes.ts";
import { PickleName, type PickleRules, readPickle } from "./pickle.ts";
import { FLOATS, rebuilder, Storage, STORAGES, Tensor } from "./torch_tensor.ts";
import { readZip } from "./zip.ts";

/** Torch's magic number: the first pickle of files of the older form. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

class NumberType {
  constructor(readonly name: string) {}
}

/** A number of NumPy's; null where it is of another type than those that results have. */
function numpyScalar([type, raw]: readonly unknown[]): number | boolean | null {
  if (!(type instanceof NumberType) || !(raw instanceof Uint8Array)) return null;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (type.name === "f8" && raw.length === 8) return view.getFloat64(0, true);
  if (type.name === "f4" && raw.length === 4) return view.getFloat32(0, true);
  if (type.name === "i8" && raw.length === 8) return Number(view.getBigInt64(0, true));
  if (type.name === "i4" && raw.length === 4) return view.getInt32(0, true);
  if (type.name === "b1" && raw.length === 1) return raw[0] !== 0;
  return null;
}

const NAMES: PickleRules["names"] = new Map<
  string,
  ((args: readonly unknown[]) => unknown) | null
>([
  ["torch._utils._rebuild_tensor_v2", ([a, b, c, d]) => new Tensor(a, b, c, d)],
  ["torch._utils._rebuild_parameter", ([tensor]) => tensor],
  ["collections.OrderedDict", () => new Map()],
  // Single numbers of NumPy: 8 bytes with their type.
  ["numpy.core.multiarray.scalar", numpyScalar],
  ["numpy._core.multiarray.scalar", numpyScalar],
  ["numpy.dtype", ([type]) => new NumberType(String(type))],
  ["_codecs.encode", ([text]) => Uint8Array.from(String(text), (c) => c.charCodeAt(0) & 0xff)],
  ...Object.keys(STORAGES).map((kind) => [kind, null] as const),
]);

/** What a pickle of torch may use; every storage that it names is kept. */
function rules(storages: Storage[]): PickleRules {
  return {
    names: NAMES,
    persistent(id) {
      const [, kind, key, , length] = Array.isArray(id) ? id : [];
      const storage = new Storage(kind instanceof PickleName ? kind.name : "", key, length);
      storages.push(storage);
      return storage;
    },
  };
}

/**
 * Reads a file whose object is a tuple or list of tensors, or a dictionary of them.
 *
 * @param bytes The file; @param file its name, for messages.
 * @returns The tensors in order, row-major; whole numbers of more than 8 bits come as doubles.
 * @throws {DataError} When the file is damaged, of another form, or asks to call anything else
 * than the rebuilding of tensors.
 */
export function parseTorch(bytes: Uint8Array, file: string): NumberArray[] {
  const { object, rebuild } = open(bytes, file);
  const parts = object instanceof Map ? [...object.values()] : object;
  if (!Array.isArray(parts) || !parts.every((part) => part instanceof Tensor)) {
    throw broken(file, "its object is not a list of tensors");
  }
  return parts.map(rebuild);
}

/** A dictionary of tensors in a file: a `state_dict`. */
export interface TorchState {
  /** The keys that lead to it, joined by dots; empty for the file's object itself. */
  readonly key: string;
  /** Gives every tensor when it is asked for. What is no tensor is left out. */
  readonly tensors: ReadonlyMap<string, () => NumberArray>;
  /** The tensors of whole numbers: counters, indices, or weights that were quantised. */
  readonly whole: ReadonlySet<string>;
}

/**
 * Reads a file whose object is a dictionary of tensors, or holds such dictionaries, as checkpoints
 * do.
 *
 * @returns Every dictionary that has a tensor, the outer ones first.
 * @throws {DataError} As {@linkcode parseTorch}.
 */
export function parseTorchStates(bytes: Uint8Array, file: string): TorchState[] {
  const { object, rebuild } = open(bytes, file);
  if (!(object instanceof Map)) throw broken(file, "its object is not a dictionary of tensors");
  const found: TorchState[] = [];
  let level: (readonly [string, ReadonlyMap<unknown, unknown>])[] = [["", object]];
  for (let depth = 0; depth < 3; depth++) {
    const next: typeof level = [];
    for (const [key, map] of level) {
      const tensors = new Map<string, () => NumberArray>();
      const whole = new Set<string>();
      for (const [name, value] of map) {
        if (typeof name !== "string") continue;
        if (value instanceof Tensor) {
          tensors.set(name, () => rebuild(value));
          if (value.storage instanceof Storage && !FLOATS.has(value.storage.kind)) whole.add(name);
        }
        if (value instanceof Map) next.push([key === "" ? name : `${key}.${name}`, value]);
      }
      if (tensors.size > 0) found.push({ key, tensors, whole });
    }
    level = next;
  }
  return found;
}

/** A checkpoint: dictionaries of tensors, and what is said about them. */
export interface TorchCheckpoint {
  readonly states: readonly TorchState[];
  /** The dictionaries of plain values, by the key that leads to each. */
  readonly about: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * Reads a checkpoint: a dictionary of dictionaries of tensors and of plain values.
 *
 * @throws {DataError} As {@linkcode parseTorch}.
 */
export function parseTorchCheckpoint(bytes: Uint8Array, file: string): TorchCheckpoint {
  const { object } = open(bytes, file);
  if (!(object instanceof Map)) throw broken(file, "its object is not a dictionary");
  const plain = (map: ReadonlyMap<unknown, unknown>) =>
    Object.fromEntries([...map].filter(([key]) => typeof key === "string"));
  const about = [...object].flatMap(([key, value]) =>
    typeof key === "string" && value instanceof Map ? [[key, plain(value)] as const] : []
  );
  return { states: parseTorchStates(bytes, file), about: new Map(about) };
}

/** The object of a file, and how its tensors get their numbers. */
interface Opened {
  readonly object: unknown;
  rebuild(tensor: Tensor): NumberArray;
}

function open(bytes: Uint8Array, file: string): Opened {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return openZip(bytes, file);
  if (bytes[0] === 0x80) {
    const { value, end } = readPickle(bytes, 0, file, rules([])); // of whichever protocol
    if (value === MAGIC) return openPickles(bytes, end, file);
  }
  throw broken(file, "it does not start as a file of torch does (a zip, or torch's magic number)");
}

function openZip(bytes: Uint8Array, file: string): Opened {
  const files = readZip(bytes, file);
  const pickle = files.keys().find((name) => name.endsWith("/data.pkl"));
  if (pickle === undefined) throw broken(file, "it is a zip without data.pkl");
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = files.get(`${folder}byteorder`);
  if (order !== undefined && new TextDecoder().decode(order).trim() !== "little") {
    throw broken(file, "it was not written on a little-endian machine");
  }
  const { value } = readPickle(files.get(pickle)!, 0, file, rules([]));
  return { object: value, rebuild: rebuilder((key) => files.get(`${folder}data/${key}`), file) };
}

function openPickles(bytes: Uint8Array, start: number, file: string): Opened {
  let at = start;
  const named: Storage[] = [];
  const [protocol, machine, object, keys] = Array.from({ length: 4 }, () => {
    const { value, end } = readPickle(bytes, at, file, rules(named));
    at = end;
    return value;
  });
  if (protocol !== 1001) throw broken(file, `its protocol is ${protocol}, not 1001`);
  if (!(machine instanceof Map) || machine.get("little_endian") !== true) {
    throw broken(file, "it was not written on a little-endian machine");
  }
  const storages = readStorages(bytes, at, named, keys, file);
  return { object, rebuild: rebuilder((key) => storages.get(key), file) };
}

/** The raw numbers of every storage by key, in the order in which the file has them. */
function readStorages(
  bytes: Uint8Array,
  start: number,
  named: readonly Storage[],
  keys: unknown,
  file: string,
): Map<unknown, Uint8Array> {
  const described = new Map(named.map((storage) => [storage.key, storage]));
  if (!Array.isArray(keys)) throw broken(file, "the list of its storages is missing");
  const storages = new Map<unknown, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const key of keys) {
    const storage = described.get(key);
    const size = STORAGES[storage?.kind ?? ""]?.bytes;
    if (storage === undefined || size === undefined) {
      throw broken(file, "it has a storage that no tensor describes");
    }
    const length = at + 8 <= bytes.length ? Number(view.getBigUint64(at, true)) : NaN;
    const end = at + 8 + length * size;
    if (length !== storage.length || !(end <= bytes.length)) {
      throw broken(file, `a storage of ${storage.length} numbers is not whole`);
    }
    storages.set(key, bytes.subarray(at + 8, end));
    at = end;
  }
  if (at !== bytes.length) throw broken(file, `${bytes.length - at} bytes follow the last storage`);
  return storages;
}
