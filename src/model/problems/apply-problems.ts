/** One member per reason, all with the same values. */
type Each<Reason extends string, Values> = Reason extends string
  ? { readonly reason: Reason } & Values
  : never;

/** Params of the problems `apply.*`. What the host program reports are strings, numbers too. */
export interface ApplyProblems {
  'apply.locked':
    | {
        readonly reason: 'run';
        readonly seconds: string;
        /** Unknown when the other run has only just taken the lock. */
        readonly run?: string;
        readonly who?: string;
      }
    | {
        readonly reason: 'dpkg';
        readonly pid: string;
        readonly command: string;
        readonly seconds: string;
      }
    | { readonly reason: 'not-reported' };
  'apply.stale':
    | Each<
        'file-appeared' | 'file-gone' | 'file-changed' | 'owner-changed',
        { readonly path: string }
      >
    /** A rollback would lose what somebody wrote after the run. */
    | { readonly reason: 'file-changed-since'; readonly path: string; readonly run: string }
    | { readonly reason: 'package-changed'; readonly status: string; readonly version: string }
    | { readonly reason: 'service-restarted' }
    | { readonly reason: 'unfinished-run' }
    | { readonly reason: 'not-reported' }
    /** A saved plan is not applied where another run is in progress, or was cut off. */
    | { readonly reason: 'other-run' }
    /** Hosts of a saved plan are not in the inventory. */
    | { readonly reason: 'hosts-missing'; readonly hosts: readonly string[] }
    /** A saved plan is not what would be done now. */
    | {
        readonly reason: 'plan-differs';
        /** "step: title" of each change. */
        readonly removed: readonly string[];
        readonly added: readonly string[];
      };
  'apply.failed':
    | { readonly reason: 'step'; readonly step: string; readonly exit: number }
    | { readonly reason: 'not-reported' }
    /** The host went down during the run, and rolled it back when it came up. */
    | { readonly reason: 'rolled-back-at-boot' }
    | { readonly reason: 'not-launched'; readonly exit: string }
    | { readonly reason: 'killed' }
    | { readonly reason: 'apt-refuses'; readonly paths: readonly string[] }
    | { readonly reason: 'not-armed' }
    | { readonly reason: 'stop'; readonly exit: string };
  'apply.stuck':
    | {
        readonly reason: 'action';
        readonly step: string;
        readonly action: string;
        readonly path: string | null;
      }
    | { readonly reason: 'service' }
    | { readonly reason: 'earlier-run'; readonly run: string }
    | { readonly reason: 'not-reported' };
  'apply.drift': {
    readonly reason: 'changes-remain';
    /** Titles of the changes. */
    readonly changes: readonly string[];
  };
  'apply.unknown': { readonly reason: 'in-progress' } | { readonly reason: 'no-verdict' };
}
