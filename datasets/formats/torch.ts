/**
 * Files of tensors that torch wrote: a zip since version 1.6, before that a row of pickles.
 *
 * The older form is five pickles (magic number, protocol, machine, the object, the keys of its
 * storages) and then every storage: its length and its raw numbers. The zip has the object as
 * `data.pkl` and every storage as a file `data/<key>`. No part of a pickle can do anything here, see
 * `pickle.ts`.
 *
 * @module
 */
import { broken, elements, type NumberArray } from "./bytes.ts";
import { PickleName, type PickleRules, readPickle } from "./pickle.ts";
import { readZip } from "./zip.ts";

/** The pickle of torch's magic number, with which files of the older form begin. */
const MAGIC = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** Bytes a number by the storage classes that are read here. */
const STORAGE_BYTES: Readonly<Record<string, number>> = {
  "torch.ByteStorage": 1,
  "torch.LongStorage": 8,
  "torch.FloatStorage": 4,
};

class Storage {
  constructor(readonly kind: unknown, readonly key: unknown, readonly length: unknown) {}
}

class Tensor {
  constructor(
    readonly storage: unknown,
    readonly offset: unknown,
    readonly shape: unknown,
    readonly strides: unknown,
  ) {}
}

const RULES: PickleRules = {
  names: new Map<string, ((args: readonly unknown[]) => unknown) | null>([
    ["torch._utils._rebuild_tensor_v2", ([a, b, c, d]) => new Tensor(a, b, c, d)],
    ["torch._utils._rebuild_parameter", ([tensor]) => tensor],
    ["collections.OrderedDict", () => new Map()],
    ...Object.keys(STORAGE_BYTES).map((kind) => [kind, null] as const),
  ]),
  persistent(id) {
    const [, kind, key, , length] = Array.isArray(id) ? id : [];
    return new Storage(kind instanceof PickleName ? kind.name : undefined, key, length);
  },
};

/**
 * Reads a file whose object is a tuple or list of tensors.
 *
 * @param bytes The file; @param file its name, for messages.
 * @returns The tensors in order, row-major; whole numbers of 64 bits come as doubles.
 * @throws {DataError} When the file is damaged, of another form, or asks to call anything else
 * than the rebuilding of uint8, int64 and float32 tensors.
 */
export function parseTorch(bytes: Uint8Array, file: string): NumberArray[] {
  const { object, rebuild } = open(bytes, file);
  if (!Array.isArray(object) || !object.every((part) => part instanceof Tensor)) {
    throw broken(file, "its object is not a list of tensors");
  }
  return object.map(rebuild);
}

/**
 * Reads a file whose object is a dictionary of tensors: a `state_dict`. What is no tensor is left
 * out.
 *
 * @throws {DataError} As {@linkcode parseTorch}.
 */
export function parseTorchState(bytes: Uint8Array, file: string): Map<string, NumberArray> {
  const { object, rebuild } = open(bytes, file);
  if (!(object instanceof Map)) throw broken(file, "its object is not a dictionary of tensors");
  const tensors = new Map<string, NumberArray>();
  for (const [name, value] of object) {
    if (typeof name === "string" && value instanceof Tensor) tensors.set(name, rebuild(value));
  }
  return tensors;
}

/** The object of a file, and how its tensors get their numbers. */
interface Opened {
  readonly object: unknown;
  rebuild(tensor: Tensor): NumberArray;
}

function open(bytes: Uint8Array, file: string): Opened {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return openZip(bytes, file);
  if (MAGIC.every((byte, i) => bytes[i] === byte)) return openPickles(bytes, file);
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
  const { value } = readPickle(files.get(pickle)!, 0, file, RULES);
  return {
    object: value,
    rebuild: (tensor) => {
      const key = tensor.storage instanceof Storage ? tensor.storage.key : undefined;
      return rebuild(tensor, files.get(`${folder}data/${key}`), file);
    },
  };
}

function openPickles(bytes: Uint8Array, file: string): Opened {
  let at = MAGIC.length;
  const [protocol, machine, object, keys] = Array.from({ length: 4 }, () => {
    const { value, end } = readPickle(bytes, at, file, RULES);
    at = end;
    return value;
  });
  if (protocol !== 1001) throw broken(file, `its protocol is ${protocol}, not 1001`);
  if (!(machine instanceof Map) || machine.get("little_endian") !== true) {
    throw broken(file, "it was not written on a little-endian machine");
  }
  const parts = object instanceof Map ? [...object.values()] : Array.isArray(object) ? object : [];
  const tensors = parts.filter((part) => part instanceof Tensor);
  const storages = readStorages(bytes, at, tensors, keys, file);
  return {
    object,
    rebuild: (tensor) => {
      const { storage } = tensor;
      return rebuild(
        tensor,
        storage instanceof Storage ? storages.get(storage.key) : undefined,
        file,
      );
    },
  };
}

/** The raw numbers of every storage by key, in the order in which the file has them. */
function readStorages(
  bytes: Uint8Array,
  start: number,
  tensors: readonly Tensor[],
  keys: unknown,
  file: string,
): Map<unknown, Uint8Array> {
  const described = new Map<unknown, Storage>();
  for (const { storage } of tensors) {
    if (storage instanceof Storage) described.set(storage.key, storage);
  }
  if (!Array.isArray(keys)) throw broken(file, "the list of its storages is missing");
  const storages = new Map<unknown, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const key of keys) {
    const storage = described.get(key);
    const size = STORAGE_BYTES[String(storage?.kind)];
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

function rebuild(
  { storage, offset, shape, strides }: Tensor,
  raw: Uint8Array | undefined,
  file: string,
): NumberArray {
  const size = storage instanceof Storage ? STORAGE_BYTES[String(storage.kind)] : undefined;
  if (raw === undefined || size === undefined) throw broken(file, "a tensor has no storage");
  const natural = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(natural) || !Array.isArray(strides)) {
    throw broken(file, "the shape of a tensor is damaged");
  }
  const count = elements(shape);
  const dense = shape.map((_, i) => elements(shape.slice(i + 1)));
  // A side of one pixel or channel may have any stride.
  if (!natural(offset) || dense.some((step, i) => step !== strides[i] && shape[i]! > 1)) {
    throw broken(file, "a tensor is not stored densely");
  }
  if (!((offset + count) * size <= raw.length)) {
    throw broken(file, `a tensor of ${shape.join(" × ")} is larger than its storage`);
  }
  // A copy begins where numbers of any size may begin.
  const data = raw.slice(offset * size, (offset + count) * size);
  switch (size) {
    case 1:
      return { shape, data };
    case 4:
      return { shape, data: new Float32Array(data.buffer) };
    default:
      return { shape, data: Float64Array.from(new BigInt64Array(data.buffer), Number) };
  }
}
