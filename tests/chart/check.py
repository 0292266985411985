"""The chart, the alerts, the dashboards, the runbook: whether they hold together and fit the code.

Run by `tests/run chart`, which installs what this needs. Every fault is told, not only the first.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

import helm_python as helm
import yaml

HOUSE = pathlib.Path(__file__).resolve().parents[2]
HELM = HOUSE / "helm"
CHART = HELM / "tomoshibi"
OUT = HOUSE / "target" / "chart"
KUBERNETES = [f"1.{minor}" for minor in range(30, 38)]

faults: list[str] = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def run(*command, env=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=env)
    return done.returncode, done.stdout + done.stderr


def sources():
    """Rust that goes into the program."""
    for root in ("services", "on-call-rota", "proto"):
        for path in (HOUSE / root).rglob("*.rs"):
            if not {"tests", "benches", "node_modules", "target"} & set(path.parts):
                yield path, path.read_text()


# --- rendering ---------------------------------------------------------------------------------


def rendered():
    """Each values file of ci/ as Kubernetes would get it."""
    OUT.mkdir(parents=True, exist_ok=True)
    for file in sorted((CHART / "ci").glob("*.yaml")):
        values = yaml.safe_load(file.read_text()) or {}
        with helm.Chart.load(str(CHART)) as chart:
            chart.validate_schema(values)
            texts = chart.render(values, name="demo", namespace="prod")
        parts = [text for name, text in sorted(texts.items()) if text.strip() and not name.endswith("NOTES.txt")]
        out = OUT / f"{file.stem}.yaml"
        out.write_text("\n---\n".join(parts))
        yield file.stem, values, out, [document for document in yaml.safe_load_all(out.read_text()) if document]


REFUSED = {
    "a word that is no mode": {"mode": "microservices"},
    "a misspelt key": {"databse": {}},
    "services without a store": {"mode": "services", "secrets": {"existingSecret": "a"}, "rota": {"file": "x"}},
    "services without keys": {"mode": "services", "database": {"existingSecret": "a"}, "rota": {"file": "x"}},
    "services without a rota": {"mode": "services", "database": {"existingSecret": "a"}, "secrets": {"existingSecret": "a"}},
    "a password in the settings": {"config": '[mail]\npassword = "hunter2"'},
    "telephony that scales by load": {"services": {"telephony": {"autoscaling": {"enabled": True}}}},
    "SIP over TLS without a certificate": {"sip": {"tlsPort": 5061}},
    "a page over http": {"publicUrl": "http://line.example.jp"},
    "an ingress without TLS": {"ingress": {"enabled": True, "host": "line.example.jp"}, "publicUrl": "https://a"},
    "a store that the policies cut off": {"database": {"existingSecret": "a"}},
}


def check_lint():
    for error in helm.lint(str(CHART))["errors"]:
        fault("helm lint", error)
    for what, values in REFUSED.items():
        try:
            with helm.Chart.load(str(CHART)) as chart:
                chart.validate_schema(values)
                chart.render(values, name="demo", namespace="prod")
        except Exception:
            continue
        fault("values.schema.json", f"takes {what}")


def check_kubernetes(files):
    tool = pathlib.Path(sys.executable).parent / "kubernetes-validate"
    for version in KUBERNETES:
        code, said = run(tool, "-k", version, "--strict", *files)
        for line in said.splitlines():
            if line.startswith("ERROR"):
                fault(f"Kubernetes {version}", line)
            elif "Couldn't find schema" in line and "monitoring.coreos.com" not in line:
                fault(f"Kubernetes {version}", line)
        if code:
            fault(f"Kubernetes {version}", said.strip()[-2000:])


# --- policy ------------------------------------------------------------------------------------


def pods(documents):
    for document in documents:
        if document["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield document, document["spec"]["template"]["spec"]


def check_pods(name, documents):
    for document, pod in pods(documents):
        where = f"{name}: {document['kind']} {document['metadata']['name']}"
        security = pod.get("securityContext", {})
        must = {
            "runs as root": security.get("runAsNonRoot") and security.get("runAsUser", 0) >= 10000,
            "has no seccomp profile": security.get("seccompProfile", {}).get("type") == "RuntimeDefault",
            "mounts a token of the cluster": pod.get("automountServiceAccountToken") is False,
            "lets service links into the environment": pod.get("enableServiceLinks") is False,
        }
        for what, holds in must.items():
            if not holds:
                fault(where, what)
        for container in pod.get("initContainers", []) + pod["containers"]:
            check_container(f"{where} {container['name']}", container)
        if document["kind"] != "Job":
            check_serving(where, document, pod)


def check_container(where, container):
    security, resources = container.get("securityContext", {}), container.get("resources", {})
    must = {
        "may write its root": security.get("readOnlyRootFilesystem"),
        "may gain privileges": security.get("allowPrivilegeEscalation") is False,
        "keeps capabilities": security.get("capabilities", {}).get("drop") == ["ALL"],
        "has no memory limit": resources.get("limits", {}).get("memory"),
        "asks for no CPU": resources.get("requests", {}).get("cpu"),
        "has an image without a version": "@sha256:" in container["image"]
        or re.search(r":[^:/]+$", container["image"]) and not container["image"].endswith(":latest"),
    }
    for what, holds in must.items():
        if not holds:
            fault(where, what)
    for variable in container.get("env", []):
        if re.search(r"PASSWORD|SECRET|TOKEN$", variable["name"]) and "value" in variable:
            fault(where, f"{variable['name']} is written and not referred to")


def check_serving(where, document, pod):
    container = pod["containers"][0]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        if probe not in container:
            fault(where, f"has no {probe}")
    if not pod.get("affinity", {}).get("podAntiAffinity") or not pod.get("topologySpreadConstraints"):
        fault(where, "may end up on one node")
    limit = {v["name"]: v.get("value") for v in container.get("env", [])}.get("TOMOSHIBI_DRAIN__LIMIT", "0s")
    drains = document["kind"] == "StatefulSet"
    if drains and pod["terminationGracePeriodSeconds"] < int(limit.rstrip("s")) + 5:
        fault(where, "is killed before it has drained")


def check_policy(name, values, documents):
    kinds = [document["kind"] for document in documents]
    if "Secret" in kinds:
        fault(name, "renders a Secret: secrets are there already, by name")
    check_pods(name, documents)
    budgets = [d["spec"]["selector"]["matchLabels"] for d in documents if d["kind"] == "PodDisruptionBudget"]
    for document, _ in pods(documents):
        if document["kind"] == "Job":
            continue
        labels = document["spec"]["selector"]["matchLabels"]
        if document["spec"].get("replicas", 2) > 1 and labels not in budgets:
            fault(name, f"{document['metadata']['name']} has no PodDisruptionBudget")
    for scaler in (d for d in documents if d["kind"] == "HorizontalPodAutoscaler"):
        if "telephony" in scaler["spec"]["scaleTargetRef"]["name"]:
            fault(name, "telephony scales by load: taking a replica away drops its calls")
    if (values.get("networkPolicy") or {}).get("enabled", True):
        nothing = [d for d in documents if d["kind"] == "NetworkPolicy" and not d["spec"].keys() & {"ingress", "egress"}]
        if not any(set(d["spec"]["policyTypes"]) == {"Ingress", "Egress"} for d in nothing):
            fault(name, "has no policy that denies by default")


def check_names_of_services():
    text = (HOUSE / "services/tomoshibi/src/cli.rs").read_text()
    listed = re.search(r"pub enum Service \{(.*?)\n\}", text, re.S).group(1)
    code = {re.sub(r"(?<!^)([A-Z])", r"-\1", word).lower() for word in re.findall(r"^\s+(\w+),", listed, re.M)}
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    chart = set(values["services"])
    if code != chart:
        fault("values.yaml", f"services are {sorted(chart)}, those of `tomoshibi serve` {sorted(code)}")


def check_settings(name, documents, text):
    """Each variable is a setting, and each pod's settings are taken by the program itself where it is built."""
    defaults = tomllib.loads((HOUSE / "services/tomoshibi/default.toml").read_text())
    known = {"CONFIG"} | {key.upper() for key in defaults if not isinstance(defaults[key], dict)}
    known |= {f"{table.upper()}__{key.upper()}" for table, keys in defaults.items() if isinstance(keys, dict) for key in keys}
    for document, pod in pods(documents):
        for variable in pod["containers"][0].get("env", []):
            key = variable["name"]
            if key.startswith("TOMOSHIBI_") and key.removeprefix("TOMOSHIBI_") not in known:
                fault(name, f"{document['metadata']['name']}: {key} is no setting of default.toml")


