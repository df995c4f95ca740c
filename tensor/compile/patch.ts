/**
 * Puts a listener between tfjs-node's backend and its native side.
 *
 * @module
 */
import type { Binding, NativeBackend } from "../native/binding.ts";

/** The functions of the native side that a listener answers in its place. */
export type Listener = Pick<
  Binding,
  "executeOp" | "createTensor" | "deleteTensor" | "tensorDataSync" | "runSavedModel"
>;

/**
 * Lets a listener answer what a backend asks of its native side.
 *
 * tfjs-node uploads a tensor at its first use. One that is written while `uploadsAtOnce` holds is
 * uploaded then, so that it cannot look as if it had been made where it is first used.
 *
 * @returns The native side itself, for the listener's own use.
 */
export function listen(
  backend: NativeBackend,
  listener: Listener,
  uploadsAtOnce: () => boolean,
): Binding {
  const native = backend.binding;
  // The addon's properties cannot be written, so the backend gets a copy.
  const names = Object.getOwnPropertyNames(native) as (keyof Binding)[];
  const copy = Object.fromEntries(names.map((name) => [name, native[name]]));
  backend.binding = { ...copy as unknown as Binding, ...listener };
  const write = backend.write.bind(backend);
  backend.write = (values, shape, dtype) => {
    const dataId = write(values, shape, dtype);
    const info = backend.tensorMap.get(dataId);
    if (uploadsAtOnce() && info.values !== null && dtype !== "string") {
      info.id = listener.createTensor(info.shape, info.dtype, info.values);
      info.values = null;
    }
    return dataId;
  };
  return native;
}
