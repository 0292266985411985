export interface SavedFile {
  file: Uint8Array;
  name: string;
  contentType: string;
}

/** Hands a file to the browser, which keeps it where it keeps downloads. */
export function saved({ file, name, contentType }: SavedFile): void {
  const address = URL.createObjectURL(new Blob([file as BlobPart], { type: contentType }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export function sizeOf(bytes: number, language: string): string {
  const kilobytes = bytes / 1024;
  const shown = kilobytes < 1 ? { value: bytes, unit: "B" } : { value: kilobytes, unit: "KB" };
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(shown.value)} ${shown.unit}`;
}
