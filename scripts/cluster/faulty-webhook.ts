import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';

/** A webhook that answers as no webhook should; it gets the review's text. */
export type Fault = (response: ServerResponse, review: string) => void;

const send = (httpStatus: number, text: string) => (response: ServerResponse) => {
  response.writeHead(httpStatus, { 'content-type': 'application/json' }).end(text);
};

/** An AdmissionReview whose response has these members beside the right uid. */
const respond = (members: object) => (response: ServerResponse, review: string) => {
  const { uid } = JSON.parse(review).request;
  send(
    200,
    JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid, allowed: true, ...members },
    }),
  )(response);
};

export const faults: Readonly<Record<string, Fault>> = {
  'never answers': () => {},
  'answers 500': send(500, '{}'),
  'answers a page': send(200, '<html>hello</html>'),
  'answers a review without a response': send(
    200,
    '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}',
  ),
  'answers for another review': respond({ uid: 'other' }),
  'answers a patch that is no patch': respond({
    patchType: 'JSONPatch',
    patch: Buffer.from('hello').toString('base64'),
  }),
  'breaks off': (response) => response.destroy(),
};

/** Listens on a port of localhost; resolves with what ends it. */
export function startFaultyWebhook(
  port: number,
  certificate: { readonly certificate: string; readonly key: string },
  fault: Fault,
): Promise<() => Promise<void>> {
  const server = createServer(
    { cert: certificate.certificate, key: certificate.key },
    (request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => fault(response, text));
    },
  );
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () =>
      resolve(
        () =>
          new Promise((ended) => {
            server.close(() => ended());
            server.closeAllConnections();
          }),
      ),
    );
  });
}
