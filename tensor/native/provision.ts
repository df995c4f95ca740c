/**
 * Getting native TensorFlow onto a machine: the sources it may come from are tried in order, each
 * builds into a folder of the cache, and the first that loads is linked into the npm package.
 *
 * A source that is ready costs a look at one small file; a clone of the project with a warm cache
 * only makes the link.
 *
 * @module
 */
import { join } from "node:path";
import { placeAddon } from "./addon.ts";
import {
  createAtomically,
  hashFile,
  readJson,
  removeUnfinished,
  writeAtomically,
} from "../../base/files.ts";
import { withLockIfPossible } from "../../base/lock.ts";
import { listSources, type ProvisionContext, type Source } from "./sources.ts";

/** A native TensorFlow that was built and has been loaded once. */
export interface NativeBuild {
  /** The addon's full path. */
  addon: string;
  /** The version of TensorFlow. */
  tensorflow: string;
  /** What it was made from. */
  source: string;
}

/** A failure that needed the network is not tried again within this time if there is a way on. */
const failureCooldownHours = 24;

/**
 * Makes native TensorFlow ready for use by the npm package, from the first source that works.
 *
 * @param retryFailures Whether to repeat attempts that failed within the last day when nothing else works.
 * @returns What is ready, or undefined where every source failed; each failure was a note.
 */
export async function provision(
  ctx: ProvisionContext,
  retryFailures: boolean,
): Promise<NativeBuild | undefined> {
  const found = await firstThatWorks(ctx, retryFailures);
  if (found === undefined) return undefined;
  try {
    await placeAddon(found.addon, ctx.tfjsFolder);
    return found;
  } catch (error) {
    ctx.onNote(
      `Cannot link '${found.addon}' into '${ctx.tfjsFolder}': ${(error as Error).message}.`,
    );
    return undefined;
  }
}

/** What is ready now, without building or linking anything. */
export async function findNativeBuild(ctx: ProvisionContext): Promise<NativeBuild | undefined> {
  for (const source of await listSources(ctx)) {
    const ready = await readBuild(ctx, source);
    if (ready !== undefined) return ready;
  }
  return undefined;
}

async function firstThatWorks(
  ctx: ProvisionContext,
  retryFailures: boolean,
): Promise<NativeBuild | undefined> {
  const postponed: Source[] = [];
  for (const source of await listSources(ctx)) {
    const ready = await readBuild(ctx, source);
    if (ready !== undefined) return ready;
    const failure = await recentFailure(ctx, source);
    if (failure !== undefined && retryFailures) {
      postponed.push(source); // until it is clear that nothing else works
    } else if (failure !== undefined) {
      ctx.onNote(note(source, failure));
    } else {
      const built = await tryBuild(ctx, source);
      if (built !== undefined) return built;
    }
  }
  for (const source of postponed) {
    const built = await tryBuild(ctx, source);
    if (built !== undefined) return built;
  }
  return undefined;
}

async function tryBuild(ctx: ProvisionContext, source: Source): Promise<NativeBuild | undefined> {
  try {
    const missing = await source.missingRequirement();
    if (missing !== undefined) throw new Error(missing);
    return await buildOnce(ctx, source);
  } catch (error) {
    ctx.onNote(note(source, (error as Error).message));
    return undefined;
  }
}

const note = (source: Source, reason: string) =>
  `Cannot use ${source.title}: ${reason.replace(/\s+/g, " ").replace(/\.$/, "")}.`;

/** In the cache; elsewhere in a container, which brings its TensorFlow along and may not write there. */
const nativeFolder = (ctx: ProvisionContext) =>
  ctx.environment["MDLT_BENCH_NATIVE"] ?? join(ctx.cache, "native");
const sourceFolder = (ctx: ProvisionContext, source: Source) => join(nativeFolder(ctx), source.key);
const failureFile = (ctx: ProvisionContext, source: Source) =>
  sourceFolder(ctx, source) + ".failed.json";

