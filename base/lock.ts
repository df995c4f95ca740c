/**
 * Locks between processes: the operating system's own on a file, so that they end with the process
 * that holds them, however it ends.
 *
 * @module
 */
import { dirname } from "node:path";
import { UsageError } from "./errors.ts";
import { readSystemFile } from "./system_files.ts";

/** A lock that this process holds, until it is disposed. */
export type Lock = Disposable;

/**
 * Takes the lock on a file; null when another process, or this one, holds it.
 *
 * @returns The lock, which is the file, open to be written.
 */
export async function tryLock(path: string): Promise<Deno.FsFile | null> {
  const file = await open(path);
  if (await file.tryLock(true).catch((error) => refuse(file, path, error))) return file;
  file.close();
  return null;
}

/** Works while holding the lock on a file; waits for it. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  using file = await open(path);
  await file.lock(true).catch((error) => refuse(null, path, error));
  return await work();
}

/**
 * As {@linkcode withLock} for work that two processes may do at once without harm: some network
 * file systems know no locks, and then it is done without.
 *
 * @param work Told whether the lock is held.
 * @param onWait Called once when another process holds the lock.
 */
export async function withLockIfPossible<T>(
  path: string,
  work: (locked: boolean) => Promise<T>,
  onWait: () => void,
): Promise<T> {
  using file = await open(path);
  const timer = setTimeout(onWait, 300);
  const locked = await file.lock(true).then(() => true, () => false);
  clearTimeout(timer);
  return await work(locked);
}

/** A file system that knows no locks cannot keep two processes from one run. */
function refuse(file: Deno.FsFile | null, path: string, error: Error): never {
  file?.close();
  throw new UsageError(
    `Cannot lock ${path}: its file system knows no locks (${error.message}); give an --out on one ` +
      `that does, such as a local disk, NFS, or Lustre mounted with flock`,
  );
}

/** The process that holds the lock on a file, where the operating system says so; else null. */
export async function holderOf(path: string): Promise<number | null> {
  const ino = await Deno.stat(path).then(({ ino }) => String(ino), () => null);
  for (const line of (await readSystemFile("/proc/locks") ?? "").split("\n")) {
    const [, pid, inode] = /^\d+: (?!->).*?(\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line) ?? [];
    if (pid !== undefined && inode === ino) return Number(pid);
  }
  return null;
}

/** The file stays for good: were it removed, two processes could each hold a lock of that name. */
async function open(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw unwritable(path, error as Error);
  }
  const kind = await Deno.lstat(path).catch(() => null);
  if (kind !== null && !kind.isFile) {
    throw new UsageError(
      `Cannot lock ${path}: it is ${kind.isSymlink ? "a link" : "no file"}, which is not written ` +
        `through; remove it`,
    );
  }
  return await Deno.open(path, { create: true, write: true }).catch((error) => {
    throw unwritable(path, error);
  });
}

/** The same error, whose message says what could not be done. */
function unwritable(path: string, error: Error): Error {
  error.message = `Cannot write ${path}: ${error.message}`;
  return error;
}
