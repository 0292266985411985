import { type ReactNode, useId } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField } from "react-aria-components";

interface Props {
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "password" | "search" | "date" | "number" | "datetime-local";
  hint?: ReactNode;
  error?: ReactNode;
  lines?: number;
  max?: number;
  required?: boolean;
  autoComplete?: string;
  inputMode?: "text" | "numeric" | "search";
  autoFocus?: boolean;
  id?: string;
  disabled?: boolean;
  onBlur?: () => void;
}

export function Field({ label, value, onChange, type = "text", hint, error, lines, max, required = false, autoComplete = "off", inputMode, autoFocus = false, id, disabled = false, onBlur }: Props) {
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      isRequired={required}
      isInvalid={error !== undefined}
      isDisabled={disabled}
      autoComplete={autoComplete}
      autoFocus={autoFocus}
      validationBehavior="aria"
      {...(max === undefined ? {} : { maxLength: max })}
      {...(id === undefined ? {} : { id })}
      {...(onBlur === undefined ? {} : { onBlur })}
      {...(lines === undefined ? { type: type as "text" } : {})}
      {...(inputMode === undefined ? {} : { inputMode })}
    >
      <Label>
        {label}
        {required && <Required />}
      </Label>
      {hint && <Text slot="description" className="hint">{hint}</Text>}
      {lines === undefined ? <Input /> : <TextArea rows={lines} />}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

export function Required() {
  return <span className="required" aria-hidden="true"> ＊</span>;
}

interface SelectProps {
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; label: string }[];
  empty?: string;
  hint?: ReactNode;
  error?: ReactNode;
  required?: boolean;
  disabled?: boolean;
}

/** The browser's own: best for keyboards, phones and screen readers. */
export function Select({ label, value, onChange, options, empty, hint, error, required = false, disabled = false }: SelectProps) {
  const id = useId();
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {required && <Required />}
      </label>
      {hint && <div className="hint" id={`${id}-hint`}>{hint}</div>}
      <select id={id} value={value} disabled={disabled} aria-required={required} onChange={(event) => onChange(event.target.value)} {...(told ? { "aria-describedby": told } : {})} {...(error ? { "aria-invalid": true } : {})}>
        {empty !== undefined && <option value="">{empty}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>{option.label}</option>
        ))}
      </select>
      {error && <span className="field-error" id={`${id}-error`}>{error}</span>}
    </div>
  );
}

interface CheckProps {
  children: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

export function Check({ children, checked, onChange, disabled = false }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}
