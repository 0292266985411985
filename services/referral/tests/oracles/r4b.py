"""Prints, for each Bundle of the file, what PyPI fhir.resources (R4B) has against it."""

import json
import sys

from fhir.resources.R4B.bundle import Bundle

verdicts = []
for bundle in json.load(open(sys.argv[1], encoding="utf-8")):
    try:
        Bundle.model_validate(bundle)
        verdicts.append([])
    except Exception as fault:  # pydantic's own, of whatever kind
        verdicts.append([str(fault)[:500]])
print(json.dumps(verdicts))
