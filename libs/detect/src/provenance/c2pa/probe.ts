import type { Evidence } from '@ballast/document';
import { weights } from '../../weights.ts';
import { compareCapture, cutoffMsOf } from '../capture.ts';
import { nothing } from '../probe.ts';
import type { Finding, ProvenanceProbe, Subject } from '../probe.ts';
import { mustBind } from './binding.ts';
import { CredentialBroken } from './broken.ts';
import { inMetadata, inText } from './carriers.ts';
import type { Carried } from './carriers.ts';
import { followPath } from './certificates.ts';
import type { PathOutcome } from './certificates.ts';
import { verifySignature } from './cose.ts';
import { readManifest } from './manifest.ts';
import { originOf } from './origin.ts';
import type { Origin } from './origin.ts';
import type { TrustList } from './trust-list.ts';

/**
 * Content credentials (C2PA) of a text: a manifest store in the text or detached in its metadata. A
 * credential that holds, by a signer on the pinned list, settles the origin it names; by any other
 * signer it is worth an unsigned claim; one that does not hold is shown with the reason and weighs
 * nothing; the absence of one says nothing.
 *
 * Certificates must be in force at the capture date of an ingest that is trusted for captures, else at
 * the date of the trust list; never "now", so that equal documents have equal findings. Without a list
 * nobody is trusted and no date is looked at.
 */
export function credentialProbe(trustList?: TrustList): ProvenanceProbe {
  return {
    id: 'credential/1',
    ...(trustList === undefined ? {} : { configuration: trustList.hash }),
    examine(subject) {
      const findings = [inText, inMetadata].map((read) => findingOf(read, subject, trustList));
      const evidence = findings.flatMap((finding) => finding.evidence);
      if (evidence.length === 0) return nothing;
      const settles = findings.flatMap((finding) => finding.settles ?? []);
      const strongest = (['credential_synthetic', 'declared_synthetic'] as const).find((origin) =>
        settles.includes(origin),
      );
      if (strongest !== undefined) return { evidence, settles: strongest };
      // A human text whose other credential is broken or says something else is not attested.
      const isAttested = findings.every((finding) => finding === nothing || finding.settles !== undefined);
      return isAttested ? { evidence, settles: 'attested_by_credential' } : { evidence };
    },
  };
}

type Carrier = (document: Subject['document']) => Carried | 'remote' | undefined;

function findingOf(read: Carrier, subject: Subject, trustList: TrustList | undefined): Finding {
  try {
    const carried = read(subject.document);
    if (carried === undefined) return nothing;
    if (carried === 'remote') return { evidence: [entry('credential_not_fetched', 0)] };
    return judge(verify(carried, subject, trustList));
  } catch (error) {
    // Whatever else is thrown was thrown by a parser over bytes that anyone may have written.
    const reason = error instanceof CredentialBroken ? error.message : 'general.error: unreadable';
    return { evidence: [entry('credential_broken', 0, reason)] };
  }
}

interface Verified {
  readonly signer: string;
  readonly path: PathOutcome;
  readonly origin: Origin;
}

/** Cheap checks first: the text is normalised and hashed only for a claim whose signature holds. */
function verify({ store, wrapper }: Carried, subject: Subject, trustList: TrustList | undefined): Verified {
  const manifest = readManifest(store);
  const chain = verifySignature(manifest.signatureBytes, manifest.claimBytes);
  const path: PathOutcome =
    trustList === undefined
      ? { trusted: false, why: 'no trust list' }
      : followPath(chain, trustList.anchors, referenceMs(subject, trustList));
  const origin = originOf(manifest.assertions);
  mustBind(manifest, subject.document.text, wrapper);
  return { signer: chain[0].subject, path, origin };
}

function referenceMs({ document: { captured }, trust }: Subject, { asOfMs }: TrustList): number {
  if (captured === undefined || !trust.has('captured')) return asOfMs;
  // Any cutoff will do: asked is only whether it is a date that an archive could have written.
  if (compareCapture(captured, asOfMs) === 'implausible') return asOfMs;
  return cutoffMsOf(captured) ?? asOfMs;
}

function judge({ signer, path, origin }: Verified): Finding {
  const { claims, sourceType, attests } = origin;
  const said = sourceType === '' ? 'no source type' : sourceType;
  const detail = `${said}, signed by ${signer}${path.trusted ? '' : `: ${path.why}`}`;
  if (claims === undefined) return { evidence: [entry('credential_without_origin', 0, detail)] };
  if (claims === 'altered') {
    return { evidence: [{ ...entry('credential_altered', weights.claimedAltered, detail), block: 'claim' }] };
  }
  if (claims === 'synthetic') {
    return path.trusted
      ? {
          evidence: [entry('credential_synthetic', weights.credentialSynthetic, detail)],
          settles: 'credential_synthetic',
        }
      : {
          evidence: [
            { ...entry('credential_untrusted_synthetic', weights.claimedSynthetic, detail), block: 'claim' },
          ],
          settles: 'declared_synthetic',
        };
  }
  if (!path.trusted) {
    return {
      evidence: [{ ...entry('credential_untrusted_human', weights.claimedHuman, detail), block: 'claim' }],
    };
  }
  return attests
    ? {
        evidence: [entry('credential_human', weights.credentialHuman, detail)],
        settles: 'attested_by_credential',
      }
    : { evidence: [entry('credential_human_in_part', 0, detail)] };
}

function entry(name: string, weight: number, detail?: string): Evidence {
  return { name, block: 'credential', weight, ...(detail === undefined ? {} : { detail }) };
}
