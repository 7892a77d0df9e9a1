#pragma once

#include <string>
#include <vector>

namespace rehearse::bench {

/// A simulator that Debian packages, and our program for it.
struct Peer {
  std::string name;
  std::string label;  // in the names of rows
  std::vector<std::string> command;
  double part = 1;  // of the work that fast ones get
};

/// What a peer reports of one run.
struct PeerResult {
  double rate = 0;   // items per second
  double mean = 0;   // seconds of simulated time
  double error = 0;  // standard error of the mean
};

/// Those that are installed and build; says on standard error who is left out and why. Programs are
/// built in the folder `peers` beside this binary, again only when a source is newer.
std::vector<Peer> installed_peers();

/// Throws std::runtime_error when the program fails.
PeerResult result_of(const Peer& peer, const std::vector<std::string>& task);

}  // namespace rehearse::bench
