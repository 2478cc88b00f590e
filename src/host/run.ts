import type { Command, Plan } from '../model/plan.ts';
import { Secret } from '../model/secret.ts';
import type { FactsRequest } from './facts.ts';

export interface RunRequest {
  readonly run: string;
  readonly nonce: string;
  readonly who: string;
  readonly lockWaitS: number;
  readonly facts: FactsRequest;
  readonly root?: string;
}

export const applyRequest = (
  input: RunRequest & { readonly plan: Plan; readonly rollback: boolean },
): Secret => new Secret(JSON.stringify(input));
export const settleRequest = (input: RunRequest): Secret => new Secret(JSON.stringify(input));
export const rollbackRequest = (input: RunRequest & { readonly toRun: string | null }): Secret =>
  new Secret(JSON.stringify(input));
export const launchCommand = (run: string): Command => ['perl', '-', run];
export const launchInput = (request: Secret): Secret => request;
export const LAUNCHED = 'alloyup: started\n';
export const followCommand = (): Command => ['perl', '-'];
export const followInput = (input: { readonly run: string; readonly from: number }): string =>
  JSON.stringify(input);
