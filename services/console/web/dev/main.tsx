// The page over a line that is only pretended, to look at it. Not part of the product.
import { createRoot } from "react-dom/client";
import { App } from "../src/app/App";
import { clientsOver } from "../src/net/clients";
import "../src/styles/index.css";
import { Line } from "./line";
import { pretendedTransport } from "./transport";

const line = new Line(new URLSearchParams(window.location.search));
Object.assign(window, { line });
const root = document.getElementById("root");
if (root) createRoot(root).render(<App clients={clientsOver(pretendedTransport(line))} />);
