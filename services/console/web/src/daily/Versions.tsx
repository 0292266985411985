import { useState } from "react";
import type { Day } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useLanguage, useWords } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Check, Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { changesOf } from "./changes";
import { ChangesTable } from "./ChangesTable";
import { Hash } from "./DayHead";
import { addressOf } from "./days";
import type { Told } from "./figures";
import { StateTag } from "./StateTag";

/** All sealed versions, and what two of them say differently. */
export function Versions({ day, versions }: { day: Day; versions: Day[] }) {
  const words = useWords();
  return (
    <Panel title={words.daily.versions}>
      <VersionList versions={versions} shown={day.version} />
      {versions.length < 2 ? <p className="dim">{words.daily.oneVersion}</p> : <Compared day={day} versions={versions} />}
    </Panel>
  );
}

function VersionList({ versions, shown }: { versions: Day[]; shown: number }) {
  const words = useWords();
  const { language } = useLanguage();
  return (
    <table className="table">
      <caption className="hidden-text">{words.daily.versions}</caption>
      <thead>
        <tr>
          <th scope="col">{words.daily.version}</th>
          <th scope="col">{words.daily.sealedAt}</th>
          <th scope="col">{words.daily.state}</th>
          <th scope="col">{words.daily.hash}</th>
        </tr>
      </thead>
      <tbody>
        {versions.map((one) => (
          <tr key={one.version}>
            <th scope="row"><a href={addressOf(one.windowId, one.serviceDate, one.version)} aria-current={one.version === shown ? "true" : undefined}>{words.daily.versionOf(one.version)}</a></th>
            <td data-label={words.daily.sealedAt} className="clock">{dayTime(millis(one.sealedAt) ?? 0, language)}</td>
            <td data-label={words.daily.state}><StateTag state={one.state} /></td>
            <td data-label={words.daily.hash}><Hash hash={one.hash} of={words.daily.versionOf(one.version)} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Compared({ day: { windowId, serviceDate }, versions }: { day: Day; versions: Day[] }) {
  const words = useWords();
  const { dailyLog } = useClients();
  const operator = useOperator();
  const numbers = versions.map(({ version }) => version);
  const [older, setOlder] = useState(numbers.at(-2) ?? 0);
  const [newer, setNewer] = useState(numbers.at(-1) ?? 0);
  const [all, setAll] = useState(false);
  const read = async (version: number, signal: AbortSignal): Promise<Told[]> => (await dailyLog.getDay({ ...operator, windowId, serviceDate, version }, { signal })).rows;
  const both = useLoad(`${windowId} ${serviceDate} ${older} ${newer}`, (signal) => Promise.all([read(older, signal), read(newer, signal)]));
  const options = numbers.map((version) => ({ value: String(version), label: words.daily.versionOf(version) }));
  const [before, after] = both.value ?? [];
  const changes = before && after ? changesOf(before, after) : [];
  return (
    <>
      <div className="row-end">
        <Select label={words.daily.older} value={String(older)} onChange={(next) => setOlder(Number(next))} options={options} />
        <Select label={words.daily.newer} value={String(newer)} onChange={(next) => setNewer(Number(next))} options={options} />
        <Check checked={all} onChange={setAll}>{words.daily.showUnchanged}</Check>
      </div>
      <TroubleNotice trouble={both.trouble} />
      {both.busy && !both.value && <p role="status">{words.common.loading}</p>}
      {before && after && <p role="status"><strong>{changes.length === 0 ? words.daily.sameVersions : words.daily.changed(changes.length)}</strong></p>}
      {before && after && (all || changes.length > 0) && <ChangesTable changes={changes} before={before} after={after} all={all} older={older} newer={newer} />}
    </>
  );
}
