import type { ClusterFact } from './cluster.ts';
import type { Secret } from './secret.ts';

/** What one host is, at one moment. Read by a single probe; never edited. */
export interface Facts {
  readonly host: string;
  /** Host clock, milliseconds since the epoch. */
  readonly takenAt: number;
  readonly os: {
    /** `ID` of os-release: any word, an unsupported one must be sayable. */
    readonly id: string;
    readonly version: string;
    readonly codename: string;
    /** `PRETTY_NAME`. */
    readonly name: string;
    /** dpkg's word: amd64, arm64, ... */
    readonly arch: string;
    /** systemd is pid 1. */
    readonly systemd: boolean;
    /** Host's own name. */
    readonly hostname: string;
    /** Seconds since boot. */
    readonly uptimeS: number;
    /** /proc/sys/kernel/random/boot_id. */
    readonly bootId: string;
  };
  /** Where sudo on that host keeps what we send it (`log_input`); null: it does not. */
  readonly sudoLog: string | null;
  /** Programs the apply script needs that are not there. */
  readonly missingTools: readonly string[];
  readonly package: PackageFact;
  readonly dpkg: {
    /** Other packages that are neither installed, config-files nor absent, with their state. */
    readonly broken: readonly { readonly name: string; readonly status: string }[];
    /** Who holds the dpkg or apt lock right now; null: nobody. */
    readonly lockedBy: { readonly pid: number; readonly command: string } | null;
    /** dpkg was cut off or is at work: numbered files in /var/lib/dpkg/updates. */
    readonly journal: boolean;
  };
  readonly apt: {
    /** Every file of apt sources that names the repository's host, whole text. */
    readonly sources: readonly { readonly path: string; readonly text: string }[];
    /** Keyrings those sources point to, and ours; base64 bytes. */
    readonly keyrings: readonly KeyringFile[];
    /** Preferences files that name alloy or the repository, whole text. */
    readonly preferences: readonly { readonly path: string; readonly text: string }[];
    /** Names of lists in /var/lib/apt/lists that belong to the repository are there. */
    readonly listed: boolean;
  };
  /** Every path asked for, by path. */
  readonly files: Readonly<Record<string, FileFact>>;
  /** /etc/alloy, /var/lib/alloy, /var/lib/alloy/data, /var/lib/alloyup and the directories of the files asked for. */
  readonly directories: Readonly<Record<string, DirectoryFact>>;
  readonly unit: UnitFact;
  /** The main process of the unit; null: none runs. */
  readonly process: ProcessFact | null;
  readonly receipt: Receipt | null;
  readonly http: HttpFact;
  /** null: not asked, or nobody answered. */
  readonly components: readonly ComponentFact[] | null;
  /** null: not asked, nothing is sent anywhere, or nobody answered. */
  readonly delivery: DeliveryFact | null;
  /** null: not asked, or nobody answered. */
  readonly cluster: ClusterFact | null;
  readonly account: {
    readonly exists: boolean;
    /** null: there is no user alloy. */
    readonly uid: number | null;
    readonly home: string;
    readonly groupExists: boolean;
    /** Every group the user is in, its primary one too. */
    readonly groups: readonly string[];
    /** Of the groups asked for, those that exist on the host. */
    readonly known: readonly string[];
  };
  /** Of the paths and patterns asked for, what user alloy can read, by path; none where nobody can tell. */
  readonly reads: Readonly<Record<string, ReadFact>>;
  /** What user alloy is to be let read by ACLs; null: not asked. */
  readonly readable: {
    /** getfacl and setfacl are there. */
    readonly tools: boolean;
    /** By path; none where the tools are missing. */
    readonly trees: Readonly<Record<string, TreeFact>>;
  } | null;
  /** Paths that alloyup has let user alloy read, and the directories above that it may search for that. */
  readonly given: Readonly<Record<string, readonly string[]>>;
  /** Free bytes, by directory: /usr, /etc, /var, /tmp. */
  readonly freeBytes: Readonly<Record<string, number>>;
  /** Free inodes, by the same directories; none of a file system that does not count them. */
  readonly freeInodes: Readonly<Record<string, number>>;
  /** Of the files and directories that a run may write to, those that not even root can: immutable, or mounted read-only. */
  readonly fixed: readonly string[];
  /** Of `directories`, those that something is mounted on. */
  readonly mounted: readonly string[];
  /** What of ours is going on. */
  readonly alloyup: {
    /** The lock is held by this run; null: free. */
    readonly lockedBy: {
      readonly run: string;
      readonly who: string;
      readonly since: number;
    } | null;
    /** A run that began and did not write its verdict. */
    readonly unfinished: string | null;
    /** Newest first, at most 10. */
    readonly runs: readonly { readonly run: string; readonly verdict: string }[];
  };
}

