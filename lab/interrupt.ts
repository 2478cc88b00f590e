import { stopBuilding } from './run.ts';
import { leftovers, takeDown } from './takedown.ts';

/**
 * Takes a lab down on Ctrl-C, a closed terminal or TERM, then exits with 130. Returns a function that cancels
 * this.
 */
export function takeDownOnInterrupt(lab: string, say: (line: string) => void): () => void {
  let begun = false;
  const end = (): void => {
    if (begun) return; // npm passes on a second signal; the work continues
    begun = true;
    say(`interrupted: taking the lab ${lab} down`);
    takeDownFully(lab).then(
      () => process.exit(130),
      (error: unknown) => {
        say(
          `parts of the lab remain; remove them with: npm run lab -- down --name ${lab}\n${String(error)}`,
        );
        process.exit(130);
      },
    );
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

async function takeDownFully(lab: string): Promise<void> {
  await stopBuilding();
  // a step between two programs may have created a directory in the meantime
  for (let round = 0; round < 5; round += 1) {
    await takeDown(lab);
    if (leftovers(lab).length === 0) return;
  }
  throw new Error(leftovers(lab).join('\n'));
}
