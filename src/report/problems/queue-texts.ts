import type { QueueProblems, QueueWarnings } from '../../model/problems/queue-problems.ts';
import { trimEndOf } from '../../model/trim-end.ts';
import { count, someNames } from '../plain.ts';
import { shellWord, type Texts, text } from './texts.ts';

const withoutStop = (said: string): string => trimEndOf(said.trim(), '. \t\r\n');
const SEE_STATUS = 'See what is going on: alloyup queue status';
const AGAIN = 'Continue the run: alloyup apply --attach RUN';
/** Characters of a list of runs within a sentence. */
const NAMES = 200;

export const queueTexts: Texts<QueueProblems> = {
  'queue.unreachable': {
    'no-connection': ({
      place,
      said,
    }) => text`no connection to Redis at ${place}: ${withoutStop(said)}
      Check that it runs, that this machine may reach it, and whether it speaks TLS (rediss://): redis-cli -u URL ping`,
    login: ({ place, said }) => text`Redis at ${place} refused the login: ${withoutStop(said)}
      Put user and password into the URL: redis://USER:PASSWORD@${place}`,
    permission: ({
      place,
      said,
    }) => text`Redis at ${place} does not allow what a queue needs: ${withoutStop(said)}
      Give the user the rights that docs/queue.md lists: ACL SETUSER`,
    tls: ({ place, said }) => text`no TLS connection to Redis at ${place}: ${withoutStop(said)}
      Name the authority of its certificate with NODE_EXTRA_CA_CERTS; rediss:// is for TLS, redis:// for none`,
    'too-old': ({
      place,
      version,
      least,
    }) => text`Redis at ${place} is ${version || 'of an unknown version'}
      Use version ${least} or a newer one`,
  },
  'queue.run': {
    dispatched: ({ run }) => text`run ${run} is dispatched by another process
      Wait for it, or end that process first; ${SEE_STATUS.toLowerCase()}`,
    unknown: ({ run, known }) => text`
      the queue has no run ${run}${known.length > 0 ? `, or several that match: ${someNames(known, NAMES)}` : ''}
      ${SEE_STATUS}`,
    'other-verb': ({ run, verb }) => text`run ${run} is no run of this command
      Continue it with alloyup ${verb} --attach ${shellWord(run)}`,
    'other-version': ({ run, version }) => text`run ${run} was begun by alloyup ${version}
      Continue it with that version`,
    'other-inventory': ({ run }) => text`run ${run} was begun with another inventory
      Bring the inventory and the files that it names to the state that they had then`,
    'other-plan': ({ run }) => text`run ${run} was begun with another saved plan, or without one
      Name the same plan as then: alloyup apply PLAN --attach ${shellWord(run)}`,
  },
  'queue.lost': {
    'given-up': ({
      times,
    }) => text`nobody knows how it went: the order was lost ${count(times, 'time')}
      Check Redis (its log, maxmemory-policy noeviction), then the host: alloyup status`,
    refused: ({ times }) => text`workers refused the order ${count(times, 'time')}
      Find out who else writes to this Redis, and whether all clocks agree; ${SEE_STATUS.toLowerCase()}`,
    workers: ({ times }) => text`workers were lost while they did this, ${count(times, 'time')}
      Read what the workers printed; whatever was started on the host ends there by itself`,
    'no-workers': ({ seconds }) => text`no worker took part within ${seconds} s
      Start one that has this inventory and this version: alloyup worker --queue URL`,
    connection: ({
      place,
      seconds,
    }) => text`Redis at ${place} was not reachable for ${seconds} s; workers go on with the hosts that they have
      ${AGAIN}`,
  },
};

const OTHERS_WRITE =
  'Find out who else can write to this Redis, change its password and ALLOYUP_QUEUE_KEY';

export const queueWarningTexts: Texts<QueueWarnings> = {
  'queue.worker': {
    'taken-over': ({ worker }) => text`its worker was lost, and ${worker} has taken over
      Nothing to do: what was started on the host was followed`,
    version: ({ worker, version }) => text`worker ${worker} takes no part: its alloyup is ${version}
      Install the same version there`,
    inventory: ({
      worker,
    }) => text`worker ${worker} takes no part: its inventory, or a file that it names, is another
      Bring both to the same state, such as with git pull`,
    unreadable: ({ worker, said }) => text`
      worker ${worker} takes no part: it cannot use its inventory${said ? ` (${said})` : ''}
      Read what it printed, or run alloyup plan there`,
  },
  'queue.order': {
    signature: ({
      worker,
    }) => text`worker ${worker} refused an order that nobody with the key has written
      ${OTHERS_WRITE}`,
    'other-run': ({
      worker,
    }) => text`worker ${worker} refused an order that was written for another run
      ${OTHERS_WRITE}`,
    expired: ({ worker }) => text`worker ${worker} refused an order that was too old
      Compare the clocks of dispatcher and worker: timedatectl`,
    'unknown-host': ({ worker }) => text`worker ${worker} does not know the host
      Bring the inventories to the same state`,
  },
  'queue.events': {
    signature: text`Redis has a report that no worker with the key has written; it was ignored
      ${OTHERS_WRITE}`,
  },
};
