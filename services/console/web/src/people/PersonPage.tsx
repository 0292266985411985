export function PersonPage({ personId }: { personId: string }) {
  return <div className="page">{personId}</div>;
}
