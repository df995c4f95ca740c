/**
 * The native tensors behind those of TensorFlow.js: which they are, what is known of them, and what the
 * symbols of a traced call stand for.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Binding, NativeBackend, NativeTensor, Values } from "../native/binding.ts";
import type { TensorSpec } from "./trace.ts";

/** Symbols are far above the native numbers, and for long in the range of V8's small integers. */
export const FIRST_SYMBOL = 2 ** 30;

/** The native tensors of this process. */
export class NativeTensors {
  /** From symbols to the native tensors that they stand for. */
  readonly #aliases = new Map<number, number>();
  readonly #specs = new Map<number, TensorSpec>();

  constructor(readonly backend: NativeBackend, readonly native: Binding) {}

  /** A native tensor, and a note of what it is. */
  create(shape: readonly number[], dtype: number, values: Values): number {
    const id = this.native.createTensor([...shape], dtype, values);
    this.note({ id, shape: [...shape], dtype });
    return id;
  }

  /** Notes what is known of a native tensor. */
  note({ id, shape, dtype }: NativeTensor): void {
    this.#specs.set(id, { shape, dtype });
  }

  free(id: number): void {
    this.#specs.delete(id);
    this.native.deleteTensor(id);
  }

  /** Lets a symbol stand for a native tensor; gives the one that it stood for. */
  stand(symbol: number, id: number): number | undefined {
    const before = this.#aliases.get(symbol);
    this.#aliases.set(symbol, id);
    return before;
  }

  /** Forgets a number, and gives the native tensor that it is or stood for, which is not freed. */
  release(id: number): number | undefined {
    if (id < FIRST_SYMBOL) return id;
    const native = this.#aliases.get(id);
    this.#aliases.delete(id);
    return native;
  }

  /** The native tensor of a number. */
  resolve(id: number): number {
    if (id < FIRST_SYMBOL) return id;
    const native = this.#aliases.get(id);
    if (native === undefined) {
      throw new RangeError(`Cannot use tensor ${id}: it was never computed`);
    }
    return native;
  }

  /** What is known of a native tensor; where nothing was noted, its own copy tells. */
  specOf(id: number): TensorSpec {
    const known = this.#specs.get(id);
    if (known !== undefined) return known;
    const [same] = this.native.executeOp("Identity", [], [id], 1) as [NativeTensor];
    this.native.deleteTensor(same.id);
    this.note({ ...same, id });
    return this.#specs.get(id)!;
  }

  /** The native tensor behind one of TensorFlow.js, which is uploaded if that was put off. */
  idOf(tensor: tf.Tensor): number {
    return this.resolve(
      this.upload(tensor.dataId, (shape, dtype, values) => this.create(shape, dtype, values)),
    );
  }

  /** The number of a tensor; one whose upload was put off gets one. */
  upload(
    dataId: object,
    create: (shape: number[], dtype: number, values: Values) => number,
  ): number {
    const info = this.backend.tensorMap.get(dataId);
    if (info.values !== null && info.values !== undefined) {
      info.id = create(info.shape, info.dtype, info.values);
      info.values = null;
    }
    return info.id;
  }

  /** Gives a variable another native tensor, whose place it does not share with others. */
  set(variable: tf.Variable, value: NativeTensor): void {
    this.note(value);
    const info = this.backend.tensorMap.get(variable.dataId);
    if (info.refCount > 1) { // what it holds is also somebody else's
      const tensor = this.backend.createOutputTensor(value);
      variable.assign(tensor);
      tensor.dispose();
      return;
    }
    const before = this.release(info.id);
    if (before !== undefined) this.free(before);
    info.id = value.id;
  }
}
