// A ward for working on the page without the service: `npm run dev`. Every state a tile can show is on it.
// GET /mock/freeze stops all messages, /mock/stick stops only the server's clock, /mock/run goes on.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";
import { type WebSocket, WebSocketServer } from "ws";
import type { Alarm } from "../src/wire.gen.ts";
import { MockWard, RATE_HZ } from "./ward.ts";

type Next = () => void;

export function mockWard(): Plugin {
  return { name: "mock-ward", configureServer: attach, configurePreviewServer: attach };
}

function attach(server: ViteDevServer | PreviewServer): void {
  const ward = new MockWard(Date.now());
  const sockets = new WebSocketServer({ noServer: true });
  let frozen = false;
  let stuckAt: number | null = null;
  let signedIn: string | null = process.env["MOCK_SIGNED_OUT"] ? null : "nurse-a";
  const now = (): number => stuckAt ?? Date.now();
  const iso = (): string => new Date(now()).toISOString();

  sockets.on("connection", (socket: WebSocket) => {
    let seq = 1000;
    const send = (message: Record<string, unknown>): void => {
      if (!frozen) socket.send(JSON.stringify({ ...message, seq: seq++ }));
    };
    ward.tick(now());
    const { beds, alarms, site } = ward.picture();
    send({ type: "snapshot", server_time: iso(), beds, alarms, site, inactivations: [] });
    let told = new Map(alarms.map((alarm) => [alarm.alarm_id, JSON.stringify(alarm)]));
    let wanted: string[] = [];
    let waveAt = now();
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; pleth?: string[] };
      if (message.type === "subscribe") wanted = message.pleth ?? [];
    });
    const each = [
      setInterval(() => {
        ward.tick(now());
        const picture = ward.picture();
        const changed = picture.alarms.filter((alarm: Alarm) => told.get(alarm.alarm_id) !== JSON.stringify(alarm));
        told = new Map(picture.alarms.map((alarm) => [alarm.alarm_id, JSON.stringify(alarm)]));
        send({ type: "update", server_time: iso(), beds: picture.beds, alarms: changed, inactivations: [] });
        const until = now();
        for (const bed of wanted) {
          const samples = ward.pleth(bed, waveAt, until);
          if (samples !== null) send({ type: "pleth", bed, t: new Date(waveAt).toISOString(), rate_hz: RATE_HZ, samples });
        }
        waveAt += (Math.floor(((until - waveAt) / 1000) * RATE_HZ) / RATE_HZ) * 1000;
      }, 1000),
      setInterval(() => send({ type: "heartbeat", server_time: iso() }), 2000),
    ];
    socket.on("close", () => each.forEach(clearInterval));
  });

  server.httpServer?.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url !== "/api/v1/stream") return;
    if (signedIn === null) socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (open) => sockets.emit("connection", open, request));
  });

  server.middlewares.use((request: IncomingMessage, response: ServerResponse, next: Next) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json" });
      response.end(JSON.stringify(body));
    };
    const refuse = (status: number, detail: string): void => answer(status, { type: "about:blank", title: "Refused", status, detail });
    if (url.pathname.startsWith("/mock/")) {
      frozen = url.pathname === "/mock/freeze";
      stuckAt = url.pathname === "/mock/stick" ? Date.now() : null;
      return answer(200, { frozen, stuckAt });
    }
    if (!url.pathname.startsWith("/api/v1/")) return next();
    const path = url.pathname.slice("/api/v1".length);
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
      if (path === "/sign-in") {
        if (body["password"] !== "ward") return refuse(401, "Name or password is wrong.");
        signedIn = String(body["name"]);
        return answer(200, { name: signedIn });
      }
      if (path === "/sign-out") {
        signedIn = null;
        for (const socket of sockets.clients) socket.close(1008, "signed out");
        return answer(200, {});
      }
      if (signedIn === null) return refuse(401, "Nobody is signed in.");
      if (path === "/me") return answer(200, { name: signedIn, role: "nurse", locked: false, acknowledges: ["high", "medium", "low"] });
      const acknowledged = /^\/alarms\/([^/]+)\/acknowledge$/.exec(path);
      if (acknowledged !== null) {
        const refusal = ward.acknowledge(acknowledged[1] ?? "", signedIn, now());
        return refusal === null ? answer(200, {}) : refuse(409, refusal);
      }
      if (path.endsWith("/entries")) return answer(200, { entries: [] });
      if (path.endsWith("/rules")) return answer(200, { rules: [] });
      const trend = /^\/beds\/([^/]+)\/trend$/.exec(path);
      if (trend !== null) {
        return answer(200, { points: ward.trend(trend[1] ?? "", url.searchParams.get("metric") ?? "", now()) });
      }
      if (path.endsWith("/commands") && body["command"] === "start_infusion" && body["override_by"] === undefined) {
        return refuse(409, "There is no baseline for SBP and DBP: take a cuff reading, or start with a name and a reason.");
      }
      if (path.endsWith("/commands") && body["command"] === "discharge" && body["override_by"] === undefined) {
        return refuse(409, "A high-priority alarm is active on this bed: acknowledge it first.");
      }
      return answer(200, {});
    });
  });
}
