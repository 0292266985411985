export function RecordsPage() {
  return <div className="page" />;
}
