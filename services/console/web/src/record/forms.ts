// The form as the server describes it, asked once for each version of the protocol.
import { type DescribeFormResponse, type FieldKind, type Question } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useClients } from "../net/clients";
import { learn } from "../net/refusals/labels";
import { ANSWER } from "./names";
import { useOperator } from "../session/SessionProvider";
import { useLoad } from "../ui/useLoad";

export class Form {
  readonly kinds: Map<string, FieldKind>;
  readonly questions: Map<string, Question>;
  private readonly lists: Map<string, DescribeFormResponse["lists"][number]["codes"]>;

  constructor(readonly described: DescribeFormResponse) {
    this.kinds = new Map(described.fields.map((kind) => [kind.name, kind]));
    this.lists = new Map(described.lists.map((list) => [list.list, list.codes]));
    this.questions = new Map(described.protocol?.sections.flatMap(({ questions }) => questions).map((question) => [question.questionId, question]));
  }

  codes(list: string) {
    return this.lists.get(list) ?? [];
  }

  /** A field's or a question's own words. */
  label(name: string) {
    return name.startsWith("q:") ? this.questions.get(name.slice(2))?.label : this.kinds.get(name)?.label;
  }

  code(list: string, code: string) {
    return this.codes(list).find((one) => one.code === code)?.label;
  }
}

/** Refusals name fields as the form does. */
function named(answer: DescribeFormResponse): Form {
  const form = new Form(answer);
  for (const { name, label } of answer.fields) learn(name, label?.ja);
  for (const [id, { label }] of form.questions) learn(`${ANSWER}${id}`, label?.ja);
  return form;
}

const known = new Map<string, Promise<Form>>();

export function useForm(protocolVersion: string | undefined) {
  const { triage } = useClients();
  const operator = useOperator();
  const key = protocolVersion === undefined ? undefined : `${operator.operatorId} ${protocolVersion}`;
  return useLoad(key, async () => {
    const place = key ?? "";
    const asked = known.get(place) ?? triage.describeForm({ ...operator, protocolVersion: protocolVersion ?? "" }).then(named);
    known.set(place, asked);
    asked.catch(() => known.delete(place));
    return asked;
  });
}
