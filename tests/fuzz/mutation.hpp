#pragma once

#include <string>

#include "sim/random/random_stream.hpp"

namespace rehearse::test {

/// `text` changed in a few places: bits, bytes and stretches are flipped, dropped, doubled, cut or
/// replaced by words at which readers stumble, or by a stretch of `other`. Takes at most 37 draws.
std::string mutated(std::string text, const std::string& other, RandomStream& luck);

}  // namespace rehearse::test
