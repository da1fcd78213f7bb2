import { pipelineSchema } from '@ballast/document';
import { z } from 'zod';

/** The part of JSON Schema that pipeline.yaml's schema uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly [keyword: string]: unknown;
}

const jsonSchemaSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    description: z.string().optional(),
    properties: z.record(z.string(), jsonSchemaSchema).optional(),
    items: jsonSchemaSchema.optional(),
    enum: z.array(z.unknown()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minLength: z.number().optional(),
  }),
) as z.ZodType<JsonSchema>;

/**
 * JSON Schema (draft 2020-12) of pipeline.yaml, made from the schema that parses it. Editors read it
 * through the comment `# yaml-language-server: $schema=…`.
 */
export function pipelineJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(pipelineSchema, { io: 'input' });
  return jsonSchemaSchema.parse({
    $schema,
    title: 'pipeline.yaml of Ballast',
    description: 'Data behaviour of a Ballast pipeline. Every key is optional.',
    ...schema,
  });
}

/** The schema of the value at a path, undefined below an unknown key. */
export function schemaAt(root: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  let schema: JsonSchema | undefined = root;
  for (const segment of path) {
    if (schema === undefined) return undefined;
    schema =
      typeof segment === 'number'
        ? schema.items
        : Object.entries(schema.properties ?? {}).find(([name]) => name === segment)?.[1];
  }
  return schema;
}
