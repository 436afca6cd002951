"""The public data format: everything the catalogue says, in one JSON document that this or another site can read back.

`tables` names what is in it, field by field; `schema` describes it as a JSON Schema; `writing` and `reading` turn the
database into it and back. What awaits approval or was rejected is not in it, and no account's address or password.
"""
