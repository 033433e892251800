import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** As much of https://github.com/open-telemetry/opentelemetry-proto as spans need, by its field numbers. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
  }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    bytes parent_span_id = 4;
    string name = 5;
    int32 kind = 6;
    fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9;
    Status status = 15;
  }
  message Status { string message = 2; int32 code = 3; }
`);
const requestType = root.lookupType('Request');

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startNano: bigint;
  readonly endNano: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly resource: Readonly<Record<string, unknown>>;
}

/** An OTLP receiver over HTTP: POST /v1/traces with protobuf. `answer` gives the HTTP status of each export. */
export async function startOtlpReceiver(t: Pick<TestContext, 'after'>, answer: () => number = () => 200) {
  const spans: ReceivedSpan[] = [];
  const bodies: Buffer[] = [];
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const sent = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    requests.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
    const httpStatus = answer();
    if (httpStatus === 200) {
      bodies.push(body);
      spans.push(...readSpans(body));
    }
    response.writeHead(httpStatus, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, spans, bodies, requests };
}

type Decoded = Readonly<Record<string, unknown>>;
const listOf = (value: unknown) => (value ?? []) as readonly Decoded[];
const hexOf = (value: unknown) => Buffer.from((value ?? []) as Uint8Array).toString('hex');

function readSpans(body: Buffer): ReceivedSpan[] {
  const decoded = requestType.toObject(requestType.decode(body), { longs: String }) as Decoded;
  return listOf(decoded['resourceSpans']).flatMap((of) => {
    const resource = attributesOf((of['resource'] as Decoded | undefined)?.['attributes']);
    return listOf(of['scopeSpans'])
      .flatMap((scope) => listOf(scope['spans']))
      .map((span) => toSpan(span, resource));
  });
}

function toSpan(span: Decoded, resource: ReceivedSpan['resource']): ReceivedSpan {
  return {
    traceId: hexOf(span['traceId']),
    spanId: hexOf(span['spanId']),
    parentSpanId: hexOf(span['parentSpanId']),
    name: String(span['name']),
    kind: Number(span['kind']),
    startNano: BigInt(String(span['startTimeUnixNano'])),
    endNano: BigInt(String(span['endTimeUnixNano'])),
    attributes: attributesOf(span['attributes']),
    status: (span['status'] ?? {}) as ReceivedSpan['status'],
    resource,
  };
}

function attributesOf(pairs: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    listOf(pairs).map(({ key, value }) => [String(key), Object.values((value ?? {}) as object)[0]]),
  );
}
