import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { clientsOver } from "./net/clients";
import { productTransport } from "./net/transport";
import "./styles/index.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App clients={clientsOver(productTransport())} />
    </StrictMode>,
  );
}
