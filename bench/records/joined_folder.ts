/**
 * Several output folders, read as one. Nothing is written into any of them.
 *
 * @module
 */
import { Folder, type PlanFile, StoreError } from "./folder.ts";
import type { CodeNames } from "./format1.ts";
import { joinPlans, type Plan } from "./joined_plans.ts";
import { canonical } from "./run_id.ts";

/** Output folders, as a reader sees them: one, or several as one. */
export async function openFolders(
  paths: readonly string[],
  definitions: CodeNames,
): Promise<Folder> {
  const parts = [...new Set(paths)].map((path) => new Folder(path, definitions));
  return parts.length === 1 ? parts[0]! : await JoinedFolder.open(parts);
}

/** Folders whose runs are told apart by their ids. */
class JoinedFolder extends Folder {
  private constructor(
    private readonly parts: readonly Folder[],
    /** Which folder has a run; of several that have one, the first with a record that can be used. */
    private readonly homes: ReadonlyMap<string, Folder>,
    /** Runs that several folders have finished with other results. */
    private readonly differing: readonly string[],
  ) {
    super(parts[0]!.folder, parts[0]!.definitions);
  }

  static async open(parts: readonly Folder[]): Promise<JoinedFolder> {
    const having = new Map<string, Folder[]>();
    for (const part of parts) {
      for (const id of await part.ids()) having.set(id, [...having.get(id) ?? [], part]);
    }
    const homes = new Map<string, Folder>();
    const differing: string[] = [];
    for (const [id, folders] of having) {
      const [first, ...others] = folders.length === 1 ? [] : await finishedIn(folders, id);
      homes.set(id, first?.folder ?? await firstWithRecord(folders, id));
      if (others.some(({ made }) => made !== first!.made)) differing.push(id);
    }
    return new JoinedFolder(parts, homes, differing);
  }

  override async plan(name: PlanFile = "manifest.json"): Promise<Plan | null> {
    const planned = [];
    for (const part of this.parts) {
      const plan = await part.plan(name);
      if (plan !== null) planned.push({ ...plan, folder: part.folder });
    }
    if (planned.length === 0) return null;
    const plan = joinPlans(planned);
    return { ...plan, notes: [...plan.notes, ...this.#onDiffering()] };
  }

  #onDiffering(): string[] {
    const ids = this.differing;
    if (ids.length === 0) return [];
    const some = ids.slice(0, 3).join(", ") + (ids.length > 3 ? ", …" : "");
    return [
      `${ids.length === 1 ? "1 run has" : `${ids.length} runs have`} other results in one folder ` +
      `than in another (${some}): those of the folder that was named first are shown.`,
    ];
  }

  override async manifest(name?: PlanFile) {
    return (await this.plan(name))?.manifest ?? null;
  }

  override ids(): Promise<string[]> {
    return Promise.resolve([...this.homes.keys()].sort());
  }

  override pathOf(id: string, file: string): string {
    return (this.homes.get(id) ?? this.parts[0]!).pathOf(id, file);
  }
}

/** The folders of some whose record of a run can be used, with what the run came to. */
async function finishedIn(folders: readonly Folder[], id: string) {
  const found: { folder: Folder; made: string }[] = [];
  for (const folder of folders) {
    const record = await folder.record(id).catch((error) => {
      if (error instanceof StoreError) return null;
      throw error;
    });
    if (record === null) continue;
    const { outcome, data, curve, result } = record;
    found.push({ folder, made: canonical([outcome, data, curve, result]) });
  }
  return found;
}

/** Of folders that have a run, the first with a record of whatever worth, else the first. */
async function firstWithRecord(folders: readonly Folder[], id: string): Promise<Folder> {
  for (const folder of folders) if (await folder.hasRecord(id)) return folder;
  return folders[0]!;
}
