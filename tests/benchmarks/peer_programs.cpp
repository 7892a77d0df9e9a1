#include "tests/benchmarks/peer_programs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "tests/benchmarks/child.hpp"

namespace rehearse::bench {
namespace {

namespace fs = std::filesystem;

struct Recipe {
  const char* name;
  const char* package;
  const char* header;
  const char* program;
  const char* library;
  double part;
};

constexpr Recipe recipes[] = {
    {"ns-3", "libns3-dev", "ns3/core-module.h", "ns3", "-lns3-core", 1},
    {"SystemC", "libsystemc-dev", "systemc", "systemc", "-lsystemc", 1},
    {"SimGrid", "libsimgrid-dev", "simgrid/s4u.hpp", "simgrid", "-lsimgrid", 0.1},
};

fs::path sources() {
  return fs::path(REHEARSE_SOURCE_DIR) / "tests/benchmarks/peers";
}

bool is_current(const fs::path& program) {
  if (!fs::exists(program)) return false;
  const fs::file_time_type built = fs::last_write_time(program);
  return std::all_of(fs::directory_iterator(sources()), fs::directory_iterator(),
                     [&](const auto& source) { return source.last_write_time() < built; });
}

/// SystemC links only with the standard of C++ that its library was built with; that is 17.
void build(const Recipe& recipe, const fs::path& program) {
  if (is_current(program)) return;
  fs::create_directories(program.parent_path());
  const char* const compiler = std::getenv("CXX");
  const fs::path source = (sources() / recipe.program).concat(".cpp");
  output_of({compiler == nullptr ? "c++" : compiler, "-std=c++17", "-O3", "-DNDEBUG",
             std::string("-I") + REHEARSE_SOURCE_DIR, source, "-o", program, recipe.library});
}

void leave_out(const std::string& name, const std::string& package, const std::string& why) {
  fmt::print(stderr, "{}: left out, {} (Debian package {})\n", name, why, package);
}

void add_simpy(std::vector<Peer>& peers) {
  const std::string python = "/usr/bin/python3";
  try {
    output_of({python, "-c", "import importlib.util as u; exit(u.find_spec('simpy') is None)"});
    peers.push_back({"SimPy", "simpy", {python, sources() / "simpy_peer.py"}, 0.1});
  } catch (const std::runtime_error&) {
    leave_out("SimPy", "python3-simpy3", "not installed");
  }
}

}  // namespace

std::vector<Peer> installed_peers() {
  std::vector<Peer> peers;
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path() / "peers";
  for (const Recipe& recipe : recipes) {
    if (!fs::exists(fs::path("/usr/include") / recipe.header)) {
      leave_out(recipe.name, recipe.package, "not installed");
      continue;
    }
    try {
      build(recipe, folder / recipe.program);
      peers.push_back({recipe.name,
                       recipe.program,
                       {"env", "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1", folder / recipe.program},
                       recipe.part});
    } catch (const std::runtime_error&) {
      leave_out(recipe.name, recipe.package, "does not build");
    }
  }
  add_simpy(peers);
  return peers;
}

PeerResult result_of(const Peer& peer, const std::vector<std::string>& task) {
  std::vector<std::string> words = peer.command;
  words.insert(words.end(), task.begin(), task.end());
  std::istringstream text(output_of(words));
  std::string rate;
  std::string mean;
  std::string error;
  if (!(text >> rate >> mean >> error)) throw std::runtime_error(peer.name + " reports nothing");
  return {std::strtod(rate.c_str(), nullptr), std::strtod(mean.c_str(), nullptr),
          std::strtod(error.c_str(), nullptr)};
}

}  // namespace rehearse::bench
