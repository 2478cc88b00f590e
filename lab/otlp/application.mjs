// An application as people write it: OpenTelemetry's SDK, told by its environment alone where to send.
import { DiagConsoleLogger, diag, metrics, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';

diag.setLogger(new DiagConsoleLogger());
const sdk = new NodeSDK({ serviceName: 'shop' });
sdk.start();
metrics.getMeter('shop').createCounter('orders').add(3);
trace.getTracer('shop').startActiveSpan('checkout', (span) => {
  logs.getLogger('shop').emit({ body: 'paid' });
  span.end();
});
trace.getTracer('shop').startSpan('ship').end();
await sdk.shutdown();