# --- alerts, dashboards, runbook ------------------------------------------------------------------

METRIC = re.compile(r"\btomoshibi_[a-z0-9_]+")
SUFFIX = re.compile(r"_(sum|count|bucket)$")


def metrics_of_the_code():
    """Name → whether it is a distribution, which has _sum and _count."""
    found = {}
    for _, text in sources():
        for kind, name in re.findall(r'(counter|gauge|histogram)!\(\s*"(tomoshibi_[a-z0-9_]+)"', text):
            found[name] = kind == "histogram"
    return found


def alarms_of_the_code():
    """Words by which the line raises alarms, and the files in which no word could be found."""
    words, silent = {}, []
    for path, text in sources():
        text = text.split("#[cfg(test)]")[0]
        here = set(re.findall(r'Alarm \{\s*kind: "(\w+)"', text))
        here |= set(re.findall(r'at_window\("(\w+)"', text)) | set(re.findall(r'\balarm\("(\w+)"\)', text))
        here |= set(re.findall(r'\.raise\([\w.&]+, "(\w+)"\)', text))
        for name in re.findall(r"Alarm \{\s*kind: ([A-Z_]+)", text):
            here |= set(re.findall(rf'const {name}: &str = "(\w+)"', text))
        for body in re.findall(r"fn alarm_kind\(.*?\n\}", text, re.S):
            here |= set(re.findall(r'=> "(\w+)"', body))
        words.update({word: path for word in here})
        if re.search(r"shell::alarms::(\{[^}]*)?Alarm\b", text) and re.search(r"\bAlarm \{\s*kind", text) and not here:
            silent.append(path)
    return words, silent


