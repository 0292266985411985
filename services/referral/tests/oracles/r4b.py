"""Prints, for each resource of the file, what PyPI fhir.resources (R4B) has against it."""

import json
import sys

from fhir.resources.R4B import get_fhir_model_class

verdicts = []
for resource in json.load(open(sys.argv[1], encoding="utf-8")):
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        verdicts.append([])
    except Exception as fault:  # pydantic's own, of whatever kind
        verdicts.append([str(fault)[:500]])
print(json.dumps(verdicts))
