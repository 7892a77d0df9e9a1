#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calibrate/readers/attribute_value.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// A name, and how much better than others it is: less is better.
struct RankedName {
  NameId name = 0;
  int rank = 100;
};

/// A text, likewise.
struct RankedText {
  std::string text;
  int rank = 100;
};

/// The names that `SpanSet::name_by` asks for, as they are met among attributes.
class AskedNames {
 public:
  explicit AskedNames(SpanSet& set) : set_(set) {}

  void see(std::string_view key, const AttributeValue& value);
  NameId service() const { return service_.name; }
  NameId operation() const { return operation_.name; }

 private:
  SpanSet& set_;
  RankedName service_, operation_;
};

/// What is said of the process that recorded a span. Each attribute is known by several names; the
/// most telling one that is there wins, whatever their order in the file.
class ResourceReader {
 public:
  explicit ResourceReader(SpanSet& set) : set_(set), asked_(set) {}

  void see(std::string_view key, const AttributeValue& value);
  /// Copies what was seen into the fields of `span` that it has not set itself. The service is one
  /// of its namespace, see `name_in_namespace`.
  void apply(Span& span) const;
  const AskedNames& asked() const { return asked_; }

 private:
  void offer(RankedName& slot, int rank, const AttributeValue& value);

  SpanSet& set_;
  RankedName service_, namespace_, instance_, version_, zone_, host_;
  AskedNames asked_;
};

/// What is said of one span: whether it failed, what kind it is, whom it called, how it was
/// sampled.
class SpanAttributeReader {
 public:
  SpanAttributeReader(SpanSet& set, Span& span) : set_(set), span_(span), asked_(set) {}

  /// Whether attributes of that name say anything: most do not, and need not be looked for.
  bool looks_at(std::string_view key) const;

  void see(std::string_view key, const AttributeValue& value);
  /// Names the operation, by the recorded name and the route that was seen, if any; where the peer
  /// is; and whether it failed by the code of gRPC. Expects the kind of the span. To be called
  /// after the last attribute.
  void name_operation(std::string_view recorded);
  /// How many requests the span stands for by what was seen, sensible or not; nothing when no
  /// attribute tells. Of what is known the first counts: the W3C `tracestate` as an attribute (so
  /// Jaeger has it), the rate that Honeycomb or Azure Monitor note, the probability of Jaeger's
  /// sampler.
  std::optional<double> adjusted_count() const;
  const AskedNames& asked() const { return asked_; }

 private:
  void see_peer(std::string_view key, const AttributeValue& value);
  static void note(RankedText& slot, int rank, const AttributeValue& value);
  void place_peer();
  bool failed_by_grpc() const;

  SpanSet& set_;
  Span& span_;
  AskedNames asked_;
  int peer_rank_ = 100;
  std::optional<double> count_by_state_;
  std::optional<double> count_by_rate_;
  int host_rank_ = 100;
  NameId host_ = 0;
  RankedText address_, port_, database_, remote_service_, grpc_status_;
  std::string route_;
  double sampling_probability_ = 1;
  bool sampled_by_probability_ = false;
};

/// Names the span as was asked: by its own attributes, or else by those of its resource (null: it
/// has none); or counts that none of them is there. To be called last.
void name_as_asked(SpanSet& set, Span& span, const AskedNames& of_span,
                   const ResourceReader* resource);

/// server, client, ... in any case, with or without "SPAN_KIND_", or OTLP's numbers 1 ... 5.
SpanKind span_kind_of(std::string_view text);
/// By OTLP's numbers alone.
SpanKind span_kind_of(std::uint64_t number);

}  // namespace rehearse
