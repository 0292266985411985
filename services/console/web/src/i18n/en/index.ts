import type { Words } from "..";
import { admin } from "./admin";
import { app } from "./app";
import { centre } from "./centre";
import { common, trouble } from "./common";
import { daily } from "./daily";
import { desk } from "./desk";
import { figures } from "./figures";
import { night } from "./night";
import { page } from "./page";
import { people } from "./people";
import { record } from "./record";
import { referral } from "./referral";
import { rota } from "./rota";
import { session } from "./session";
import { targets } from "./targets";

export const en: Words = { common, trouble, app, session, desk, record, people, night, page, rota, admin, referral, centre, daily, figures, targets };
