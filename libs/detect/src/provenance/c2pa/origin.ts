import { z } from 'zod';
import { readSourceType } from '../declared-formats.ts';
import type { Claimed } from '../declared-formats.ts';
import { must } from './broken.ts';
import { decodeCbor } from './cbor.ts';
import { cborText } from './manifest.ts';
import type { Assertion } from './manifest.ts';

/** What a manifest says of the making of its text. */
export interface Origin {
  /** Undefined where no source type is named, or none that tells the two apart. */
  readonly claims: Claimed | undefined;
  /** The last word of the source type that decided, at most 64 characters. */
  readonly sourceType: string;
  /** True if the signer says that a human created the text and that nothing else went into it. */
  readonly attests: boolean;
}

const actionSchema = z.object({ action: z.string(), digitalSourceType: cborText.optional() });
const actionsSchema = z.object({ actions: z.array(actionSchema).min(1).max(1000) });
const ingredientSchema = z.object({ digitalSourceType: cborText.optional() });

const actionsLabel = /^c2pa\.actions(?:\.v2)?$/;
const ingredientLabel = /^c2pa\.ingredient(?:\.v[23])?$/;
const disclosureLabel = 'c2pa.ai-disclosure';

interface Statement {
  readonly claims: Claimed;
  readonly sourceType: string;
}

/**
 * Reads the IPTC source types of all actions and ingredients; one that names a model outweighs every
 * other. An AI disclosure without a source type says that a model took part. Attested is only what the
 * signer itself calls created by a human, from no ingredient. Throws CredentialBroken for malformed actions.
 */
export function originOf(assertions: readonly Assertion[]): Origin {
  const statements: Statement[] = [];
  for (const { label, cbor } of assertions) {
    if (label === disclosureLabel) statements.push({ claims: 'altered', sourceType: disclosureLabel });
    if (actionsLabel.test(label)) {
      for (const action of readActions(cbor)) statements.push(...statementOf(action.digitalSourceType));
    }
    if (ingredientLabel.test(label) && cbor !== undefined) {
      const ingredient = ingredientSchema.safeParse(decodeCbor(cbor, 'assertion.cbor.invalid'));
      must(ingredient.success, 'assertion.ingredient.malformed');
      statements.push(...statementOf(ingredient.data.digitalSourceType));
    }
  }
  const decisive = (['synthetic', 'altered', 'human'] as const)
    .map((claims) => statements.find((statement) => statement.claims === claims))
    .find((statement) => statement !== undefined);
  if (decisive === undefined) return { claims: undefined, sourceType: '', attests: false };
  return { ...decisive, attests: decisive.claims === 'human' && isCreation(assertions) };
}

function readActions(cbor: Uint8Array | undefined): z.infer<typeof actionsSchema>['actions'] {
  must(cbor !== undefined, 'assertion.action.malformed');
  const parsed = actionsSchema.safeParse(decodeCbor(cbor, 'assertion.cbor.invalid'));
  must(parsed.success, 'assertion.action.malformed');
  return parsed.data.actions;
}

function statementOf(sourceType: string | undefined): readonly Statement[] {
  const claims = sourceType === undefined ? undefined : readSourceType(sourceType);
  if (sourceType === undefined || claims === undefined) return [];
  return [{ claims, sourceType: sourceType.replace(/^.*\//, '').slice(0, 64) }];
}

/** The first action of the signer's own first list creates the text with a human source type, and there is no ingredient. */
function isCreation(assertions: readonly Assertion[]): boolean {
  const own = assertions.find(({ label, created }) => created && actionsLabel.test(label));
  const first = own === undefined ? undefined : readActions(own.cbor)[0];
  return (
    first?.action === 'c2pa.created' &&
    statementOf(first.digitalSourceType)[0]?.claims === 'human' &&
    !assertions.some(({ label }) => ingredientLabel.test(label))
  );
}
