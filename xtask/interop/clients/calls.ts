// What the clients of TypeScript have in common: the outcome of each call, and the counts.
import { readFileSync } from "node:fs";

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export const baseUrl = setting("INCS_BASE_URL");
export const certificationCode = setting("INCS_CERTIFICATION_CODE");
export const to = "85251230088";
export const image = "https://media.example.com/a.png";

/** A message of a kind that INCS does not have. */
export const later = { type: "hologram", to, hologram: {} };

/** A reply in the members that every generator has. */
interface Frame {
  status: string;
  code: number | string;
  message?: string | null | undefined;
}

/** A client puts the body of another HTTP status under `error`. */
type Answer<T extends Frame> = { data?: T | undefined; error?: unknown };

/** Runs a client; a failure ends the process with its reason. */
export function run(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}

/** Counts the calls of a client and stops at the first that does not end as it should. */
export class Calls {
  private readonly driven = new Set<string>();
  private replies = 0;

  constructor(private readonly client: string) {}

  /** Returns the reply of a call that succeeded. */
  success<T extends Frame>(operation: string, answer: Answer<T>): Extract<T, { status: "success" }> | Only<T> {
    const reply = this.frame(answer);
    if (reply.status !== "success" || reply.code !== 200) this.fail(`${operation} was refused: ${JSON.stringify(reply)}`);
    this.driven.add(operation);
    return reply as Extract<T, { status: "success" }> | Only<T>;
  }

  /** Reads an error frame, whatever its HTTP status. */
  refusal<T extends Frame>(code: number, answer: Answer<T>): void {
    const { status, code: found, message } = this.frame(answer);
    if (status !== "error" || found !== code || !message) this.fail(`a refusal with ${found} in place of ${code}`);
  }

  /** The sandbox refuses what nobody documents; the reply is read like any other. */
  unknown<T extends Frame>(answer: Answer<T>): void {
    this.refusal(422, answer);
  }

  same(what: string, found: unknown, expected: unknown): void {
    if (JSON.stringify(found) !== JSON.stringify(expected)) this.fail(`${what}: ${JSON.stringify(found)}`);
  }

  pages(what: string, found: string[], expected: string[]): void {
    const missing = expected.filter((name) => !found.includes(name));
    if (missing.length > 0 || new Set(found).size !== found.length) this.fail(`${what}: ${found.join(", ")}`);
  }

  /** Fails unless every operation of the document was driven. */
  end(): void {
    const document = JSON.parse(readFileSync(setting("INCS_OPENAPI"), "utf8")) as { paths: Record<string, Record<string, { operationId: string }>> };
    const all = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
    this.same("operations", [...this.driven].sort(), all.sort());
    console.log(`${this.client}: ${this.driven.size} operations driven, ${this.replies} replies read`);
  }

  private frame<T extends Frame>({ data, error }: Answer<T>): Frame {
    const reply = (data ?? error) as Frame | undefined;
    if (typeof reply?.status !== "string") this.fail("a call without a frame");
    this.replies += 1;
    return reply;
  }

  private fail(why: string): never {
    throw new Error(`${this.client}: ${why}`);
  }
}

/** A reply that is the frame itself, whose `data` nobody documents. */
type Only<T> = [Extract<T, { status: "success" }>] extends [never] ? T : never;
