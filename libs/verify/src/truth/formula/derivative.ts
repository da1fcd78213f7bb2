import { mentions } from './expression.ts';
import type { Expression } from './expression.ts';

/**
 * The formula without its derivative signs: each `d/dx` is worked out by the rules of calculus.
 * `undefined` where a rule is missing, and for the derivative of something that does not name x (dy/dx).
 */
export function withoutDerivatives(expression: Expression): Expression | undefined {
  if (expression.kind !== 'operation') return expression;
  const of = expression.of.map(withoutDerivatives);
  if (!of.every((part) => part !== undefined)) return undefined;
  if (expression.name !== 'D') return { ...expression, of };
  const [body, variable, ...more] = of;
  if (body === undefined || variable?.kind !== 'name' || more.length > 0 || !mentions(body, variable.name))
    return undefined;
  return derivative(body, variable.name);
}

const operation = (name: string, ...of: readonly Expression[]): Expression => ({
  kind: 'operation',
  name,
  of,
});
const whole = (value: number): Expression => ({ kind: 'number', digits: String(value) });

function derivative(expression: Expression, x: string): Expression | undefined {
  if (!mentions(expression, x)) return whole(0);
  if (expression.kind !== 'operation') return whole(1);
  const { name, of } = expression;
  const [a, b, ...more] = of;
  const changes = of.map((part) => derivative(part, x));
  if (a === undefined || !changes.every((change) => change !== undefined)) return undefined;
  if (name === 'Add' || name === 'Subtract' || name === 'Negate') return operation(name, ...changes);
  if (name === 'Multiply') {
    return operation(
      'Add',
      ...changes.map((change, at) => operation('Multiply', change, ...of.filter((_, other) => other !== at))),
    );
  }
  const [da, db] = changes;
  if (da === undefined || more.length > 0) return undefined;
  if (b !== undefined && db !== undefined) return ofTwo(name, { a, b, da, db }, x);
  const outer = outerDerivative(name, a);
  return outer === undefined ? undefined : operation('Multiply', outer, da);
}

interface Two {
  readonly a: Expression;
  readonly b: Expression;
  readonly da: Expression;
  readonly db: Expression;
}

function ofTwo(name: string, { a, b, da, db }: Two, x: string): Expression | undefined {
  if (name === 'Divide') {
    const top = operation('Subtract', operation('Multiply', da, b), operation('Multiply', a, db));
    return operation('Divide', top, operation('Power', b, whole(2)));
  }
  if (name !== 'Power') return undefined;
  if (!mentions(b, x)) {
    return operation('Multiply', b, operation('Power', a, operation('Subtract', b, whole(1))), da);
  }
  const growth = operation(
    'Add',
    operation('Multiply', db, operation('Ln', a)),
    operation('Divide', operation('Multiply', b, da), a),
  );
  return operation(
    'Multiply',
    operation('Power', a, b),
    mentions(a, x) ? growth : operation('Multiply', db, operation('Ln', a)),
  );
}

function outerDerivative(name: string, a: Expression): Expression | undefined {
  const over = (below: Expression): Expression => operation('Divide', whole(1), below);
  if (name === 'Sin') return operation('Cos', a);
  if (name === 'Cos') return operation('Negate', operation('Sin', a));
  if (name === 'Tan') return over(operation('Power', operation('Cos', a), whole(2)));
  if (name === 'Exp') return operation('Exp', a);
  if (name === 'Ln') return over(a);
  if (name === 'Sqrt') return over(operation('Multiply', whole(2), operation('Sqrt', a)));
  if (name === 'Arctan') return over(operation('Add', whole(1), operation('Power', a, whole(2))));
  return undefined;
}