/** Two readings of Alloy's metrics, and what its log says of data that it could not send. */
export interface DeliveryFact {
  readonly before: readonly Sample[];
  readonly after: readonly Sample[];
  /** Between the two. */
  readonly seconds: number;
  /** The first and the last line of each kind in the last fifteen minutes. `at`: milliseconds since the epoch. */
  readonly log: readonly { readonly at: number; readonly line: string }[];
}

/** Two readings of all that flows, as far apart as was asked for. */
export interface FlowFact extends DeliveryFact {
  /** There are too many series to read them: nothing is known. */
  readonly cut: boolean;
}

/** One of several readings, while the data of a host is watched. */
export interface DeliveryReading {
  /** Milliseconds since the epoch, by the clock of the host. */
  readonly at: number;
  readonly samples: readonly Sample[];
  /** As in `DeliveryFact`; from the second reading on, since the first one. */
  readonly log: DeliveryFact['log'];
}

/** A line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PackageFact {
  /** dpkg's own word for `alloy`, `absent` when it does not know it. */
  readonly status:
    | 'absent'
    | 'config-files'
    | 'half-installed'
    | 'unpacked'
    | 'half-configured'
    | 'triggers-awaited'
    | 'triggers-pending'
    | 'installed';
  readonly reinstRequired: boolean;
  /** Debian version, also of a `config-files` package; null when absent. */
  readonly version: string | null;
  readonly held: boolean;
  /** md5 of each conffile as the package shipped it. */
  readonly conffiles: Readonly<Record<string, string>>;
}

export interface KeyringFile {
  readonly path: string;
  readonly sha256: string;
  readonly mode: string;
  /** Bytes; null: not there, too big, or no regular file. */
  readonly content: Uint8Array | null;
  readonly kind: FileKind;
}

export type FileKind = 'absent' | 'file' | 'symlink' | 'directory' | 'other';

export interface FileFact {
  readonly kind: FileKind;
  /** Hex; null unless a readable regular file. */
  readonly sha256: string | null;
  /** md5, hex: compared with conffiles of the package. */
  readonly md5: string | null;
  /** Octal, four digits. */
  readonly mode: string;
  readonly user: string;
  readonly group: string;
  /** Milliseconds since the epoch. */
  readonly ctimeMs: number;
  /** Text; a Secret for files that may hold secrets; null when absent, too big or no text. */
  readonly content: string | Secret | null;
  readonly size: number;
}

/** A file that Alloy reads as its configuration, or as a part of it. */
export interface Configuration {
  readonly path: string;
  readonly content: string | null;
}

/** What becomes of reading a path, or the files that match a pattern, as user alloy with its future groups. */
export interface ReadFact {
  /** `none`: nothing matches; `unknown`: there is too much to look at. */
  readonly state: 'ok' | 'absent' | 'denied' | 'none' | 'unknown';
  /** Files that match, and those of them that cannot be read. */
  readonly files: number;
  readonly denied: number;
  /** What stands in the way, at most three. */
  readonly barriers: readonly Barrier[];
}

export interface Barrier {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'socket';
  /** '' where not even that can be seen. */
  readonly mode: string;
  readonly user: string;
  readonly group: string;
  readonly refused: 'read' | 'write' | 'search';
}

