/**
 * Several output folders, read as one. Nothing is written into any of them.
 *
 * @module
 */
import { Folder, type PlanFile } from "./folder.ts";
import type { CodeNames } from "./format1.ts";
import { joinPlans, type Plan } from "./joined_plans.ts";

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
    /** Which folder has a run; of several that have one, the first with its record. */
    private readonly homes: ReadonlyMap<string, Folder>,
  ) {
    super(parts[0]!.folder, parts[0]!.definitions);
  }

  static async open(parts: readonly Folder[]): Promise<JoinedFolder> {
    const homes = new Map<string, Folder>();
    for (const part of parts.toReversed()) {
      for (const id of await part.ids()) {
        const finished = await part.hasRecord(id);
        if (finished || !await homes.get(id)?.hasRecord(id)) homes.set(id, part);
      }
    }
    return new JoinedFolder(parts, homes);
  }

  override async plan(name: PlanFile = "manifest.json"): Promise<Plan | null> {
    const planned = [];
    for (const part of this.parts) {
      const plan = await part.plan(name);
      if (plan !== null) planned.push({ ...plan, folder: part.folder });
    }
    return planned.length === 0 ? null : joinPlans(planned);
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
