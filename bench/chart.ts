import { median } from './measure.ts';
import type { Figures, Job, Row } from './table.ts';

const WIDTH = 760;
const LABEL = 210;
const BAR = 16;
const STEP = 24;
/** Room for the number at the end of the longest bar. */
const NUMBER = 90;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

const walls = ({ samples }: Row): readonly number[] => samples.map(({ wallMs }) => wallMs);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 9950 ? 2 : 1)} s`;

/**
 * A chart of the wall times: for each job a bar for each way, as long as its median, with a line from the least to the
 * most. Each job has a scale of its own, which begins at zero.
 */
export function chart({ jobs, hosts }: Figures): string {
  let y = 34;
  const parts: string[] = [
    `<text x="0" y="16" class="title">Wall time for ${hosts} hosts, median and range</text>`,
  ];
  for (const job of jobs.filter(({ title }) => title !== 'start')) {
    parts.push(`<text x="0" y="${y + 14}" class="job">${escaped(job.title)}</text>`);
    y += 22;
    parts.push(...bars(job, y));
    y += job.rows.length * STEP + 14;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -4 ${WIDTH + 24} ${y + 4}" width="${WIDTH + 24}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Wall times of alloyup and other ways">
<style>.back{fill:#fff}text{fill:#24292f}.title{font-weight:600;font-size:15px}.job{font-weight:600}.us{fill:#e8590c}.them{fill:#8c959f}.range{stroke:#24292f;stroke-width:1.5}@media(prefers-color-scheme:dark){.back{fill:#0d1117}text{fill:#e6edf3}.them{fill:#6e7681}.range{stroke:#e6edf3}}</style>
<rect class="back" x="-12" y="-4" width="${WIDTH + 24}" height="${y + 4}" rx="6"/>
${parts.join('\n')}
</svg>
`;
}

function bars({ rows }: Job, top: number): readonly string[] {
  const most = Math.max(...rows.flatMap(walls));
  const x = (ms: number): number => Math.round((ms / most) * (WIDTH - LABEL - NUMBER) * 10) / 10;
  return rows.map((row, i) => {
    const all = walls(row);
    const middle = median(all);
    const y = top + i * STEP;
    const center = y + BAR / 2;
    const [from, to] = [x(Math.min(...all)), x(Math.max(...all))];
    return [
      `<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${escaped(row.name)}</text>`,
      `<rect class="${i === 0 ? 'us' : 'them'}" x="${LABEL}" y="${y}" width="${Math.max(1, x(middle))}" height="${BAR}" rx="2"/>`,
      `<line class="range" x1="${LABEL + from}" x2="${LABEL + Math.max(to, from + 1)}" y1="${center}" y2="${center}"/>`,
      `<text x="${LABEL + Math.max(to, x(middle)) + 8}" y="${y + 13}">${seconds(middle)}</text>`,
    ].join('');
  });
}
