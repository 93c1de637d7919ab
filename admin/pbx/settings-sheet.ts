/** Settings of one page of a PBX; those without a value are left out. */
export interface SettingsPage {
  /** Where it is found, in the PBX's own words. */
  readonly page: string;
  readonly settings: readonly (readonly [name: string, value: string | number | null | undefined])[];
}

/** Pages as aligned text, to fill in forms by. */
export function renderSheet(title: string, pages: readonly SettingsPage[], notes: readonly string[]): string {
  const parts = pages.map(renderPage).filter((part) => part !== '');
  const list = notes.map((note) => `* ${note}`).join('\n');
  return `${[title, ...parts, list].filter((part) => part !== '').join('\n\n')}\n`;
}

function renderPage({ page, settings }: SettingsPage): string {
  const set = settings.filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (set.length === 0) return '';
  const width = Math.max(...set.map(([name]) => name.length));
  return [page, ...set.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n');
}
