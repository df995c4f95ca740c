/**
 * A Slurm cluster of this machine alone, for as long as a test lasts: its own daemons on ports,
 * sockets and folders of their own, so that it touches no other cluster.
 *
 * @module
 */
import { hostname, totalmem, userInfo } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../base/command.ts";
import { sleep } from "./crash.ts";

/** A cluster that is up; found by every program that this process starts. */
export interface Cluster {
  /** Its only node. */
  readonly node: string;
  /** Ends its daemons and removes its files. */
  stop(): Promise<void>;
}

/** What the cluster is made of: Debian's packages `slurm-wlm` and `munge`, and `util-linux`. */
const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "setpriv"] as const;

/**
 * Starts a cluster.
 *
 * @returns The cluster, or why there can be none here.
 */
export async function startCluster(): Promise<Cluster | { readonly obstacle: string }> {
  const environment = Deno.env.toObject();
  environment["PATH"] += ":/usr/sbin:/sbin"; // where Debian has daemons
  const paths: Record<string, string> = {};
  for (const name of PROGRAMS) {
    const path = await findProgram([name], environment);
    if (path === undefined) return { obstacle: `there is no ${name} here` };
    paths[name] = path;
  }
  if (Deno.uid() !== 0) return { obstacle: "only root may run a cluster's daemons" };
  const folder = await Deno.makeTempDir();
  const node = hostname().split(".")[0]!;
  const daemons: Deno.ChildProcess[] = [];
  const start = (name: string, ...args: string[]) =>
    daemons.push(
      // However this process ends, its daemons end with it.
      new Deno.Command(paths["setpriv"]!, {
        args: ["--pdeathsig", "TERM", paths[name]!, ...args],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn(),
    );
  const stop = async () => {
    Deno.env.delete("SLURM_CONF");
    for (const daemon of daemons.reverse()) {
      try {
        daemon.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
      await daemon.status;
    }
    await Deno.remove(folder, { recursive: true });
  };

  const conf = join(folder, "slurm.conf"), key = join(folder, "munge.key");
  await Deno.writeTextFile(conf, configuration(folder, node));
  await Deno.writeFile(key, crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
  Deno.env.set("SLURM_CONF", conf);
  const own = ["socket", "pid-file", "log-file", "seed-file"];
  const files = own.map((what) => `--${what}=${join(folder, `munge.${what}`)}`);
  start("munged", "--foreground", "--force", `--key-file=${key}`, ...files);
  start("slurmctld", "-D");
  start("slurmd", "-D");
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(200)) {
    const sinfo = new Deno.Command("sinfo", {
      args: ["--noheader", "--format=%T"],
      stderr: "null",
    });
    const states = new TextDecoder().decode((await sinfo.output()).stdout);
    if (/^idle\b/m.test(states)) return { node, stop };
  }
  const logs = ["munge.log-file", "slurmctld.log", "slurmd.log"].map((name) => join(folder, name));
  const words = await Promise.all(logs.map((log) => Deno.readTextFile(log).catch(() => "no log")));
  await stop();
  const last = words.map((text) => text.trim().split("\n").at(-1));
  return { obstacle: `a cluster does not come up (${last.join("; ")})` };
}

function configuration(folder: string, node: string): string {
  const port = 20_000 + crypto.getRandomValues(new Uint16Array(1))[0]! % 10_000;
  return Object.entries({
    ClusterName: "mdlt",
    SlurmctldHost: `${node}(127.0.0.1)`,
    SlurmctldPort: port,
    SlurmdPort: port + 1,
    SlurmUser: userInfo().username,
    SlurmdUser: userInfo().username,
    AuthType: "auth/munge",
    AuthInfo: `socket=${folder}/munge.socket`,
    StateSaveLocation: `${folder}/state`,
    SlurmdSpoolDir: `${folder}/spool`,
    SlurmctldPidFile: `${folder}/slurmctld.pid`,
    SlurmdPidFile: `${folder}/slurmd.pid`,
    SlurmctldLogFile: `${folder}/slurmctld.log`,
    SlurmdLogFile: `${folder}/slurmd.log`,
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_Core",
    SchedulerParameters: "sched_interval=2,bf_interval=2,batch_sched_delay=0",
    SlurmdParameters: "config_overrides", // whatever the machine looks like from a container
    ReturnToService: 2,
    JobAcctGatherType: "jobacct_gather/none",
    AccountingStorageType: "accounting_storage/none",
    NodeName: `${node} NodeAddr=127.0.0.1 CPUs=${navigator.hardwareConcurrency} RealMemory=${
      Math.floor(totalmem() / 2 ** 20 / 2)
    }`,
    PartitionName: "main Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
  }).map(([key, value]) => `${key}=${value}\n`).join("");
}