/** Builds a source, or waits for the process that is building it. */
async function buildOnce(ctx: ProvisionContext, source: Source): Promise<NativeBuild> {
  const folder = sourceFolder(ctx, source);
  // Nobody else has a say in code that is loaded.
  await Deno.mkdir(nativeFolder(ctx), { recursive: true, mode: 0o700 });
  if (Deno.build.os !== "windows") await Deno.chmod(nativeFolder(ctx), 0o700).catch(() => {});
  return await withLockIfPossible(join(nativeFolder(ctx), "lock"), async (locked) => {
    if (locked) await removeUnfinished(nativeFolder(ctx));
    const ready = await readBuild(ctx, source);
    if (ready !== undefined) return ready;
    try {
      await createAtomically(folder, async (temporary) => {
        await Deno.mkdir(temporary);
        const addon = await source.build(temporary);
        // From here the folder is finished but for its name, and the addon finds its library beside
        // itself, so it can be tried before anyone sees it.
        const tensorflow = await ctx.tryAddon(join(temporary, addon));
        const sha256 = await hashFile(join(temporary, addon));
        const ready: ReadyFile = { addon, tensorflow, source: source.title, sha256 };
        await writeJson(join(temporary, "ready.json"), ready);
        await Deno.remove(folder, { recursive: true }).catch(() => {}); // damaged, if there at all
      });
    } catch (error) {
      const reason = (error as Error).message;
      await writeJson(failureFile(ctx, source), { reason, time: Date.now() }).catch(() => {});
      throw error;
    }
    await Deno.remove(failureFile(ctx, source)).catch(() => {});
    return (await readBuild(ctx, source))!;
  }, () => ctx.onNote("Another process is preparing native TensorFlow: waiting for it."));
}

async function readBuild(ctx: ProvisionContext, source: Source): Promise<NativeBuild | undefined> {
  const folder = sourceFolder(ctx, source);
  const ready = await readJson<ReadyFile>(join(folder, "ready.json"));
  if (ready === undefined) return undefined;
  const addon = join(folder, ready.addon);
  const reason = await whyNotTrusted(folder, addon, ready.sha256) ??
    (ready.sha256 === undefined ? await whyNotLoading(ctx, folder, addon, ready) : undefined);
  if (reason === undefined) return { ...ready, addon };
  ctx.onNote(note(source, reason));
  return undefined;
}

/** What an earlier version made is loaded once, and is known by its hash from then on. */
async function whyNotLoading(
  ctx: ProvisionContext,
  folder: string,
  addon: string,
  ready: ReadyFile,
): Promise<string | undefined> {
  try {
    await ctx.tryAddon(addon);
  } catch (error) {
    return (error as Error).message;
  }
  const sha256 = await hashFile(addon);
  await writeJson(join(folder, "ready.json"), { ...ready, sha256 }).catch(() => {});
  return undefined;
}

/** What says that a folder is finished. */
interface ReadyFile extends NativeBuild {
  /** SHA-256 of the addon; folders of earlier versions do not have it. */
  readonly sha256?: string;
}

/** Why code in the cache must not be loaded: it is somebody else's, or not what was made. */
async function whyNotTrusted(
  folder: string,
  addon: string,
  sha256: string | undefined,
): Promise<string | undefined> {
  for (const path of [folder, addon]) {
    const { uid } = await Deno.stat(path).catch(() => ({ uid: undefined }));
    if (uid === undefined) return `'${path}' is not there`;
    if (uid !== null && uid !== 0 && uid !== Deno.uid()) {
      return `'${path}' belongs to another user (${uid}); remove it to have it made anew`;
    }
  }
  if (sha256 === undefined || await hashFile(addon) === sha256) return undefined;
  return `'${addon}' is not the one that was made here; it is made anew`;
}

/** What failed a short while ago and is not tried again by itself, a sentence each. */
export async function recentFailures(ctx: ProvisionContext): Promise<string[]> {
  const found = await Promise.all((await listSources(ctx)).map(async (source) => {
    const failure = await recentFailure(ctx, source);
    return failure === undefined ? [] : [note(source, failure)];
  }));
  return found.flat();
}

async function recentFailure(ctx: ProvisionContext, source: Source): Promise<string | undefined> {
  const failure = await readJson<{ reason: string; time: number }>(failureFile(ctx, source));
  if (failure === undefined) return undefined;
  const hours = (Date.now() - failure.time) / 3_600_000;
  // A clock that was set back since would make it last.
  return hours >= 0 && hours < failureCooldownHours
    ? `${failure.reason} (${hours.toFixed(1)} hours ago; --backend native tries again)`
    : undefined;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, JSON.stringify(value, null, 2) + "\n", false);
}
