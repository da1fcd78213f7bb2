import { configHash, loadPipeline, pipelineJsonSchema, redacted } from '@ballast/host';
import type { Command } from '../command.ts';

const args = {
  config: {
    type: 'positional',
    required: false,
    description: 'pipeline.yaml to check; default: every default',
  },
  schema: { type: 'boolean', description: 'Print the JSON Schema of pipeline.yaml instead' },
  json: { type: 'boolean', description: 'Print the parsed pipeline with every default as JSON' },
} as const;

/** `ballast validate`: checks pipeline.yaml; exit 78 with file, line, column and fix of every problem. */
export const validate: Command = {
  meta: {
    name: 'validate',
    description: 'Check pipeline.yaml: every problem with file, line, column and fix.',
  },
  args,
  run: (flags) => {
    if (flags.on('schema')) {
      process.stdout.write(`${JSON.stringify(pipelineJsonSchema(), undefined, 2)}\n`);
      return 0;
    }
    const [file] = flags.positionals;
    const pipeline = loadPipeline(file);
    if (flags.on('json'))
      process.stdout.write(
        `${JSON.stringify({ schemaVersion: 1, pipeline: redacted(pipeline), hash: configHash(pipeline) }, undefined, 2)}\n`,
      );
    else process.stderr.write(`${file ?? 'the defaults'}: valid, hash ${configHash(pipeline)}\n`);
    return 0;
  },
};
