// How the keys of an action are written: one vocabulary of forms. Structs, JSON Schema, the OpenAPI document and the
// requests of HighLevel's calls are made from tables in this vocabulary.
import type { Json } from "../kit/json.ts";
import type { Action } from "./rule.ts";

/** The named forms, each with the type of its value. */
interface TypeOfForm {
  /** A text that is not empty; it may hold templates. */
  readonly text: string;
  /** A text that may be empty; it may hold templates. */
  readonly "any-text": string;
  /** A destination; its path and query may hold templates. */
  readonly url: string;
  readonly duration: string;
  /** At least one text, none of them empty; they may hold templates. */
  readonly texts: readonly string[];
  /** Texts by the names of headers; they may hold templates and secrets. */
  readonly headers: { readonly [name: string]: string };
  /** A number, or a template that yields one. */
  readonly number: number | string;
  /** Texts by names that the author knows, such as the keys of custom fields; they may hold templates. */
  readonly "named-texts": { readonly [name: string]: string };
  /** Anything; texts in it may hold templates. */
  readonly json: Json;
  readonly boolean: boolean;
}
export type FormName = keyof TypeOfForm;

/** What a key holds: a named form, one of some words, a template that yields one of some words, or an object of texts. */
export type ActionForm =
  | FormName
  | readonly string[]
  | {
      readonly words: readonly string[];
      /** A template may produce the word; absent: it is written out, since something depends on it. */
      readonly template?: true;
    }
  | { readonly texts: readonly string[] };

/** A key of an action. */
export interface ActionField {
  readonly form: ActionForm;
  readonly required?: true;
}

/** The keys of an action besides `type`, `after`, `cancelOn` and `restart`. */
export interface Shape {
  readonly fields: { readonly [name: string]: ActionField };
  /** At least one of these has to be present. */
  readonly oneOf?: readonly string[];
}

/** One shape for each word that a key of the action may hold. */
export interface Shapes {
  readonly by: string;
  readonly shapes: { readonly [word: string]: Shape };
}

/** The names of an action's own keys. */
export type ActionFieldName<A extends Action> = Exclude<keyof A, "type" | "after" | "cancelOn" | "restart"> & string;

/** The table of an action's own keys: it does not compile if its shape differs from the action's interface. */
export type FieldsOf<A extends Action> = {
  readonly [Name in ActionFieldName<A>]-?: {
    readonly form: FormOf<Exclude<A[Name], undefined>>;
  } & (undefined extends A[Name] ? { readonly required?: never } : { readonly required: true });
};

type FormOf<Value> =
  | { [Name in FormName]: IsSame<TypeOfForm[Name], Value> extends true ? Name : never }[FormName]
  | (string extends Value ? { readonly words: readonly string[]; readonly template?: true } : never)
  | (string extends Value ? never : [Value] extends [string] ? readonly Value[] : never);
type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
