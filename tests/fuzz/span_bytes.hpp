#pragma once

#include <cstdint>
#include <string_view>

#include "calibrate/readers/span.hpp"

namespace rehearse::test {

/// Spans such as no format has to hold them, from any bytes, so that a fuzzer reaches what learns
/// from spans without having to invent a document first: twelve bytes a span, ids and names out of
/// few, so that spans meet. Never more than one span for twelve bytes; those that readers would
/// leave out are left out here, too.
SpanSet spans_of_bytes(std::string_view bytes);

}  // namespace rehearse::test
