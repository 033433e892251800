import { applyPatch } from 'rfc6902';
import { errorText } from '../../../src/common/error-text.js';
import { isJsonObject, type JsonObject } from '../../../src/common/json.js';
import { failed, failReasons } from '../../../src/webhook/verdict.js';
import type { Dice } from '../../chaos/dice.js';
import type { Answer, FuzzInput, Target } from '../fuzz-input.js';
import { mutateJson } from '../mutate/mutate-json.js';
import { mutateText } from '../mutate/mutate-text.js';
import { admissionReviews, drawSeed } from '../seeds.js';
import { connectHttp, type HttpAnswer } from './http-wire.js';
import { faultsOfText } from './read-template-answer.js';

const usual = { 'Content-Type': 'application/json' };

/** AdmissionReviews to the webhook. */
export function admissionTarget(): Target {
  const seeds = admissionReviews();
  return {
    name: 'admission',
    make: (dice) => ({
      bytes: mutateReview(drawSeed(seeds, dice), dice),
      headers: {},
    }),
    pristine: (index) => {
      const seed = index % seeds.length;
      return { seed, input: { bytes: Buffer.from(seeds[seed] ?? ''), headers: {} } };
    },
    connect: (address) => connectHttp(`${address}/convert`, usual, readAdmission),
  };
}

/** Mostly in the workflow: what stands around it decides little. */
function mutateReview(seed: string, dice: Dice): Buffer {
  if (dice.chance(0.15)) {
    return mutateText(seed, dice);
  }
  const review: { request: JsonObject } = JSON.parse(seed);
  if (dice.chance(0.1)) {
    return Buffer.from(JSON.stringify(mutateJson(review, dice)));
  }
  const workflow = review.request['object'] as JsonObject;
  const part = dice.pick(['spec', 'spec', 'spec', 'metadata', 'workflow']);
  if (part === 'workflow') {
    review.request['object'] = mutateJson(workflow, dice);
  } else {
    workflow[part] = mutateJson(workflow[part] ?? {}, dice);
  }
  return Buffer.from(JSON.stringify(review));
}

function readAdmission({ httpStatus, text }: HttpAnswer, input: FuzzInput): Answer {
  try {
    const { kind, faults } = judge(JSON.parse(text), requestIn(input.bytes));
    const isListed = httpStatus === 200 ? [] : [`HTTP ${httpStatus}: the webhook answers 200 only`];
    return { kind, mayHaveDriven: false, text, faults: [...isListed, ...faults] };
  } catch (error) {
    return {
      kind: 'unreadable',
      mayHaveDriven: false,
      text,
      faults: [`HTTP ${httpStatus}: ${errorText(error)}`],
    };
  }
}

/** The request of a review that can be read; undefined for anything else. */
function requestIn(bytes: Buffer): JsonObject | undefined {
  try {
    const review = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isJsonObject(review?.request) ? review.request : undefined;
  } catch {
    return undefined;
  }
}

const allowedKeys = ['uid', 'allowed', 'patchType', 'patch', 'warnings'];
const failSentences = new Map(failReasons.map((reason) => [failed(reason).warnings[0], reason]));
/** A patch whose value has __proto__ cannot be tried in memory, so that none is made. */
const isFault = (reason: string | undefined, request: JsonObject | undefined) =>
  reason === 'fault' || (reason === 'bad-patch' && !JSON.stringify(request).includes('"__proto__":'));

/** Kubernetes takes a patch that does not apply for a reason to refuse. */
function judge(review: unknown, request: JsonObject | undefined): { kind: string; faults: string[] } {
  const response = isJsonObject(review) ? review['response'] : undefined;
  if (!isJsonObject(review) || !isJsonObject(response)) {
    return { kind: 'unreadable', faults: ['the answer is no AdmissionReview'] };
  }
  const { apiVersion, kind } = review;
  const { patch, patchType, warnings = [], uid } = response;
  const sentences = Array.isArray(warnings) ? warnings.map(String) : ['no list'];
  const reason = sentences
    .map((sentence) => failSentences.get(sentence))
    .find((known) => known !== undefined);
  const rules: readonly (readonly [boolean, string])[] = [
    [apiVersion === 'admission.k8s.io/v1' && kind === 'AdmissionReview', 'another kind'],
    [Object.keys(review).join() === 'apiVersion,kind,response', 'other keys'],
    [Object.keys(response).every((key) => allowedKeys.includes(key)), 'other keys in the response'],
    [response['allowed'] === true, 'a denial'],
    [typeof uid === 'string', 'no uid'],
    [typeof request?.['uid'] !== 'string' || reason === 'no-review' || uid === request['uid'], 'another uid'],
    [(patch === undefined) === (patchType === undefined), 'a patch without its type'],
    [
      sentences.length <= 5 && sentences.every((text) => text.length <= 256 && !/\p{Cc}/u.test(text)),
      'long warnings',
    ],
    [!isFault(reason, request), `the reason ${reason}`],
    [patch === undefined || applies(request?.['object'], String(patch)), 'a patch that does not apply'],
  ];
  const faults = rules.filter(([isKept]) => !isKept).map(([, what]) => `the answer has ${what}`);
  faults.push(...sentences.flatMap(faultsOfText));
  const unchanged = reason ?? (sentences.length > 0 ? 'skipped with a warning' : 'skipped');
  return { kind: patch === undefined ? unchanged : 'converted', faults };
}

function applies(object: unknown, patch: string): boolean {
  return applyPatch(structuredClone(object), JSON.parse(Buffer.from(patch, 'base64').toString('utf8'))).every(
    (fault) => fault === null,
  );
}
