#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace rehearse {

/// How a file holds messages of protobuf: one alone (or several, which then are one), each behind
/// its length as a varint, or each behind its length in four bytes, the highest first, as the file
/// exporter of the OpenTelemetry Collector writes them; or as a field of an answer that has others,
/// too, as Tempo answers to /api/v2/traces (TraceByIDResponse in its tempo.proto).
enum class ProtobufFraming { alone, behind_varint, behind_four_bytes, in_answer };

/// As much of a file as tells how it is framed.
constexpr std::size_t bytes_that_tell_framing = std::size_t{1} << 16;

/// How the file that begins so holds OTLP's traces; nothing when it does not. Every field and
/// length until the first span or the first value of an attribute must be as OTLP has them. Either
/// has a byte 18 before it, which no text holds: a table is never taken for OTLP.
std::optional<ProtobufFraming> otlp_framing_of(std::string_view beginning);

}  // namespace rehearse
