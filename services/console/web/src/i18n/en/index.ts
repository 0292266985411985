import type { Words } from "..";
import { app } from "./app";
import { common, trouble } from "./common";
import { desk } from "./desk";
import { people } from "./people";
import { record } from "./record";
import { session } from "./session";

export const en: Words = { common, trouble, app, session, desk, record, people };
