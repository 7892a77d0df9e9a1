#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/outcomes/status.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Which failed attempts are tried again, in Envoy's words. `gateway_error` covers 502, 503 and
/// 504, hence refusals, unreachable instances and per-try timeouts; `five_xx` covers every failure
/// of what was sent; `reset` a per-try timeout, an instance that died while it worked or, as in
/// Envoy, one that nobody reached; `connect_failure` an instance that is not there. Not Envoy's
/// word: `not_permitted`, for what a policy of the caller did not let be sent, and nothing else
/// covers.
struct RetryOn {
  bool five_xx = false;
  bool gateway_error = false;
  bool connect_failure = false;
  bool reset = false;
  bool not_permitted = false;
  bool operator==(const RetryOn&) const = default;
};

enum class Jitter { full, none };

/// Tries again after a failure. Back-off before retry n is uniform in [0, b) with full jitter, or b
/// itself without, where b = min(base_backoff * 2^(n-1), max_backoff): Envoy's code, not its
/// documentation, which says (2^n - 1).
struct RetrySpec {
  int max_attempts = 2;  // counts the first try
  std::optional<Duration> per_try_timeout;
  Duration base_backoff = Duration::milliseconds(25);
  std::optional<Duration> max_backoff;  // ten times base_backoff when absent
  Jitter jitter = Jitter::full;
  RetryOn retry_on{.gateway_error = true, .connect_failure = true, .reset = true};
  bool operator==(const RetrySpec&) const = default;
};

/// Envoy's comma-separated conditions.
struct RetryOnText {};
void read(Reader& reader, const Node& node, RetryOn& value, const RetryOnText& kind);
Node written(const RetryOn& value, const RetryOnText& kind);
SchemaNode schema(const RetryOn& value, const RetryOnText& kind);

inline constexpr Choice<Jitter> jitter_words{{Jitter::full, "full"}, {Jitter::none, "none"}};
template <class Visitor, SpecOf<RetrySpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"max_attempts", "Tries in all, the first included.", Need::shown}, spec.max_attempts,
              Whole{1, 1'000});
  visitor.key({"per_try_timeout", "Of one try; must be below the timeout of the whole call."},
              spec.per_try_timeout, positive_span);
  visitor.key({"base_backoff", "Back-off before the first retry; doubles each time."},
              spec.base_backoff, Extent{});
  visitor.key({"max_backoff", "Where doubling ends; ten times base_backoff when absent."},
              spec.max_backoff, Extent{});
  visitor.key({"jitter", "full: uniform between zero and the back-off. none: the back-off."},
              spec.jitter, jitter_words);
  visitor.key({"retry_on",
               "Which failures are tried again, in Envoy's words; not-permitted: what a policy of "
               "the caller did not let be sent."},
              spec.retry_on, RetryOnText{});
}

/// Whether a failed attempt is tried again, and after how long. Without a spec: never.
class Retry {
 public:
  Retry() = default;
  explicit Retry(const RetrySpec& spec);

  /// Of each attempt; Duration::longest(): none.
  Duration per_try_timeout() const { return per_try_timeout_; }

  /// Whether attempts that end so are tried again, however many there were.
  bool matches(Status status) const;
  /// Whether the last of so many attempts, which ended so, asks for another one.
  bool wants(Status status, std::uint32_t attempts) const;

  /// The time until the attempt that follows so many. Takes one draw of `luck` with full jitter,
  /// else none.
  template <class Luck>
  Duration backoff(std::uint32_t attempts, Luck luck) const {
    const Duration longest = longest_backoff(attempts);
    return jitter_ == Jitter::full ? scaled(longest, luck.uniform()) : longest;
  }

 private:
  Duration longest_backoff(std::uint32_t attempts) const;

  RetryOn on_;
  Jitter jitter_ = Jitter::full;
  std::uint32_t max_attempts_ = 1;
  Duration per_try_timeout_ = Duration::longest();
  Duration base_backoff_;
  Duration max_backoff_;
};

}  // namespace rehearse
