"""What the OpenAPI description says of fields that are text to the framework and more to us."""

from pydantic import BaseModel, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

PICTURE = WithJsonSchema({"type": "string", "format": "binary"})
"""A form's file that may be left out; a form has no null."""
SWITCH = WithJsonSchema(
    {
        "anyOf": [
            {"type": "boolean"},
            {
                "enum": [
                    "true",
                    "false",
                    "yes",
                    "no",
                    "on",
                    "off",
                    "y",
                    "n",
                    "t",
                    "f",
                    "1",
                    "0",
                    1,
                    0,
                ]
            },
        ]
    }
)
"""A form's yes or no: pages and programs spell them in these ways."""
BOX = {"pattern": "^$|^ *-?[0-9]+ *(, *-?[0-9]+ *){3}$"}


class JsonOf:
    """Marks a text as JSON of a model's form: ``contentSchema`` of JSON Schema 2020-12."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Gives the text's own schema with the model's beside it."""
        return {
            **handler(core_schema),
            "contentMediaType": "application/json",
            "contentSchema": handler(self._model.__pydantic_core_schema__),
        }
