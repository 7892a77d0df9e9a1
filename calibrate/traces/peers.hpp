#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "calibrate/readers/span.hpp"

namespace rehearse {

/// What was found of the databases of one kind that only their callers tell of.
struct DatabaseHosts {
  std::string kind;
  std::size_t hosts = 0;
  bool told_apart = true;  // false: more hosts than databases there may be, all are one peer
};

/// Gives databases of one kind on several hosts names of their own, so that a fault can hit one of
/// them: the host's, or kind@host where that is the name of something else, too. With one host, the
/// kind stays the name, and so it does beyond 16 hosts of a kind: these are the members of
/// clusters. Hosts of which only addresses are known (and a port) are told apart up to four for one
/// database name; of more, which are instances, each name is one peer. Expects normalised spans and
/// leaves them so.
std::vector<DatabaseHosts> name_databases(SpanSet& set);

}  // namespace rehearse
