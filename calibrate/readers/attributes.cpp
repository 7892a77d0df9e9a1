#include "calibrate/readers/attributes.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/peer_place.hpp"

namespace rehearse {
namespace {

/// The place of `key` in a list of names for one thing, best first; -1 when it is not there.
template <std::size_t N>
int rank_of(std::string_view key, const std::array<std::string_view, N>& names) {
  const auto found = std::find(names.begin(), names.end(), key);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

constexpr std::array<std::string_view, 2> service_keys{"service.name", "serviceName"};
constexpr std::array<std::string_view, 1> namespace_keys{"service.namespace"};
constexpr std::array<std::string_view, 7> instance_keys{"service.instance.id",
                                                        "k8s.pod.name",
                                                        "container.id",
                                                        "client-uuid",
                                                        "host.name",
                                                        "hostname",
                                                        "ip"};
constexpr std::array<std::string_view, 2> version_keys{"service.version", "version"};
constexpr std::array<std::string_view, 3> zone_keys{"cloud.availability_zone", "deployment.zone",
                                                    "topology.kubernetes.io/zone"};
constexpr std::array<std::string_view, 2> host_keys{"k8s.node.name", "host.id"};
/// Addresses are no names for a peer: a service with ten instances would become ten services.
constexpr std::array<std::string_view, 9> peer_keys{
    "peer.service",   "db.system.name", "db.system",     "messaging.system",          "db.type",
    "server.address", "net.peer.name",  "peer.hostname", "messaging.destination.name"};

/// What `SpanAttributeReader::see` asks for by name.
constexpr std::array<std::string_view, 9> span_keys{"span.kind",
                                                    "error",
                                                    "otel.status_code",
                                                    "http.status_code",
                                                    "http.response.status_code",
                                                    "http.route",
                                                    "sampler.type",
                                                    "sampler.param",
                                                    "w3c.tracestate"};

/// How many spans one stands for, as Honeycomb's libraries note it.
constexpr std::array<std::string_view, 2> one_of_keys{"SampleRate", "sampleRate"};
/// How many percent were kept, as Azure Monitor's libraries note it.
constexpr std::array<std::string_view, 2> percent_keys{"microsoft.sample_rate", "_MS.sampleRate"};

constexpr std::size_t longest_part_of_place = 100;
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<std::string_view, 3> database_kind_keys{"db.system.name", "db.system",
                                                             "db.type"};
constexpr std::array<std::string_view, 3> peer_host_keys{"server.address", "net.peer.name",
                                                         "peer.hostname"};

/// Where a database is whose host has no name. Kept of databases only: of who calls a server it
/// would be a name for each connection.
constexpr std::array<std::string_view, 6> address_keys{"server.address", "network.peer.address",
                                                       "net.peer.ip",    "net.sock.peer.addr",
                                                       "net.peer.name",  "peer.ipv4"};
constexpr std::array<std::string_view, 5> port_keys{
    "server.port", "network.peer.port", "net.peer.port", "net.sock.peer.port", "peer.port"};
constexpr std::array<std::string_view, 3> database_keys{"db.namespace", "db.name", "db.instance"};
constexpr std::array<std::string_view, 2> grpc_status_keys{"rpc.grpc.status_code",
                                                           "grpc.status_code"};
constexpr std::array<std::string_view, 1> remote_service_keys{"rpc.service"};

/// Numbers of either internet protocol, with or without a port, and the long hexadecimal names of
/// containers. Letters alone are a name: "db", "ad", "feed".
bool is_address(std::string_view text) {
  constexpr std::size_t container_name = 12;
  constexpr std::string_view digits = "0123456789";
  if (text.find_first_not_of("0123456789abcdefABCDEF.:[]") != std::string_view::npos) return false;
  if (text.find(':') != std::string_view::npos) return true;
  if (text.find_first_not_of("0123456789.") == std::string_view::npos) return true;
  return text.size() >= container_name && text.find_first_of(digits) != std::string_view::npos;
}

/// A set of some dozen words: most words that are not in it are told by length and two letters.
class WordSet {
 public:
  template <std::size_t... N>
  constexpr explicit WordSet(const std::array<std::string_view, N>&... lists) {
    (add(lists), ...);
  }

  constexpr bool contains(std::string_view word) const {
    for (std::size_t place = place_of(word); !words_[place].empty(); place = after(place)) {
      if (words_[place] == word) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t places = 256;

  static constexpr std::size_t place_of(std::string_view word) {
    if (word.empty()) return 0;
    const auto first = static_cast<unsigned char>(word.front());
    const auto last = static_cast<unsigned char>(word.back());
    return (word.size() * 29 + first * 7u + last) % places;
  }
  static constexpr std::size_t after(std::size_t place) { return (place + 1) % places; }

  template <std::size_t N>
  constexpr void add(const std::array<std::string_view, N>& list) {
    static_assert(N < places / 8);
    for (const std::string_view word : list) {
      if (contains(word)) continue;
      std::size_t place = place_of(word);
      while (!words_[place].empty()) place = after(place);
      words_[place] = word;
    }
  }

  std::array<std::string_view, places> words_;
};

}  // namespace

void AskedNames::see(std::string_view key, const AttributeValue& value) {
  if (!set_.name_by.is_asked()) return;
  std::string storage;
  const auto offer = [&](const std::vector<std::string>& asked, RankedName& slot, auto name_of) {
    const auto found = std::find(asked.begin(), asked.end(), key);
    const int rank = static_cast<int>(found - asked.begin());
    if (found == asked.end() || rank >= slot.rank) return;
    const std::string_view text = value.as_text(storage);
    if (!text.empty()) slot = {set_.names.intern(name_of(text)), rank};
  };
  offer(set_.name_by.service, service_,
        [](std::string_view text) { return service_name_of(text); });
  offer(set_.name_by.operation, operation_,
        [](std::string_view text) { return operation_name_of(text); });
}

void name_as_asked(SpanSet& set, Span& span, const AskedNames& of_span,
                   const ResourceReader* resource) {
  if (!set.name_by.is_asked()) return;
  const auto name = [&](NameId& named, NameId own, NameId of_resource, std::uint64_t& without) {
    const NameId asked = own != 0 ? own : of_resource;
    if (asked != 0) named = asked;
    if (asked == 0) ++without;
  };
  if (!set.name_by.service.empty()) {
    name(span.service, of_span.service(), resource ? resource->asked().service() : 0,
         set.counts.without_asked_service);
  }
  if (!set.name_by.operation.empty()) {
    name(span.operation, of_span.operation(), resource ? resource->asked().operation() : 0,
         set.counts.without_asked_operation);
  }
}

void ResourceReader::offer(RankedName& slot, int rank, const AttributeValue& value) {
  if (rank < 0 || rank >= slot.rank) return;
  std::string storage;
  const std::string_view text = value.as_text(storage);
  if (text.empty()) return;
  slot = {set_.names.intern(service_name_of(text)), rank};
}

void ResourceReader::see(std::string_view key, const AttributeValue& value) {
  asked_.see(key, value);
  offer(service_, rank_of(key, service_keys), value);
  offer(namespace_, rank_of(key, namespace_keys), value);
  offer(instance_, rank_of(key, instance_keys), value);
  offer(version_, rank_of(key, version_keys), value);
  offer(zone_, rank_of(key, zone_keys), value);
  offer(host_, rank_of(key, host_keys), value);
}

void ResourceReader::apply(Span& span) const {
  if (span.service == 0) span.service = service_.name;
  if (namespace_.name != 0) name_in_namespace(set_, span, namespace_.name);
  if (span.instance == 0) span.instance = instance_.name;
  if (span.version == 0) span.version = version_.name;
  if (span.zone == 0) span.zone = zone_.name;
  if (span.host == 0) span.host = host_.name;
}

bool SpanAttributeReader::looks_at(std::string_view key) const {
  static constexpr WordSet keys(span_keys, one_of_keys, percent_keys, peer_keys, peer_host_keys,
                                address_keys, port_keys, database_keys, remote_service_keys,
                                grpc_status_keys);
  return keys.contains(key) || (set_.name_by.is_asked() && set_.name_by.mentions(key));
}

/// By the semantic conventions: a caller failed with whatever is not "ok"; for who was called, a
/// request that was not found, or not allowed, is answered.
bool SpanAttributeReader::failed_by_grpc() const {
  constexpr std::array<std::string_view, 12> failures_of_servers{"2",
                                                                 "4",
                                                                 "12",
                                                                 "13",
                                                                 "14",
                                                                 "15",
                                                                 "UNKNOWN",
                                                                 "DEADLINE_EXCEEDED",
                                                                 "UNIMPLEMENTED",
                                                                 "INTERNAL",
                                                                 "UNAVAILABLE",
                                                                 "DATA_LOSS"};
  if (grpc_status_.text.empty()) return false;
  if (calls_out(span_.kind)) return grpc_status_.text != "0" && grpc_status_.text != "OK";
  return rank_of(grpc_status_.text, failures_of_servers) >= 0;
}

void SpanAttributeReader::see(std::string_view key, const AttributeValue& value) {
  if (!looks_at(key)) return;
  asked_.see(key, value);
  if (key == "span.kind") {
    std::string storage;
    span_.kind = span_kind_of(value.as_text(storage));
  } else if (key == "error") {
    span_.error = span_.error || value.boolean().value_or(false);
  } else if (key == "otel.status_code") {
    span_.error = span_.error || value.text() == "ERROR";
  } else if (key == "http.status_code" || key == "http.response.status_code") {
    span_.error = span_.error || value.integer().value_or(0) >= 500;
  } else if (key == "http.route") {
    route_ = value.as_text();
  } else if (key == "sampler.type") {
    sampled_by_probability_ = value.text() == "probabilistic";
  } else if (key == "sampler.param") {
    sampling_probability_ = value.number().value_or(0);
  } else if (key == "w3c.tracestate") {
    if (const auto count = adjusted_count_of(value.as_text())) count_by_state_ = count;
  } else if (rank_of(key, one_of_keys) >= 0) {
    const double one_of = value.number().value_or(no_number);
    count_by_rate_ = one_of == 0 ? 1 : one_of;  // Honeycomb takes zero for "not sampled", too
  } else if (rank_of(key, percent_keys) >= 0) {
    count_by_rate_ = 100 / value.number().value_or(no_number);
  } else {
    see_peer(key, value);
  }
}

void SpanAttributeReader::see_peer(std::string_view key, const AttributeValue& value) {
  note(database_, rank_of(key, database_keys), value);
  note(port_, rank_of(key, port_keys), value);
  note(grpc_status_, rank_of(key, grpc_status_keys), value);
  note(remote_service_, rank_of(key, remote_service_keys), value);
  const int rank = rank_of(key, peer_keys);
  const int host_rank = rank_of(key, peer_host_keys);
  const int address_rank = rank_of(key, address_keys);
  const bool better_peer = rank >= 0 && rank < peer_rank_;
  const bool better_host = host_rank >= 0 && host_rank < host_rank_;
  if (!better_peer && !better_host && address_rank < 0) return;
  std::string storage;
  const std::string_view text = value.as_text(storage);
  if (text.empty() || text == "localhost") return;
  if (is_address(text)) return note(address_, address_rank, value);
  if (!better_peer && !better_host) return;
  const NameId name = set_.names.intern_made(
      NameUse::service, text, {},
      [](std::string_view host, std::string_view) { return service_name_of(host); });
  if (better_peer) {
    peer_rank_ = rank;
    span_.peer = name;
  }
  if (better_host) {
    host_rank_ = host_rank;
    host_ = name;
  }
}

void SpanAttributeReader::note(RankedText& slot, int rank, const AttributeValue& value) {
  if (rank < 0 || rank >= slot.rank) return;
  std::string storage;
  const std::string_view text = value.as_text(storage);
  if (!text.empty()) slot = {std::string(text.substr(0, longest_part_of_place)), rank};
}

/// What the peer's name does not tell.
void SpanAttributeReader::place_peer() {
  const bool kind_of_database =
      peer_rank_ < std::ssize(peer_keys) &&
      rank_of(peer_keys[static_cast<std::size_t>(peer_rank_)], database_kind_keys) >= 0;
  if (kind_of_database) {
    span_.peer_host =
        host_ != 0 || address_.text.empty()
            ? host_
            : set_.names.intern(place_text({address_.text, port_.text, database_.text}));
  } else if (span_.peer == 0 && !remote_service_.text.empty()) {
    span_.peer_host = set_.names.intern(service_name_of(remote_service_.text));
  }
}

void SpanAttributeReader::name_operation(std::string_view recorded) {
  place_peer();
  span_.error = span_.error || failed_by_grpc();
  span_.operation = set_.names.intern_made(NameUse::operation, recorded, route_, operation_name_of);
}

std::optional<double> SpanAttributeReader::adjusted_count() const {
  if (count_by_state_) return count_by_state_;
  if (count_by_rate_) return count_by_rate_;
  if (!sampled_by_probability_) return std::nullopt;
  return 1 / sampling_probability_;
}

SpanKind span_kind_of(std::uint64_t number) {
  switch (number) {
    case 1:
      return SpanKind::internal;
    case 2:
      return SpanKind::server;
    case 3:
      return SpanKind::client;
    case 4:
      return SpanKind::producer;
    case 5:
      return SpanKind::consumer;
    default:
      return SpanKind::unknown;
  }
}

SpanKind span_kind_of(std::string_view text) {
  constexpr std::string_view prefix = "SPAN_KIND_";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  std::string word(text);
  for (char& letter : word) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  if (word == "internal" || word == "1") return SpanKind::internal;
  if (word == "server" || word == "2") return SpanKind::server;
  if (word == "client" || word == "3") return SpanKind::client;
  if (word == "producer" || word == "4") return SpanKind::producer;
  if (word == "consumer" || word == "5") return SpanKind::consumer;
  return SpanKind::unknown;
}

}  // namespace rehearse
