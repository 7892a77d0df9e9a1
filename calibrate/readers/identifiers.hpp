#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "calibrate/readers/span.hpp"

namespace rehearse {

/// The number of a span id: hexadecimal of up to 16 digits, base64 of 8 bytes, or else a hash of
/// the text. 0 for an empty text and for an id of zeros, which mean "none"; `unreadable_id` where
/// the text holds the mark of what could not be read.
std::uint64_t span_id_of(std::string_view text);

/// Likewise for trace ids: up to 32 hexadecimal digits, base64 of 16 bytes, or a hash. Zeros for
/// none, and where the text holds the mark of what could not be read.
TraceId trace_id_of(std::string_view text);

/// Likewise where ids stand as bytes, the highest first. `unreadable_id`, and a trace of zeros, for
/// what is longer than such an id.
std::uint64_t span_id_of_bytes(std::string_view bytes);
TraceId trace_id_of_bytes(std::string_view bytes);

/// A service or instance name fit for a model: control characters and what is no UTF-8 become '?',
/// a slash becomes '_' (it separates service from operation), and what is longer than 200 bytes is
/// cut and marked with a hash of the whole.
std::string service_name_of(std::string_view text);

/// The first 80 bytes of a text that stood in a file, and whole characters, to be shown in a
/// message.
std::string excerpt_of(std::string_view text);

/// Likewise for operations, which may hold slashes. Segments of a path that are numbers, UUIDs or
/// long hexadecimal texts become "{id}", so that /carts/450 and /carts/451 are one endpoint. The
/// query behind a path is left out: "GET /offers?visitor=7" is "GET /offers". `route`, the template
/// that a framework matched (/users/{name}), takes the place of the end of the path that it fits.
std::string operation_name_of(std::string_view text, std::string_view route = {});

/// The number of requests that a sampled one stands for, by the W3C `tracestate` of OpenTelemetry's
/// consistent probability sampling: ot=th:<threshold> or the older ot=p:<exponent>. Nothing when it
/// says nothing; NaN when that is no number, infinity for a threshold that no trace passes.
std::optional<double> adjusted_count_of(std::string_view tracestate);

}  // namespace rehearse
