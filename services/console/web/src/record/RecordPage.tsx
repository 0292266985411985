export function RecordPage({ recordId }: { recordId: string }) {
  return <div className="page">{recordId}</div>;
}