def rules():
    for file in sorted((HELM / "alerts").glob("*.yaml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                yield file.name, rule


def queries():
    """Every expression that Prometheus is asked, and where it stands."""
    for file, rule in rules():
        yield f"{file}: {rule.get('alert') or rule['record']}", rule["expr"]
    for file in sorted((HELM / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{file.name}: {panel['title']}", target["expr"]


def check_metrics():
    known = metrics_of_the_code()
    recorded = {rule["record"] for _, rule in rules() if "record" in rule}
    for where, query in queries():
        for name in METRIC.findall(query):
            plain = SUFFIX.sub("", name)
            if name not in known and not known.get(plain):
                fault(where, f"{name} is no metric of the code")
            elif known.get(name):
                fault(where, f"{name} is a distribution: take {name}_sum or {name}_count")
        for name in re.findall(r"\btomoshibi:[a-z0-9_:]+", query):
            if name not in recorded:
                fault(where, f"{name} is recorded nowhere")
    workers = {name for _, text in sources() for name in re.findall(r'fn name\(&self\)[^{]*\{\s*"(\w+)"', text)}
    for where, query in queries():
        for words in re.findall(r'worker[!=]~?"([\w|]+)"', query):
            for word in set(words.split("|")) - workers:
                fault(where, f"{word} is no worker of the code")


def check_alarms():
    alarms, silent = alarms_of_the_code()
    for path in silent:
        fault(path.relative_to(HOUSE), "raises an alarm whose word this check cannot find")
    text = "".join(rule["expr"] for _, rule in rules() if "alert" in rule)
    asked = {word for words in re.findall(r'kind=~?"([\w|.*]+)"', text) for word in words.split("|")}
    for word, path in sorted(alarms.items()):
        if word not in asked:
            fault(path.relative_to(HOUSE), f"the alarm {word} has no alert in helm/alerts")
    for word in sorted(asked - alarms.keys()):
        fault("helm/alerts", f"nothing in the code raises {word}")


def check_runbook():
    runbook = (HELM / "RUNBOOK.md").read_text()
    headings = re.findall(r"^## (\w+)$", runbook, re.M)
    alerts = {rule["alert"]: rule for _, rule in rules() if "alert" in rule}
    for name, rule in alerts.items():
        if name not in headings:
            fault("RUNBOOK.md", f"has no heading for {name}")
        if rule["annotations"].get("runbook") != f"RUNBOOK.md#{name.lower()}":
            fault(name, "does not lead to its heading")
        if rule["labels"].get("severity") not in ("page", "ticket"):
            fault(name, "says neither page nor ticket")
    for name in headings:
        if name not in alerts:
            fault("RUNBOOK.md", f"{name} is no alert")
    for name, body in re.findall(r"^## (\w+)$(.*?)(?=^## |\Z)", runbook, re.M | re.S):
        for word in ("**Callers**", "**Look**", "**Repair**", "**Wake**"):
            if word not in body:
                fault("RUNBOOK.md", f"{name} has no {word}")
    for word in alarms_of_the_code()[0]:
        if f"`{word}`" not in runbook:
            fault("RUNBOOK.md", f"nowhere names the alarm {word}")


def check_alert_tests():
    tests = "".join(file.read_text() for file in (HELM / "alerts/tests").glob("*.yaml"))
    for _, rule in rules():
        if "alert" in rule and f'alertname="{rule["alert"]}"' not in tests:
            fault("helm/alerts/tests", f"no test sees {rule['alert']} fire")
    files = sorted((HELM / "alerts").glob("*.yaml"))
    code, said = run("promtool", "check", "rules", *files)
    if code:
        fault("promtool", said)
    os.chdir(HELM / "alerts/tests")
    code, said = run("promtool", "test", "rules", *sorted(pathlib.Path().glob("*.yaml")))
    if code:
        fault("promtool", said)
    os.chdir(HOUSE)


def check_dashboard_queries():
    """promtool reads every query of the dashboards, as it would a rule."""
    asked = [query for where, query in queries() if ".json" in where]
    records = [{"record": f"q:{n}".replace(":", "_"), "expr": query.replace("$namespace", "x")} for n, query in enumerate(asked)]
    file = OUT / "dashboards.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": records}]}))
    code, said = run("promtool", "check", "rules", file)
    if code:
        fault("dashboards", said)


