import type { Words } from "..";
import { app } from "./app";
import { common, trouble } from "./common";
import { session } from "./session";

export const en: Words = { common, trouble, app, session };
