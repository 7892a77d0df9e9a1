#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rehearse {

/// How many bytes are in a file; 0 where there is none.
std::uintmax_t size_of_file(const std::string& path);

/// Puts `content` behind what is in the file, which is made when it is not there. Others that
/// append at the same time lose nothing. Throws InputOutputError with the path and the system's
/// reason.
void append_to_file(const std::string& path, std::string_view content);

}  // namespace rehearse