# --- what stands in front, and what is shipped -----------------------------------------------------


def check_kamailio():
    lists = OUT / "front"
    lists.mkdir(parents=True, exist_ok=True)
    (lists / "dispatcher.list").write_text("1 sip:127.0.0.2:5060 0 0\n2 sip:127.0.0.3:5060 0 0\n")
    (lists / "address.list").write_text("1 127.0.0.0 8 0 carrier\n")
    config = HELM / "kamailio/kamailio.cfg"
    env = os.environ | {
        "FRONT_UDP": "udp:127.0.0.1:15060",
        "FRONT_TCP": "tcp:127.0.0.1:15060 advertise 203.0.113.5:5060",
        "FRONT_FALLBACK": "sip:+81300000000@127.0.0.4:5060",
        "FRONT_LISTS": str(lists),
    }
    code, said = run("kamailio", "-c", "-f", config, env=env)
    if code or "ERROR" in said or "WARNING" in said:
        fault("kamailio.cfg", said)
    if re.search(r'"[^"\n]*(password|secret)', config.read_text(), re.I):
        fault("kamailio.cfg", "holds what looks like a secret")


def check_dockerfile():
    code, said = run(pathlib.Path(sys.executable).parent / "hadolint", HOUSE / "Dockerfile")
    if code:
        fault("Dockerfile", said)


def main():
    check_lint()
    check_names_of_services()
    files = []
    for name, values, file, documents in rendered():
        files.append(file)
        check_policy(name, values, documents)
        check_settings(name, documents, file.read_text())
    check_kubernetes(files)
    check_metrics()
    check_alarms()
    check_runbook()
    check_alert_tests()
    check_dashboard_queries()
    check_kamailio()
    check_dockerfile()
    for one in faults:
        print(one)
    checked = f"{len(files)} sets of values, {sum(1 for _ in queries())} queries, {len(KUBERNETES)} versions of Kubernetes"
    print(f"{checked}: {len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
