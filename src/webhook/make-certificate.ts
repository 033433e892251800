// Must come before the library, whose dependency demands it.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface CertificateRequest {
  /** The first one is the name by which callers know the server. */
  readonly dnsNames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** PEM texts. */
export interface MadeCertificate {
  readonly caCertificate: string;
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Makes a certificate of a CA of its own. The CA's key is not kept: nobody can sign anything else with it. Loaded only
 * when a certificate is due: the library takes 20 MB.
 */
export async function makeCertificate(request: CertificateRequest): Promise<MadeCertificate> {
  const caKeys = await newKeys();
  const keys = await newKeys();
  const authority = await makeAuthority(caKeys, request);
  const leaf = await makeLeaf(keys, authority, caKeys.privateKey, request);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    caCertificate: `${authority.toString('pem')}\n`,
    certificate: `${leaf.toString('pem')}\n`,
    key: pemOf('PRIVATE KEY', pkcs8),
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function makeAuthority(
  keys: webcrypto.CryptoKeyPair,
  { notBefore, notAfter }: CertificateRequest,
): Promise<x509.X509Certificate> {
  const serialNumber = newSerialNumber();
  return x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    // Another one for each CA, since a bundle has the one before, too.
    name: `CN=driver-plugin webhook CA ${serialNumber.slice(0, 8)}`,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

async function makeLeaf(
  keys: webcrypto.CryptoKeyPair,
  authority: x509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  { dnsNames, notBefore, notAfter }: CertificateRequest,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: 'CN=driver-plugin webhook',
    issuer: authority.subject,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns', value }) as const)),
      await x509.AuthorityKeyIdentifierExtension.create(authority, false),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** 16 bytes, positive. RFC 5280, 4.1.2.2. */
function newSerialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function pemOf(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
