// The page over a line that is only pretended, to look at it. Not part of the product.
import { createRoot } from "react-dom/client";
import { App } from "../src/app/App";
import { clientsOver } from "../src/net/clients";
import "../src/styles/index.css";
import { Line } from "./line";
import { fillNight } from "./night";
import { pretendedTransport } from "./transport";

const how = new URLSearchParams(window.location.search);
const line = new Line(how);
if (how.has("night")) fillNight(line, how.get("night") === "calm");
Object.assign(window, { line });
const root = document.getElementById("root");
if (root) createRoot(root).render(<App clients={clientsOver(pretendedTransport(line, how))} />);
