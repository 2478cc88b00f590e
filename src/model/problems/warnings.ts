/** Params of the warnings, but for those of the Alloy language, whose codes are their rules. */
export interface WarningProblems {
  'retry.gone': { readonly reason: 'hosts'; readonly hosts: readonly string[] };
  'retry.nothing':
    | { readonly reason: 'all-finished'; readonly run: string }
    | { readonly reason: 'not-chosen'; readonly run: string };
  'plan.inventory': { readonly reason: 'changed' };
  'plan.left': { readonly reason: 'not-planned'; readonly hosts: readonly string[] };
  'plan.others': { readonly reason: 'not-in-plan'; readonly hosts: number };
  'secret.short': { readonly reason: 'too-short-to-mask' };
  'fmt.template': { readonly reason: 'skipped'; readonly files: readonly string[] };
}
