#include "calibrate/anonymise.hpp"

#include <set>
#include <vector>

#include <fmt/format.h>

namespace rehearse {
namespace {

/// Replaces the names that stand in `fields` of the spans.
class Replacer {
 public:
  Replacer(SpanSet& set, NameTable& names) : set_(set), names_(names) {}

  void replace(std::initializer_list<NameId Span::*> fields, std::string_view word) {
    std::set<NameId> used;
    for (const Span& span : set_.spans) {
      for (const auto field : fields) used.insert(span.*field);
    }
    used.erase(0);
    std::vector<NameId> replacement(set_.names.size(), 0);
    std::size_t number = 0;
    for (const NameId name : used) {
      replacement[name] = names_.intern(fmt::format("{}-{}", word, ++number));
    }
    for (Span& span : set_.spans) {
      for (const auto field : fields) span.*field = replacement[span.*field];
    }
  }

 private:
  SpanSet& set_;
  NameTable& names_;
};

}  // namespace

void anonymise(SpanSet& set) {
  NameTable names;
  Replacer replacer(set, names);
  replacer.replace({&Span::service, &Span::peer}, "service");
  replacer.replace({&Span::operation}, "operation");
  replacer.replace({&Span::instance}, "instance");
  replacer.replace({&Span::version}, "version");
  replacer.replace({&Span::zone}, "zone");
  replacer.replace({&Span::host}, "host");
  replacer.replace({&Span::peer_host}, "remote");
  set.names = std::move(names);
  normalise(set);
}

}  // namespace rehearse
