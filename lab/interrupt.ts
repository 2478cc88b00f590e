import { stopBuilding } from './run.ts';
import { leftovers, takeDown } from './takedown.ts';

/**
 * Takes a lab down when we are told to end (Ctrl-C, a closed terminal, TERM), then ends with 130.
 * Returns what takes this promise back.
 */
export function takeDownOnInterrupt(lab: string, say: (line: string) => void): () => void {
  let begun = false;
  const end = (): void => {
    if (begun) return; // npm passes a second one on; the work goes on
    begun = true;
    say(`interrupted: taking the lab ${lab} down`);
    takeDownFully(lab).then(
      () => process.exit(130),
      (error: unknown) => {
        say(`something of the lab stays: npm run lab -- down --name ${lab}\n${String(error)}`);
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
  // a step that was between two programs may have made a folder meanwhile
  for (let round = 0; round < 5; round += 1) {
    await takeDown(lab);
    if (leftovers(lab).length === 0) return;
  }
  throw new Error(leftovers(lab).join('\n'));
}
