// Checks a configuration of 1,000 components, warm.
//   node build.mjs run bench/check.ts
import { checkConfig } from '../src/alloy/check/check.ts';
import { parse } from '../src/alloy/parser.ts';

export interface CheckFigures {
  readonly components: number;
  readonly bytes: number;
  /** Milliseconds of one check of the parsed file, the median of `rounds`. */
  readonly checkMs: number;
  /** With parsing. */
  readonly wholeMs: number;
  /** The first check of the process: the table is read then. */
  readonly firstMs: number;
}

/** Chains of scrape, relabel and remote_write, and of otelcol components: 1,000 that all refer to others. */
export function bigConfig(components = 1000): string {
  let text = 'logging {\n\tlevel = "info"\n}\n';
  for (let i = 0; i < components / 8; i++) {
    text += `
discovery.relabel "r${i}" {
	targets = [{"__address__" = "127.0.0.1:${9000 + i}", "job" = "j${i}"}]

	rule {
		source_labels = ["__address__"]
		regex         = "(.*):\\\\d+"
		target_label  = "host"
	}
}

prometheus.scrape "s${i}" {
	targets         = array.concat(discovery.relabel.r${i}.output, [{"__address__" = sys.env("HOST")}])
	forward_to      = [prometheus.relabel.p${i}.receiver]
	scrape_interval = "30s"
	scrape_timeout  = "10s"
}

prometheus.relabel "p${i}" {
	forward_to = [prometheus.remote_write.w${i}.receiver]

	rule {
		action = "labeldrop"
		regex  = "tmp_.*"
	}
}

prometheus.remote_write "w${i}" {
	endpoint {
		url = "https://prometheus.example.com/api/v1/write"

		basic_auth {
			username = "u"
			password = sys.env("PASSWORD")
		}

		queue_config {
			max_shards = 10
		}
	}
}

otelcol.receiver.otlp "o${i}" {
	grpc {
		endpoint = "127.0.0.1:${20000 + i}"
	}

	output {
		metrics = [otelcol.processor.batch.b${i}.input]
		traces  = [otelcol.processor.batch.b${i}.input]
	}
}

otelcol.processor.batch "b${i}" {
	output {
		metrics = [otelcol.exporter.prometheus.e${i}.input]
		traces  = [otelcol.exporter.otlp.t${i}.input]
	}
}

otelcol.exporter.prometheus "e${i}" {
	forward_to = [prometheus.relabel.p${i}.receiver]
}

otelcol.exporter.otlp "t${i}" {
	client {
		endpoint = "tempo:4317"
	}
}
`;
  }
  return text;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

export function benchCheck(rounds = 30): CheckFigures {
  const options = { stability: 'generally-available', strict: false, check: 'http' } as const;
  const text = bigConfig();
  const time = (work: () => void): number => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const parsed = parse(text);
  const found = checkConfig(parse('logging { }\n'), options);
  if (found.length > 0) throw new Error('the empty configuration has findings');
  const firstMs = time(() => checkConfig(parsed, options));
  for (let i = 0; i < 10; i++) checkConfig(parsed, options);
  const left = checkConfig(parsed, options);
  if (left.length > 0) throw new Error(`the configuration is not clean: ${left[0]!.message}`);
  return {
    components: 1000,
    bytes: Buffer.byteLength(text),
    firstMs,
    checkMs: median(Array.from({ length: rounds }, () => time(() => checkConfig(parsed, options)))),
    wholeMs: median(
      Array.from({ length: rounds }, () => time(() => checkConfig(parse(text), options))),
    ),
  };
}

if (process.argv[1]?.includes('bench-check')) {
  const { components, bytes, firstMs, checkMs, wholeMs } = benchCheck();
  console.log(`${components} components, ${Math.round(bytes / 1024)} KiB`);
  console.log(
    `check ${checkMs.toFixed(1)} ms, with parsing ${wholeMs.toFixed(1)} ms, the first ${firstMs.toFixed(1)} ms`,
  );
}
