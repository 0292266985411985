import { app } from "./app";
import { common, trouble } from "./common";
import { session } from "./session";

export const ja = { common, trouble, app, session };
