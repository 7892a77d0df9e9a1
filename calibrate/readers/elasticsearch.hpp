#pragma once

#include "calibrate/readers/json.hpp"

namespace rehearse {

/// What Elasticsearch and OpenSearch put around a stored document: a hit of a search, or a line of
/// an export, has it as `_source`; a line that updates it, as `doc`. Anything else is itself.
JsonValue stored_document(const JsonValue& value);

/// A line of a bulk file that says what to do with the next one, or with a document that is not
/// there: `{"index":{...}}`, create, update, delete.
bool is_bulk_action(const JsonValue& value);

}  // namespace rehearse
