#include "calibrate/readers/otlp_span.hpp"

#include "calibrate/readers/identifiers.hpp"

namespace rehearse {

void OtlpSpanReader::keep(const OtlpSpanFields& fields, const ResourceReader& resource) {
  span_.trace = fields.trace;
  span_.id = fields.id;
  span_.parent = fields.parent;
  span_.start = fields.start;
  span_.end = fields.end;
  if (fields.kind) span_.kind = *fields.kind;
  attributes_.name_operation(fields.name);
  const auto by_state = adjusted_count_of(fields.trace_state);
  if (const auto count = by_state ? by_state : attributes_.adjusted_count()) {
    take_adjusted_count(set_, span_, *count);
  }
  span_.error = span_.error || fields.failed;
  resource.apply(span_);
  name_as_asked(set_, span_, attributes_.asked(), &resource);
  keep_span(set_, span_);
}

}  // namespace rehearse