/** A directory, or a file, and all below it. */
export interface TreeFact {
  readonly kind: FileKind;
  /** Directories and files whose ACL does not let user alloy read them. */
  readonly lacking: number;
  /** Directories above that user alloy cannot search. */
  readonly closed: readonly string[];
  /** Why it could not be looked at: "too large", "deadline"; null: it was. */
  readonly error: string | null;
}

export interface DirectoryFact {
  readonly kind: FileKind;
  readonly mode: string;
  readonly user: string;
  readonly group: string;
  readonly ctimeMs: number;
}

export interface UnitFact {
  /** systemd's words: loaded, not-found, masked, bad-setting, error. */
  readonly load: string;
  /** active, inactive, failed, activating, deactivating, reloading. */
  readonly active: string;
  readonly sub: string;
  /** enabled, disabled, masked, static, bad, ''. */
  readonly enabled: string;
  /** Path of the unit file: /usr/lib/systemd/system/... is the package's, /etc/systemd/system/... shadows it. */
  readonly fragment: string;
  readonly dropIns: readonly string[];
  readonly restarts: number;
  /** systemd's InvocationID, 32 hex digits; '' when it never ran. */
  readonly invocation: string;
  readonly result: string;
  readonly mainPid: number;
  /** Words of its ExecStart, variables as they are written: /usr/bin/alloy, run, $CUSTOM_ARGS, ... */
  readonly command: readonly string[];
  /** Its environment files, in the order in which systemd reads them, and which variables of `command` each sets. */
  readonly environmentFiles: readonly { readonly path: string; readonly sets: readonly string[] }[];
  /** Unit file or drop-in changed on disk since systemd read it. */
  readonly needsReload: boolean;
  /** Limits of the service in systemd's own form, as `systemctl show` prints them: "MemoryMax" -> "1073741824". */
  readonly settings: Readonly<Record<string, string>>;
}

export interface ProcessFact {
  readonly pid: number;
  /** Milliseconds since the epoch, by the kernel's start ticks and boot time: up to 10 too early, never too late. */
  readonly startedAtMs: number;
  /** /proc/PID/exe ends in " (deleted)": an upgrade replaced the binary under it. */
  readonly exeDeleted: boolean;
  /** Version that `alloy_build_info` tells, "1.18.1"; null when not asked or not told. */
  readonly version: string | null;
  /** sha256 that `alloy_config_hash` tells: of the configuration it has last tried to load; null when not told. */
  readonly configHash: string | null;
  readonly argv: readonly string[];
  /** Resident bytes. */
  readonly rssBytes: number;
}

export interface HttpFact {
  /** Status, 0 when nothing answered, null when not asked. */
  readonly ready: number | null;
  readonly healthy: number | null;
  /** Body of /-/healthy when not 200: names unhealthy components. */
  readonly healthyBody: string;
  /** Why nothing answered. */
  readonly error: string;
  /** Command that listens on the port instead of the unit's process; null: nobody, or not asked. */
  readonly portOwner: string | null;
}

export interface ComponentFact {
  readonly id: string;
  readonly health: 'healthy' | 'unhealthy' | 'exited' | 'unknown';
  readonly message: string;
}

/**
 * Written to /var/lib/alloyup/receipt.json when a run was proven: which process has loaded which
 * files. Only hashes of files without secrets are kept readable; the file is 0600 all the same.
 */
export interface Receipt {
  readonly schema: 1;
  readonly run: string;
  /** systemd's InvocationID of the process that was proven. */
  readonly invocation: string;
  /** sha256 by path: configuration, its files, environment, drop-in. */
  readonly files: Readonly<Record<string, string>>;
  /** Health of the components that were not healthy when the run was proven, by id. */
  readonly unhealthy: Readonly<Record<string, string>>;
  /** Groups of the user when the process started. */
  readonly groups: readonly string[];
  readonly at: number;
}
