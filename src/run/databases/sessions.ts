/** Sessions that wait to be used again, so that not every statement signs in anew. */
import { type DatabaseAddress, type DatabaseKind, type DatabaseLogin } from "../../destinations/database";
import { openerOf, type Session } from "./driver";

export interface Sessions {
  /** Throws what OpenSession throws. */
  take(): Promise<Session>;
  /** Gives it back; a broken one is closed. */
  giveBack(session: Session): Promise<void>;
  close(): Promise<void>;
}

export interface SessionsOptions {
  readonly driver: DatabaseKind["driver"];
  readonly address: DatabaseAddress;
  readonly login: () => Promise<DatabaseLogin>;
  readonly connectMs: number;
}

export function keepSessions({ driver, address, login, connectMs }: SessionsOptions): Sessions {
  const idle: Session[] = [];
  const all = new Set<Session>();
  return {
    async take() {
      for (let present = idle.pop(); present !== undefined; present = idle.pop()) {
        if (!present.broken) return present;
        all.delete(present);
        await present.close();
      }
      const open = await openerOf(driver);
      const session = await open({ address, login: await login(), connectMs });
      all.add(session);
      return session;
    },
    async giveBack(session) {
      if (!session.broken && all.has(session)) {
        idle.push(session);
        return;
      }
      all.delete(session);
      await session.close();
    },
    async close() {
      const open = [...all];
      all.clear();
      idle.length = 0;
      await Promise.all(open.map((session) => session.close()));
    },
  };
}
