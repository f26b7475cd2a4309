// RPC reaches only the methods on an object's prototype, so that is where each call gets its method.
import { DurableObject } from "cloudflare:workers";
import type { Answering, CallNames } from "../model/rpc.ts";

/** Cloudflare's class, typed as the base of an object that answers calls: `handOn`, in a static block, adds the methods. */
export function answeringObject<Env, Calls>(): new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & Calls {
  return DurableObject as new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & Calls;
}

/** Gives the prototype of a Durable Object a method for each call, which passes it on to whatever answers for the object. */
export function handOn<Calls extends object, Self extends Calls>(
  prototype: Self,
  names: CallNames<Calls>,
  answererOf: (self: Self) => Answering<Calls>,
): void {
  for (const name of Object.keys(names) as (keyof Calls)[]) {
    Object.defineProperty(prototype, name, {
      value(this: Self, ...args: unknown[]): unknown {
        const answerer = answererOf(this);
        return Reflect.apply(answerer[name] as (...args: unknown[]) => unknown, answerer, args);
      },
      configurable: true,
      writable: true,
    });
  }
}

/** The calls of an object. The types that RPC wraps around their answers are more than the compiler can resolve. */
export function callsOf<Calls>(
  namespace: { readonly getByName: (name: string) => unknown } | undefined,
  name: string,
): Calls {
  // One that wrangler.toml does not bind fails when it is called.
  return namespace?.getByName(name) as Calls;
}
