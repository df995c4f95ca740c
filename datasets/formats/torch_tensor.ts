/**
 * Tensors as torch's files describe them, and the storages that hold their numbers.
 *
 * @module
 */
import { floats } from "../../base/safetensors_format.ts";
import { broken, elements, type NumberArray } from "./bytes.ts";

/** How the numbers of a storage class become an array; whole numbers of more than 8 bits as doubles. */
export const STORAGES: Readonly<
  Record<
    string,
    { readonly bytes: number; read(raw: Uint8Array<ArrayBuffer>): NumberArray["data"] }
  >
> = {
  "torch.ByteStorage": { bytes: 1, read: (raw) => raw },
  "torch.BoolStorage": { bytes: 1, read: (raw) => raw },
  "torch.CharStorage": { bytes: 1, read: (raw) => Float64Array.from(new Int8Array(raw.buffer)) },
  "torch.ShortStorage": { bytes: 2, read: (raw) => Float64Array.from(new Int16Array(raw.buffer)) },
  "torch.IntStorage": { bytes: 4, read: (raw) => Float64Array.from(new Int32Array(raw.buffer)) },
  "torch.LongStorage": {
    bytes: 8,
    read: (raw) => Float64Array.from(new BigInt64Array(raw.buffer), Number),
  },
  "torch.HalfStorage": { bytes: 2, read: (raw) => floats(raw, "F16") },
  "torch.BFloat16Storage": { bytes: 2, read: (raw) => floats(raw, "BF16") },
  "torch.FloatStorage": { bytes: 4, read: (raw) => floats(raw, "F32") },
  "torch.DoubleStorage": { bytes: 8, read: (raw) => new Float64Array(raw.buffer) },
};

/** The storages of numbers that are no whole ones. */
export const FLOATS: ReadonlySet<string> = new Set(
  ["Half", "BFloat16", "Float", "Double"].map((kind) => `torch.${kind}Storage`),
);

/** More axes than any array has: a damaged shape must not keep the reader busy. */
const MOST_AXES = 32;

/** Where the numbers of tensors are. */
export class Storage {
  constructor(readonly kind: string, readonly key: unknown, readonly length: unknown) {}
}

/** A tensor before its numbers are read. */
export class Tensor {
  constructor(
    readonly storage: unknown,
    readonly offset: unknown,
    readonly shape: unknown,
    readonly strides: unknown,
  ) {}
}

/** How often views may repeat the numbers of a file. */
const MOST_REPEATED = 16;

const repeated = (file: string) =>
  broken(file, "its tensors are views that repeat the same numbers many times");

/** Builds tensors from their storages; views must not make much more of a file than there is in it. */
export function rebuilder(storageOf: (key: unknown) => Uint8Array | undefined, file: string) {
  const seen = new Set<unknown>();
  let [stored, built] = [0, 0];
  return (tensor: Tensor): NumberArray => {
    const key = tensor.storage instanceof Storage ? tensor.storage.key : undefined;
    const raw = storageOf(key);
    if (!seen.has(key)) stored += raw?.length ?? 0;
    seen.add(key);
    const made = rebuild(tensor, raw, file);
    built += made.data.byteLength;
    if (built > MOST_REPEATED * stored + 4096) throw repeated(file);
    return made;
  };
}

function rebuild(
  { storage, offset, shape, strides }: Tensor,
  raw: Uint8Array | undefined,
  file: string,
): NumberArray {
  const form = storage instanceof Storage ? STORAGES[storage.kind] : undefined;
  if (raw === undefined || form === undefined) throw broken(file, "a tensor has no storage");
  const natural = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= 0;
  const isShape = Array.isArray(shape) && shape.length <= MOST_AXES && shape.every(natural);
  if (!isShape || !Array.isArray(strides)) {
    throw broken(file, "the shape of a tensor is damaged");
  }
  const steps = strides as readonly unknown[];
  if (!natural(offset) || steps.length !== shape.length || !steps.every(natural)) {
    throw broken(file, "the place of a tensor is damaged");
  }
  const count = elements(shape);
  if (count * form.bytes > MOST_REPEATED * raw.length + 4096) throw repeated(file);
  // From its first number to its last, whatever lies between.
  const span = count === 0 ? 0 : 1 + shape.reduce((sum, n, i) => sum + (n - 1) * steps[i]!, 0);
  if (!((offset + span) * form.bytes <= raw.length)) {
    throw broken(file, `a tensor of ${shape.join(" × ")} is larger than its storage`);
  }
  // A copy begins where numbers of any size may begin.
  const data = form.read(
    Uint8Array.from(raw.subarray(offset * form.bytes, (offset + span) * form.bytes)),
  );
  // A side of one pixel or channel may have any stride.
  const dense = shape.every((n, i) => n <= 1 || steps[i] === elements(shape.slice(i + 1)));
  return { shape, data: dense || count === 0 ? data : gathered(data, count, shape, steps) };
}

/** Numbers that lie in another order, as those of a transposed tensor or of `channels_last`, row-major. */
function gathered(
  data: NumberArray["data"],
  count: number,
  shape: readonly number[],
  strides: readonly number[],
): NumberArray["data"] {
  const out = new (data.constructor as new (length: number) => NumberArray["data"])(count);
  const index = shape.map(() => 0);
  for (let i = 0, from = 0; i < count; i++) {
    out[i] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
